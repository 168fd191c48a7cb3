"""Samples of safetensors. Needs torch, safetensors. Run: python test/corpus/safetensors/build.py"""

import json
import pathlib
import struct
import sys

import numpy as np
import safetensors
import safetensors.numpy
import safetensors.torch
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from corpus import Corpus, ZipWriter, payload  # noqa: E402

torch.manual_seed(0)
corpus = Corpus(__file__, f'safetensors {safetensors.__version__}, torch {torch.__version__}')

# -- benign: written by the library -----------------------------------------------------------------------------
model = torch.nn.Sequential(torch.nn.Linear(8, 4), torch.nn.LayerNorm(4))
safetensors.torch.save_file(model.state_dict(), corpus.path('benign', 'model.safetensors'), {'format': 'pt'})
corpus.add('benign', 'model.safetensors', 'state dict with metadata, save_file of torch')

kinds = {
    'bf16': torch.ones(3, dtype=torch.bfloat16),
    'f16': torch.ones(2, 2, dtype=torch.float16),
    'f64': torch.ones(1, dtype=torch.float64),
    'i64': torch.arange(5),
    'u8': torch.zeros(7, dtype=torch.uint8),
    'bool': torch.tensor([True, False]),
    'f8': torch.ones(4).to(torch.float8_e4m3fn),
    'scalar': torch.tensor(1.5),
    'nothing': torch.zeros(0, 4),
}
safetensors.torch.save_file(kinds, corpus.path('benign', 'dtypes.safetensors'))
corpus.add('benign', 'dtypes.safetensors', 'one tensor of many dtypes, a scalar and an empty one')

safetensors.numpy.save_file({'a': np.arange(12.0).reshape(3, 4)}, corpus.path('benign', 'numpy.safetensors'))
corpus.add('benign', 'numpy.safetensors', 'save_file of numpy')
safetensors.torch.save_file({}, corpus.path('benign', 'nothing.safetensors'))
corpus.add('benign', 'nothing.safetensors', 'no tensor at all')


# -- by hand ----------------------------------------------------------------------------------------------------
def build(header, data=b'', length=None, pad=b''):
    text = (header if isinstance(header, bytes) else json.dumps(header).encode()) + pad
    return struct.pack('<Q', len(text) if length is None else length) + text + data


def tensor(begin, end, dtype='F32', shape=None):
    shape = [(end - begin) // 4] if shape is None else shape
    return {'dtype': dtype, 'shape': shape, 'data_offsets': [begin, end]}


one = {'a': tensor(0, 16)}
data = bytes(16)
code = payload()
archive = ZipWriter().add('archive/data.pkl', code).finish()

corpus.add('malicious', 'zip-behind.safetensors', 'a zip with a pickle behind the last tensor',
           build(one, data + archive))
corpus.add('malicious', 'pickle-behind.safetensors', 'a pickle behind the last tensor', build(one, data + code))
corpus.add('malicious', 'only-a-name.safetensors', 'a pickle under the name of safetensors', code)

bad = [
    ('limit-exceeded--huge-header', 'header of 2^35 bytes', build(one, data, 1 << 35)),
    ('truncated--header-longer-than-file', 'header longer than the file', build(one, data, 4096)),
    ('truncated--data-cut', 'the last tensor is cut', build(one, data[:-1])),
    ('truncated--json-cut', 'the header ends inside its JSON', build(b'{"a":{"dtype":"F32","shape":[4],"data_off', data)),
    ('inconsistent--not-utf8', 'a name that is no UTF-8', build(b'{"\xff":' + json.dumps(tensor(0, 16)).encode() + b'}', data)),
    ('inconsistent--array', 'a list where the tensors should be', build(b'{"a":[]}', data)),
    ('inconsistent--no-dtype', 'a tensor without dtype', build({'a': {'shape': [4], 'data_offsets': [0, 16]}}, data)),
    ('inconsistent--negative', 'a negative offset', build({'a': {**tensor(0, 16), 'data_offsets': [-16, 0]}}, data)),
    ('inconsistent--fraction', 'a size that is no whole number', build(b'{"a":{"dtype":"F32","shape":[4.0],"data_offsets":[0,16]}}', data)),
    ('inconsistent--two-values', 'a second JSON value in the header', build(json.dumps(one).encode() + b'{}', data)),
    ('malformed--duplicate-key', 'one name twice', build(b'{"a":%s,"\\u0061":%s}' % ((json.dumps(tensor(0, 16)).encode(),) * 2), data)),
    ('malformed--overlap', 'two tensors share bytes', build({'a': tensor(0, 16), 'b': tensor(8, 16)}, data)),
    ('malformed--hole', 'bytes that no tensor owns', build({'a': tensor(0, 4), 'b': tensor(8, 16)}, data)),
    ('malformed--hole-at-start', 'the first tensor starts late', build({'a': tensor(4, 16)}, data)),
    ('malformed--reversed', 'a range that ends before it begins', build({'a': tensor(0, 16), 'b': {**tensor(0, 0), 'data_offsets': [8, 4]}}, data)),
    ('malformed--size', 'dtype and shape do not make the length', build({'a': tensor(0, 16, shape=[5])}, data)),
    ('malformed--overflow', 'a shape whose product passes 64 bits', build({'a': tensor(0, 16, shape=[2**62, 2**62, 4])}, data)),
    ('malformed--metadata', 'metadata that is no text', build({'__metadata__': {'a': 1}, **one}, data)),
    ('malformed--field', 'a field that the format does not have', build({'a': {**tensor(0, 16), 'file': 'x'}}, data)),
    ('malformed--trailing', 'bytes behind the last tensor', build(one, data + b'\x01\x02\x03')),
    ('malformed--padding', 'a header padded with line feeds', build(one, data, pad=b'\n\n\n')),
    ('unsupported--dtype', 'a dtype that is not known', build({'a': tensor(0, 16, dtype='Q7')}, data)),
    ('limit-exceeded--deep', 'a name of 70,000 bytes', build({'a' * 70_000: tensor(0, 16)}, data)),
]
for name, what, content in bad:
    corpus.add('malformed', f'{name}.safetensors', what, content)
corpus.finish()
