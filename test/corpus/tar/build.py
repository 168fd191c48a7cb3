"""Samples of tar archives. Needs no packages. Run: python test/corpus/tar/build.py"""

import io
import pathlib
import sys
import tarfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from corpus import Corpus, payload  # noqa: E402

corpus = Corpus(__file__, 'tarfile of the standard library')
FILES = [('README.md', b'# text\n' * 20), ('data/table.csv', b'a,b\n1,2\n' * 50), ('a' * 120 + '.txt', b'a long name'), ('empty', b'')]


def tar(files, format=tarfile.PAX_FORMAT, change=None):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=format) as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            if change is not None:
                change(info)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


short = [file for file in FILES if len(file[0]) < 100]
corpus.add('benign', 'pax.tar', 'pax', tar(FILES))
corpus.add('benign', 'gnu.tar', 'GNU', tar(FILES, tarfile.GNU_FORMAT))
corpus.add('benign', 'ustar.tar', 'ustar', tar(short, tarfile.USTAR_FORMAT))

code = payload()


def link(info):
    info.type = tarfile.SYMTYPE
    info.linkname = '../../../etc/hostname'
    info.size = 0


def device(info):
    info.type = tarfile.CHRTYPE
    info.size = 0


corpus.add('malicious', 'member.tar', 'a pickle under the name of a text', tar([('notes.txt', code)]))
corpus.add('malicious', 'traversal.tar', 'paths that leave the folder', tar([('../escape.txt', b'text'), ('/absolute.txt', b'text')]))
corpus.add('malicious', 'link.tar', 'a link out of the archive', tar([('link', b'')], change=link))
corpus.add('malicious', 'device.tar', 'a device', tar([('device', b'')], change=device))
corpus.add('malicious', 'double.tar', 'one name twice', tar([('model.pkl', b'text'), ('model.pkl', code)]))
corpus.add('malicious', 'behind-end.tar', 'an entry behind the end mark', tar(short) + tar([('model.pkl', code)]))

whole = tar(short, tarfile.USTAR_FORMAT)
corpus.add('malformed', 'truncated--member.tar', 'ends inside a member', whole[:600])
broken = bytearray(whole)
broken[1024] ^= 1
corpus.add('malformed', 'malformed--checksum.tar', 'a header whose checksum is wrong', bytes(broken))
corpus.finish()
