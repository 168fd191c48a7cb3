"""Writes small archives and compressed files with real writers, and what they contain, for the tests of src/bytes.

Needs Python 3.11 or newer with numpy and torch, and the programs tar, zip, xz, bzip2, zstd and lz4. Every input is made
here. Run it as `python build.py`; what it writes is committed.
"""

import bz2
import gzip
import hashlib
import io
import json
import lzma
import pathlib
import random
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
import zlib

import numpy
import torch

HERE = pathlib.Path(__file__).resolve().parent
MOMENT = (2026, 1, 2, 3, 4, 6)
EPOCH = 1767323046
random.seed(2026)

FILES = {
    'notes.txt': b''.join(b'line %d of the notes\n' % (i % 40) for i in range(150)),
    'folder/random.bin': random.randbytes(700),
    'empty': b'',
    'folder/zeros.bin': bytes(2000),
}
MIX = FILES['notes.txt'] + FILES['folder/random.bin'] + FILES['folder/zeros.bin']

manifest = {'archives': {}, 'streams': {}}


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def target(kind, name):
    path = HERE / kind / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def add_archive(kind, name, members, data=None):
    """`members`: name to content; what the archive must list, in its order."""
    path = target(kind, name)
    if data is not None:
        path.write_bytes(data)
    manifest['archives'][f'{kind}/{name}'] = {
        'members': [{'path': key, 'sha256': sha256(value)} for key, value in members.items()],
    }


def add_stream(name, kind, content, data):
    target('streams', name).write_bytes(data)
    manifest['streams'][f'streams/{name}'] = {'kind': kind, 'bytes': len(content), 'sha256': sha256(content)}


def run(*command, cwd=None, data=None):
    return subprocess.run(command, cwd=cwd, input=data, capture_output=True, check=True).stdout


class Unseekable(io.RawIOBase):
    """Makes zipfile write data descriptors."""

    def __init__(self):
        super().__init__()
        self.buffer = io.BytesIO()

    def writable(self):
        return True

    def write(self, data):
        return self.buffer.write(data)


def python_zip(method, out=None, force_zip64=False, names=None):
    buffer = out or io.BytesIO()
    with zipfile.ZipFile(buffer, 'w', method) as archive:
        for name, content in (names or FILES).items():
            info = zipfile.ZipInfo(name, MOMENT)
            info.compress_type = method
            info.external_attr = 0o644 << 16
            with archive.open(info, 'w', force_zip64=force_zip64) as member:
                member.write(content)
    return (buffer.buffer if out else buffer).getvalue()


def tree(folder):
    for name, content in FILES.items():
        path = pathlib.Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def build_zips():
    for name, method in (('stored', 0), ('deflated', 8), ('bzip2', 12), ('lzma', 14)):
        add_archive('zip', f'python-{name}.zip', FILES, python_zip(method))
    add_archive('zip', 'python-streamed.zip', FILES, python_zip(8, Unseekable()))
    add_archive('zip', 'python-streamed-zip64.zip', FILES, python_zip(0, Unseekable(), True))
    add_archive('zip', 'python-zip64.zip', FILES, python_zip(8, None, True))
    accented = {'größe/日本.txt': b'x', 'plain.txt': b'y'}
    add_archive('zip', 'python-unicode.zip', accented, python_zip(8, names=accented))
    with tempfile.TemporaryDirectory() as folder:
        tree(folder)
        for name, options in (('infozip', ['-X']), ('infozip-times', []), ('infozip-streamed', ['-X', '-fd'])):
            path = target('zip', f'{name}.zip')
            path.unlink(missing_ok=True)
            run('zip', '-q', *options, str(path), *FILES, cwd=folder)
            add_archive('zip', f'{name}.zip', FILES)
        piped = run('zip', '-q', '-X', '-', *FILES, cwd=folder)
        add_archive('zip', 'infozip-piped.zip', FILES, piped)


def list_zip(path):
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def build_framework_zips():
    path = target('zip', 'numpy.npz')
    numpy.savez(path, a=numpy.arange(10), b=numpy.zeros((3, 4)))
    add_archive('zip', 'numpy.npz', list_zip(path))
    path = target('zip', 'numpy-compressed.npz')
    numpy.savez_compressed(path, a=numpy.arange(1000))
    add_archive('zip', 'numpy-compressed.npz', list_zip(path))
    path = target('zip', 'torch.pt')
    torch.save({'weight': torch.arange(12.0).reshape(3, 4), 'bias': torch.zeros(5), 'none': torch.empty(0)}, path)
    add_archive('zip', 'torch.pt', list_zip(path))
    path = target('zip', 'torch-wide.pt')
    before = torch.utils.serialization.config.save.storage_alignment
    torch.utils.serialization.config.save.storage_alignment = 4096
    torch.save({'weight': torch.arange(12.0)}, path)
    torch.utils.serialization.config.save.storage_alignment = before
    add_archive('zip', 'torch-wide.pt', list_zip(path))
    path = target('zip', 'torchscript.pt')
    torch.jit.script(torch.nn.Linear(2, 2)).save(str(path))
    add_archive('zip', 'torchscript.pt', list_zip(path))


LONG = 'long/' + 'd' * 90 + '/' + 'f' * 60 + '.bin'


