"""Writes the samples of one format into benign/, malicious/ and malformed/ beside its build.py, with a manifest.

Payloads are inert markers: they are assembled as bytes, never loaded, and would print a line if they were.
A malformed sample is named `<code>--<what>`, after the error or gap code that it must lead to.
"""

import hashlib
import json
import pathlib
import platform
import shutil
import struct
import zlib

MARKER = 'echo SALLYPORT_INERT'


class Corpus:
    def __init__(self, build_file, origin):
        self.folder = pathlib.Path(build_file).resolve().parent
        self.origin = origin
        self.samples = {}
        for kind in ('benign', 'malicious', 'malformed'):
            shutil.rmtree(self.folder / kind, ignore_errors=True)

    def path(self, kind, name):
        """Where a library writes a sample by itself; `add` it afterwards."""
        path = self.folder / kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def add(self, kind, name, what, data=None):
        path = self.path(kind, name)
        if data is not None:
            path.write_bytes(data)
        content = path.read_bytes()
        self.samples[f'{kind}/{name}'] = {
            'what': what,
            'bytes': len(content),
            'sha256': hashlib.sha256(content).hexdigest(),
        }

    def read(self, kind, name):
        return (self.folder / kind / name).read_bytes()

    def finish(self):
        manifest = {
            'origin': self.origin,
            'python': platform.python_version(),
            'licence': 'Apache-2.0, written by this script',
            'samples': dict(sorted(self.samples.items())),
        }
        text = json.dumps(manifest, indent=1) + '\n'
        (self.folder / 'manifest.json').write_text(text)
        total = sum(sample['bytes'] for sample in self.samples.values())
        print(f'{self.folder.name}: {len(self.samples)} samples, {total} bytes')


def payload(protocol=2):
    """A pickle that would run `os.system(MARKER)`."""
    head = b'' if protocol < 2 else bytes([0x80, protocol])
    return head + b'cos\nsystem\n(V' + MARKER.encode() + b'\ntR.'


class ZipWriter:
    """A zip archive in which each field of each record can be a lie."""

    def __init__(self, prefix=b''):
        self.out = bytearray(prefix)
        self.prefix = len(prefix)
        self.directory = []

    def add(self, name, data, *, method=0, local=None, central=None, hidden=False, extra=b''):
        """`local` and `central` replace fields of one of the two headers: name, method, flags, crc, size, stored."""
        stored = data if method == 0 else zlib.compress(data, 9)[2:-4]
        fields = dict(
            name=name, method=method, flags=0, crc=zlib.crc32(data), size=len(data), stored=len(stored),
            offset=len(self.out), extra=extra, version=20,
        )
        here = {**fields, **(local or {})}
        raw = _encode(here['name'])
        self.out += struct.pack(
            '<4sHHHHHIIIHH', b'PK\3\4', here['version'], here['flags'], here['method'], 0, 0x21,
            here['crc'], here['stored'], here['size'], len(raw), len(here['extra']),
        ) + raw + here['extra'] + stored
        if not hidden:
            self.directory.append({**fields, **(central or {})})
        return self

    def finish(self, *, comment=b'', tail=b''):
        start = len(self.out)
        for entry in self.directory:
            raw = _encode(entry['name'])
            self.out += struct.pack(
                '<4sHHHHHHIIIHHHHHII', b'PK\1\2', 20, entry['version'], entry['flags'], entry['method'], 0, 0x21,
                entry['crc'], entry['stored'], entry['size'], len(raw), 0, 0, 0, 0, 0, entry['offset'],
            ) + raw
        count = len(self.directory)
        size = len(self.out) - start
        self.out += struct.pack('<4sHHHHIIH', b'PK\5\6', 0, 0, count, count, size, start, len(comment))
        self.out += comment + tail
        return bytes(self.out)


def _encode(name):
    return name if isinstance(name, bytes) else name.encode()
