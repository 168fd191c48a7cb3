"""Samples of compressed files. Needs lz4 and the program zstd. Run: python test/corpus/compressed/build.py"""

import bz2
import gzip
import lzma
import pathlib
import subprocess
import sys
import zlib

import lz4.block
import lz4.frame

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from corpus import Corpus, payload  # noqa: E402

corpus = Corpus(__file__, f'standard library, lz4 {lz4.__version__}, program zstd')


def zstd(data):
    return subprocess.run(['zstd', '-q', '-c'], input=data, capture_output=True, check=True).stdout


COMPRESSORS = {
    'gz': lambda data: gzip.compress(data, mtime=0),
    'zlib': zlib.compress,
    'bz2': bz2.compress,
    'xz': lzma.compress,
    'lzma': lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE),
    'lz4': lz4.frame.compress,
    'zst': zstd,
}
text = b'a line of text\n' * 40
code = payload()
for suffix, compress in COMPRESSORS.items():
    packed = compress(text)
    corpus.add('benign', f'notes.txt.{suffix}', 'a text', packed)
    corpus.add('malicious', f'notes.txt.{suffix}', 'a pickle under the name of a text', compress(code))
    if suffix != 'lzma':  # it has no sums: where it is cut it looks broken
        corpus.add('malformed', f'truncated--stream.txt.{suffix}', 'ends inside the stream', packed[:-3])
    corpus.add('malicious', f'behind.txt.{suffix}', 'a pickle behind the stream', packed + code)
corpus.add('benign', 'two-members.txt.gz', 'two members, as parallel programs write', COMPRESSORS['gz'](text) + COMPRESSORS['gz'](text))
layers = code
for _ in range(4):
    layers = COMPRESSORS['gz'](layers)
corpus.add('malicious', 'layers.gz', 'four layers', layers)
mixed = code
for suffix in ('xz', 'bz2', 'zst', 'lz4', 'zlib'):
    mixed = COMPRESSORS[suffix](mixed)
corpus.add('malicious', 'mixed-layers', 'five layers of different kinds', mixed)
corpus.add('malicious', 'bomb.bz2', 'zeros that inflate 700,000 times', bz2.compress(bytes(32 * 1024 * 1024)))
checked = bytearray(COMPRESSORS['gz'](text))
checked[-6] ^= 1
corpus.add('malformed', 'unreadable--checksum.txt.gz', 'a wrong checksum', bytes(checked))
corpus.finish()