def build_tars():
    formats = {'ustar': tarfile.USTAR_FORMAT, 'gnu': tarfile.GNU_FORMAT, 'pax': tarfile.PAX_FORMAT}
    for name, code in formats.items():
        members = dict(FILES, **{LONG: b'long'})
        if name != 'ustar':
            members['größe/日本.txt'] = b'x'
            members['very/' + 'n' * 300] = b'y'
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode='w', format=code) as archive:
            for path, content in members.items():
                info = tarfile.TarInfo(path)
                info.size = len(content)
                info.mtime = EPOCH
                archive.addfile(info, io.BytesIO(content))
        add_archive('tar', f'python-{name}.tar', members, buffer.getvalue())
    with tempfile.TemporaryDirectory() as folder:
        tree(folder)
        pathlib.Path(folder, LONG).parent.mkdir(parents=True)
        pathlib.Path(folder, LONG).write_bytes(b'long')
        for dialect in ('v7', 'oldgnu', 'gnu', 'ustar', 'posix'):
            names = [*FILES] + ([LONG] if dialect != 'v7' else [])
            members = {name: pathlib.Path(folder, name).read_bytes() for name in names}
            data = run('tar', f'--format={dialect}', '--mtime=@0', '--owner=0', '--group=0', '-cf', '-', *names, cwd=folder)
            add_archive('tar', f'gnu-tar-{dialect}.tar', members, data)


def build_streams():
    for name, content in (('mix', MIX), ('empty', b''), ('one', b'x')):
        add_stream(f'{name}.gz', 'gzip', content, gzip.compress(content, mtime=0))
        add_stream(f'{name}.zlib', 'zlib', content, zlib.compress(content))
        add_stream(f'{name}.bz2', 'bzip2', content, bz2.compress(content))
        add_stream(f'{name}.xz', 'xz', content, lzma.compress(content))
        add_stream(f'{name}.lzma', 'lzma', content, lzma.compress(content, lzma.FORMAT_ALONE))
        add_stream(f'{name}.zst', 'zstd', content, run('zstd', '-q', '-c', data=content))
        add_stream(f'{name}.lz4', 'lz4', content, run('lz4', '-q', '-c', data=content))
        add_stream(f'{name}-legacy.lz4', 'lz4', content, run('lz4', '-q', '-l', '-c', data=content))
    delta = [{'id': lzma.FILTER_DELTA, 'dist': 4}, {'id': lzma.FILTER_LZMA2, 'preset': 6}]
    x86 = [{'id': lzma.FILTER_X86}, {'id': lzma.FILTER_LZMA2, 'preset': 6}]
    code = b''.join(b'\x90\xe8' + (i * 5 % 70000).to_bytes(4, 'little') for i in range(900))
    add_stream('delta.xz', 'xz', MIX, lzma.compress(MIX, check=lzma.CHECK_CRC32, filters=delta))
    add_stream('x86.xz', 'xz', code, lzma.compress(code, check=lzma.CHECK_SHA256, filters=x86))
    add_stream('blocks.xz', 'xz', MIX * 4, run('xz', '-c', '--block-size=5000', '--check=none', data=MIX * 4))
    add_stream('linked.lz4', 'lz4', MIX * 30, run('lz4', '-q', '-c', '-BD', '-B4', '-BX', '--content-size', data=MIX * 30))
    add_stream('level19.zst', 'zstd', MIX * 30, run('zstd', '-q', '-c', '-19', '--check', data=MIX * 30))
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, 'named.txt')
        path.write_bytes(MIX)
        add_stream('named.gz', 'gzip', MIX, run('gzip', '-c', '-N', str(path)))
    add_stream('two.gz', 'gzip', MIX + b'x', gzip.compress(MIX, mtime=0) + gzip.compress(b'x', mtime=0))
    add_stream('two.bz2', 'bzip2', MIX + b'x', bz2.compress(MIX) + bz2.compress(b'x'))
    add_stream('two.xz', 'xz', MIX + b'x', lzma.compress(MIX) + bytes(4) + lzma.compress(b'x'))
    frames = run('zstd', '-q', '-c', data=MIX) + b'\x50\x2a\x4d\x18\x03\x00\x00\x00abc' + run('zstd', '-q', '-c', data=b'x')
    add_stream('two.zst', 'zstd', MIX + b'x', frames)
    two = run('lz4', '-q', '-c', data=MIX) + run('lz4', '-q', '-c', data=b'x')
    add_stream('two.lz4', 'lz4', MIX + b'x', two)


def build_bombs():
    """Small files that inflate to megabytes of zeros; the tests put many of each together."""
    zeros = bytes(8 * 1024 * 1024)
    target('bombs', 'zeros.gz').write_bytes(gzip.compress(zeros, mtime=0))
    target('bombs', 'zeros.bz2').write_bytes(bz2.compress(zeros * 5))
    target('bombs', 'zeros.xz').write_bytes(lzma.compress(zeros))
    target('bombs', 'zeros.zst').write_bytes(run('zstd', '-q', '-19', '-c', data=zeros))
    target('bombs', 'zeros.lz4').write_bytes(run('lz4', '-q', '-c', data=zeros[: 1024 * 1024]))


def main():
    for kind in ('zip', 'tar', 'streams', 'bombs'):
        shutil.rmtree(HERE / kind, ignore_errors=True)
    build_zips()
    build_framework_zips()
    build_tars()
    build_streams()
    build_bombs()
    (HERE / 'manifest.json').write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + '\n')


main()
