"""Samples of pictures. Needs no packages. Run: python test/corpus/media/build.py"""

import pathlib
import struct
import sys
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from corpus import Corpus, ZipWriter, payload  # noqa: E402

corpus = Corpus(__file__, 'by hand, after the specifications')


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


png = (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 2, 2, 8, 2, 0, 0, 0))
       + chunk(b'tEXt', b'Comment\0made for tests') + chunk(b'IDAT', zlib.compress(b'\0' + bytes(6) + b'\0' + bytes(6))) + chunk(b'IEND', b''))
gif = (b'GIF89a' + struct.pack('<HHBBB', 1, 1, 0x80, 0, 0) + bytes(6) + b'!\xfe\x04note\0'
       + b',' + struct.pack('<HHHHB', 0, 0, 1, 1, 0) + b'\x02\x02D\x01\0;')
webp_frame = bytes.fromhex('2f0000001007101111888 8fe0700'.replace(' ', ''))
webp_chunk = b'VP8L' + struct.pack('<I', len(webp_frame)) + webp_frame + b'\0' * (len(webp_frame) % 2)
webp = b'RIFF' + struct.pack('<I', 4 + len(webp_chunk)) + b'WEBP' + webp_chunk


def segment(marker, data):
    return bytes([0xff, marker]) + struct.pack('>H', len(data) + 2) + data


huffman = bytes([0] * 15)
jpeg = (b'\xff\xd8' + segment(0xe0, b'JFIF\0\1\1\0\0\1\0\1\0\0') + segment(0xfe, b'made for tests')
        + segment(0xdb, b'\0' + bytes([1] * 64)) + segment(0xc0, struct.pack('>BHHB', 8, 8, 8, 1) + b'\1\x11\0')
        + segment(0xc4, b'\0\1' + huffman + b'\0') + segment(0xc4, b'\x10\1' + huffman + b'\0')
        + segment(0xda, b'\1\1\0\0\x3f\0') + b'\x15\xff\0\x2a\xff\xd0\x15' + b'\xff\xff\xd9')
pictures = {'png': png, 'gif': gif, 'webp': webp, 'jpg': jpeg}
archive = ZipWriter().add('archive/data.pkl', payload()).finish()
for extension, picture in pictures.items():
    corpus.add('benign', f'picture.{extension}', 'a small picture', picture)
    corpus.add('malicious', f'zip-behind.{extension}', 'a zip behind the picture', picture + archive)
    corpus.add('malicious', f'pickle-behind.{extension}', 'a pickle behind the picture', picture + payload())
    corpus.add('malformed', f'truncated--end.{extension}', 'no end mark', picture[:-2])
corpus.add('malformed', 'inconsistent--chunk.png', 'a chunk that is none', png[:8] + b'\0\0\0\0\1\2\3\4' + png[8:])
corpus.add('malformed', 'truncated--chunk-length.png', 'a chunk longer than the file', png[:8] + b'\x7f\xff\xff\xff' + png[12:])
corpus.add('malformed', 'inconsistent--block.gif', 'a block that is none', gif[:19] + b'\x99' + gif[19:])
corpus.add('malformed', 'inconsistent--marker.jpg', 'no marker where one is due', jpeg[:20] + b'\0\0' + jpeg[20:])
corpus.add('malformed', 'inconsistent--chunk.webp', 'a chunk longer than its frame', webp[:16] + b'\xff\0\0\0' + webp[20:])
corpus.finish()
