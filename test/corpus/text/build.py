"""Samples of text and source code. Needs no packages. Run: python test/corpus/text/build.py"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from corpus import MARKER, Corpus  # noqa: E402

corpus = Corpus(__file__, 'by hand')
pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:' + '4d' * 32 + '\nsize 12345\n'
card = '''---
license: apache-2.0
tags: [text]
---

# A model

<p align="center"><img src="picture.png"></p>

Do not run `os.system('...')` or load `!!python/object` tags from strangers. <script> tags are removed.
'''
benign = {
    'README.md': ('a model card with markup and words of code', card.encode()),
    'table.csv': ('a table', b'id,text\n1,"a, b"\n2,"c\nd"\n'),
    'vocab.txt': ('words of code', 'eval\nexec(\ncos\nsystem\n(S\'x\'\n\u2581the\n\U0001f600\n'.encode()),
    'config.yaml': ('plain settings', b'# settings\nname: run\nlayers:\n  - 1\n  - 2\n'),
    'windows.ini': ('lines that end in CR LF, with a mark', '\ufeff[a]\r\nb=1\r\n'.encode()),
    'utf-16.txt': ('UTF-16 with a mark', '\ufeffGrüße \U0001f600\n'.encode('utf-16-le')),
    'utf-16-be.txt': ('UTF-16, big-endian', '\ufeffGrüße\n'.encode('utf-16-be')),
    'colours.log': ('a log with colours', b'\x1b[32mok\x1b[0m\n'),
    'plain.xml': ('markup without anything active', b'<?xml version="1.0" encoding="utf-8"?>\n<a><b>1</b></a>\n'),
    'page.html': ('a page without script', b'<!DOCTYPE html>\n<html><body><p>text</p></body></html>\n'),
    'long.txt': ('more than one head', ('line of text \u00e9\n' * 6_000).encode()),
    '.gitattributes': ('attributes', b'*.bin filter=lfs diff=lfs merge=lfs -text\n'),
}
system = b"cos\nsystem\n(S'" + MARKER.encode() + b"'\ntR."
malicious = {
    'notes.txt': ('a pickle of protocol 0 under the name of a text', system),
    'README': ('a pickle of protocol 0 without extension', b'(' + system[:-1] + b'l.'),
}
malformed = {
    'inconsistent--late-nul.txt': ('a NUL behind the first 64 KiB', b'text\n' * 14_000 + b'\0\0'),
    'inconsistent--late-bytes.txt': ('no UTF-8 behind the first 64 KiB', b'text\n' * 14_000 + b'\xc3\x28'),
    'truncated--character.txt': ('ends inside a character', b'text\n' * 14_000 + '\u20ac'.encode()[:2]),
    'unreadable--pointer.bin': ('a pointer of Git LFS', pointer.encode()),
    'unreadable--pointer-extra-line.bin': ('a pointer with a second oid and a line more',
                                           (pointer + 'oid sha256:' + '00' * 32 + '\nx-url https://host/\n').encode()),
    'unsupported--tags.yaml': ('YAML with a tag of Python', f"a: !!python/object/apply:os.system ['{MARKER}']\n".encode()),
    'unsupported--tag-handle.yaml': ('YAML that renames the tag', f"%TAG ! tag:yaml.org,2002:python/\n---\na: !object/apply:os.system ['{MARKER}']\n".encode()),
    'unsupported--target.yaml': ('YAML for Hydra', f'model:\n  _target_: os.system\n  command: {MARKER}\n'.encode()),
    'unsupported--tags-elsewhere.dat': ('YAML under another name', f"!!python/object/apply:os.system ['{MARKER}']\n".encode()),
    'unsupported--script.svg': ('a picture with script', b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    'unsupported--handler.svg': ('a picture with an event handler', b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    'unsupported--entity.xml': ('an external entity', b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>\n<a>&b;</a>\n'),
    'unsupported--utf-7.xml': ('another encoding', b'<?xml version="1.0" encoding="utf-7"?>\n<a>+ADw-script+AD4-</a>\n'),
    'unsupported--train.py': ('a program', b'import torch\n'),
    'unsupported--shebang': ('a program without extension', b'#!/bin/sh\necho\n'),
    'unsupported--template.jinja': ('a template', b'{{ messages }}\n'),
    'unsupported--hook.pth': ('a file of paths, whose lines are run', b'import os\n'),
}
for kind, samples in (('benign', benign), ('malicious', malicious), ('malformed', malformed)):
    for name, (what, content) in samples.items():
        corpus.add(kind, name, what, content)
corpus.finish()
