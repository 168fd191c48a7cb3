"""Samples of JSON. Needs no packages. Run: python test/corpus/json/build.py"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from corpus import Corpus  # noqa: E402

corpus = Corpus(__file__, 'json of the standard library')


def dump(value, **options):
    return json.dumps(value, **options).encode()


deep = value = []
for _ in range(500):
    value.append([])
    value = value[0]
index = {'metadata': {'total_size': 32}, 'weight_map': {'a': 'model-00001-of-00002.safetensors', 'b': 'model-00002-of-00002.safetensors'}}
benign = {
    'config.json': ('settings of a model', dump({'model_type': 'bert', 'layers': 2, 'eps': 1e-12, 'auto_map': None}, indent=2)),
    'words.json': ('a vocabulary with words of code', dump({'os.system': 0, 'eval(': 1, '\u2581the': 2, '\ud83d\ude00': 3, '<script>': 4})),
    'escapes.json': ('escapes of all kinds', rb'{"a\u0062\n": "\"\\\/\b\f\r\t\ud83d\ude00 \ud800", "": [true, false, null, -0.5e+3]}'),
    'not-a-number.json': ('what Python writes for numbers that are none', dump({'loss': float('nan'), 'best': float('-inf')})),
    'rows.jsonl': ('JSON lines', b'\n'.join(dump({'id': i, 'text': 'row'}) for i in range(20)) + b'\n'),
    'deep.json': ('nested 500 deep', dump(deep)),
    'long-string.json': ('a string of more than is kept', dump({'text': 'ab\u00e9' * 8_500})),
    'index.json': ('the index of a sharded model', dump(index)),
    'no-extension': ('told by its content', dump([{'a': 1}, {'a': 2}])),
    'empty.json': ('an empty object', b'{}\n'),
}
malicious = {
    'shard-elsewhere.json': ('shards in other folders', dump({'weight_map': {'a': '../../elsewhere.bin', 'b': '/etc/model.bin', 'c': 'C:\\model.bin', 'd': 'https://host/model.bin'}})),
    'duplicate-key.json': ('a name twice, once in escapes', b'{"model_type": "bert", "model\\u005ftype": "other", "a": {"b": 1, "b": 2}}'),
}
malformed = {
    'truncated--object.json': ('ends inside an object', b'{"a": [1, 2, {"b": "c"'),
    'truncated--string.json': ('ends inside a string', b'["abc'),
    'inconsistent--comma.json': ('a comma too many', b'{"a": 1,}'),
    'inconsistent--colon.json': ('no colon', b'{"a" 1}'),
    'inconsistent--bracket.json': ('the wrong bracket', b'{"a": [1}'),
    'inconsistent--control.json': ('a line feed in a string', b'{"a": "b\nc"}'),
    'inconsistent--escape.json': ('an unknown escape', b'{"a": "\\x41"}'),
    'inconsistent--hex.json': ('an escape with too few digits', b'{"a": "\\u00g0"}'),
    'inconsistent--number.json': ('a number with a leading zero', b'{"a": 012}'),
    'inconsistent--word.json': ('a word that is none', b'{"a": undefined}'),
    'inconsistent--comment.json': ('a comment', b'{"a": 1 /* note */}'),
    'limit-exceeded--deep.json': ('nested 2,000 deep', b'[' * 2_000 + b']' * 2_000),
    'limit-exceeded--digits.json': ('a number of 5,000 digits', b'[' + b'9' * 5_000 + b']'),
    'inconsistent--late-utf8.json': ('no UTF-8 behind the first 64 KiB', dump(['x' * 70_000])[:-2] + b'\xff"]'),
    'unsupported--auto-map.json': ('names code', dump({'auto_map': {'AutoModel': 'modeling.Model'}})),
    'unsupported--chat-template.json': ('has a chat template', dump({'chat_template': '{% for m in messages %}{{ m.content }}{% endfor %}'})),
    'unsupported--target.json': ('names what to call', dump({'model': {'_target_': 'os.system', 'command': 'echo SALLYPORT_INERT'}})),
    'unsupported--notebook.ipynb': ('a notebook', dump({'nbformat': 4, 'nbformat_minor': 5, 'metadata': {}, 'cells': [{'cell_type': 'code', 'source': ['1 + 1']}]})),
    'unsupported--keras.json': ('an architecture of Keras', dump({'class_name': 'Sequential', 'config': {'layers': []}})),
}
for kind, samples in (('benign', benign), ('malicious', malicious), ('malformed', malformed)):
    for name, (what, content) in samples.items():
        corpus.add(kind, name, what, content)
corpus.finish()
