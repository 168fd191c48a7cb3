"""Samples of zip archives that are no more than that. Needs no packages. Run: python test/corpus/zip/build.py"""

import io
import pathlib
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from corpus import Corpus, ZipWriter, payload  # noqa: E402

corpus = Corpus(__file__, 'zipfile of the standard library, and by hand')
FILES = {'README.md': b'# text\n' * 20, 'data/table.csv': b'a,b\n1,2\n' * 50, 'settings.json': b'{"a": 1}'}


def archive(method, stream=False):
    out = io.BytesIO()
    target = Unseekable(out) if stream else out
    with zipfile.ZipFile(target, 'w', method) as written:
        written.writestr(zipfile.ZipInfo('data/'), b'')
        for name, content in FILES.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            written.writestr(info, content)
    return out.getvalue()


class Unseekable(io.RawIOBase):
    """A pipe: zipfile writes data descriptors."""

    def __init__(self, out):
        self.out = out

    def writable(self):
        return True

    def write(self, data):
        return self.out.write(data)


corpus.add('benign', 'stored.zip', 'stored', archive(zipfile.ZIP_STORED))
corpus.add('benign', 'deflated.zip', 'deflated', archive(zipfile.ZIP_DEFLATED))
corpus.add('benign', 'bzip2.zip', 'bzip2', archive(zipfile.ZIP_BZIP2))
corpus.add('benign', 'streamed.zip', 'with data descriptors', archive(zipfile.ZIP_DEFLATED, stream=True))
corpus.add('benign', 'empty.zip', 'no entry', ZipWriter().finish())

code = payload()
inner = ZipWriter().add('model.pkl', code, method=8).finish()
corpus.add('malicious', 'member.zip', 'a pickle under the name of a text', ZipWriter().add('notes.txt', code, method=8).finish())
corpus.add('malicious', 'nested.zip', 'a zip in a zip', ZipWriter().add('inner', inner, method=8).finish())
corpus.add('malicious', 'traversal.zip', 'paths that leave the folder',
           ZipWriter().add('../escape.txt', b'text').add('/absolute.txt', b'text').add('a/../../up.txt', b'text').finish())
corpus.add('malicious', 'behind-text.md', 'text before the archive', b'# A text\n' * 8 + ZipWriter(prefix=b'').add('model.pkl', code).finish())
corpus.add('malicious', 'unicode-double.zip', 'one name in two Unicode forms',
           ZipWriter().add('caf\u00e9.pkl', code).add('cafe\u0301.pkl', b'text').finish())

fine = archive(zipfile.ZIP_DEFLATED)
corpus.add('malformed', 'truncated--no-directory.zip', 'no directory', fine[:fine.index(b'PK\1\2')])
corpus.add('malformed', 'bad-data--deflate.zip', 'a stream that breaks',
           ZipWriter().add('a.txt', b'text ' * 200, method=8).finish().replace(b'\x2b\x49', b'\xff\xff', 1))
corpus.finish()
