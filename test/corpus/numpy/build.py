"""Samples of .npy and .npz. Needs numpy. Run: python test/corpus/numpy/build.py"""

import io
import pathlib
import struct
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from corpus import Corpus, ZipWriter, payload  # noqa: E402

rng = np.random.default_rng(0)
corpus = Corpus(__file__, f'numpy {np.__version__}')

# -- benign: written by the library -----------------------------------------------------------------------------
record = np.array([(1, 2.5, b'ab', [1, 2])], dtype=[('a', '<i4'), ('b', '<f8'), ('c', 'S4'), ('d', '<i2', (2,))])
nested = np.zeros(2, dtype=[('outer', [('x', '<f4'), ('y', '<f4')]), (('a title', 'name'), '<U3')])
plain = {
    'float64': rng.standard_normal((4, 5)),
    'fortran': np.asfortranarray(rng.standard_normal((3, 2)).astype('f4')),
    'big-endian': np.arange(6, dtype='>i8'),
    'bool': np.array([True, False, True]),
    'complex': np.ones(3, dtype='c16'),
    'text': np.array(['one', 'zwei', 'drei']),
    'bytes': np.array([b'x', b'yy']),
    'dates': np.array(['2026-01-01'], dtype='M8[D]'),
    'durations': np.array([1, 2], dtype='m8[25ns]'),
    'void': np.zeros(2, dtype='V7'),
    'scalar': np.float32(3),
    'nothing': np.zeros((0, 3)),
    'record': record,
    'nested-record': nested,
}
for name, array in plain.items():
    np.save(corpus.path('benign', f'{name}.npy'), array)
    corpus.add('benign', f'{name}.npy', f'array of {array.dtype}')
wide = np.zeros(1, dtype=[(f'column_{i:05}', '<f8') for i in range(2290)])
np.save(corpus.path('benign', 'version-2.npy'), wide)
corpus.add('benign', 'version-2.npy', 'a header too long for version 1')
np.save(corpus.path('benign', 'version-3.npy'), np.zeros(1, dtype=[('größe', '<f8'), ('名', '<i4')]))
corpus.add('benign', 'version-3.npy', 'field names in UTF-8')
several = io.BytesIO()
for array in (np.arange(3), np.arange(4.0)):
    np.save(several, array)
corpus.add('benign', 'several.npy', 'two arrays, one after the other', several.getvalue())
np.savez(corpus.path('benign', 'plain.npz'), a=np.arange(5), b=rng.standard_normal((2, 2)))
corpus.add('benign', 'plain.npz', 'savez')
np.savez_compressed(corpus.path('benign', 'compressed.npz'), a=np.zeros(1000), b=np.arange(9).reshape(3, 3))
corpus.add('benign', 'compressed.npz', 'savez_compressed')
np.save(corpus.path('benign', 'objects.npy'), np.array([{'a': 1}, [1, 2], 'text', None], dtype=object), allow_pickle=True)
corpus.add('benign', 'objects.npy', 'object array of plain values')
np.savez(corpus.path('benign', 'objects.npz'), words=np.array(['a', 'bb', None], dtype=object), n=np.arange(3))
corpus.add('benign', 'objects.npz', 'savez with an object array')


# -- by hand ----------------------------------------------------------------------------------------------------
def npy(header, data=b'', version=(1, 0), length=None, pad=True):
    text = header.encode('utf-8' if version[0] == 3 else 'latin1')
    if pad:
        text += b' ' * (-(len(text) + 11) % 64) + b'\n'
    length = len(text) if length is None else length
    return b'\x93NUMPY' + bytes(version) + struct.pack('<H' if version[0] == 1 else '<I', length) + text + data


def head(descr="'<f8'", shape='(2,)', order='False'):
    return "{'descr': %s, 'fortran_order': %s, 'shape': %s, }" % (descr, order, shape)


code = payload(protocol=3)
corpus.add('malicious', 'object.npy', 'object array whose pickle runs a command', npy(head("'|O'", '(1,)'), code))
corpus.add('malicious', 'object-field.npy', 'an object in a field of a record',
           npy(head("[('a', '<f8'), ('b', [('c', '|O')])]", '(1,)'), code))
corpus.add('malicious', 'object-empty.npy', 'an object array of no elements: its pickle is loaded all the same',
           npy(head("'|O'", '(0,)'), code))
corpus.add('malicious', 'pickle-behind.npy', 'a pickle behind the array', npy(head(), bytes(16) + code))
corpus.add('malicious', 'second-array.npy', 'an object array behind a plain one',
           npy(head(), bytes(16)) + npy(head("'|O'", '(1,)'), code))
corpus.add('malicious', 'stranger.npz', 'a member that is a pickle, beside arrays',
           ZipWriter().add('a.npy', npy(head(), bytes(16))).add('b', code).finish())
corpus.add('malicious', 'object.npz', 'an object array in a compressed archive',
           ZipWriter().add('a.npy', npy(head("'|O'", '(1,)'), code), method=8).finish())
corpus.add('malicious', 'renamed.npz', 'an archive named as one of arrays that holds a checkpoint',
           ZipWriter().add('archive/data.pkl', code).add('archive/version', b'3\n').finish())
corpus.add('malicious', 'only-a-name.npy', 'a pickle under the name of an array', code)

bad = [
    ('truncated--data', 'fewer bytes than the shape needs', npy(head(), bytes(15))),
    ('truncated--header', 'a header longer than the file', npy(head(), bytes(16), length=60_000)),
    ('truncated--giant-shape', 'a shape of 2^80 elements', npy(head(shape='(1099511627776, 1099511627776)'))),
    ('limit-exceeded--header', 'a header of 2^31 bytes', npy(head(), bytes(16), (2, 0), 1 << 31)),
    ('inconsistent--version', 'version 9', npy(head(), bytes(16), (9, 0))),
    ('malformed--call', 'a header that is an expression with a call',
     npy("{'descr': __import__('os').system('%s'), 'fortran_order': False, 'shape': (2,)}" % 'echo SALLYPORT_INERT', bytes(16))),
    ('malformed--operator', 'a header that computes', npy(head(shape='(1+1,)'), bytes(16))),
    ('malformed--deep', 'a header nested 1,000 deep', npy(head(descr='[' * 1000 + ']' * 1000), bytes(16))),
    ('malformed--duplicate-field', 'descr twice',
     npy("{'descr': '<f8', 'descr': '|O', 'fortran_order': False, 'shape': (2,)}", bytes(16))),
    ('malformed--extra-field', 'a fourth field', npy(head()[:-1] + "'x': 1}", bytes(16))),
    ('malformed--negative', 'a negative size', npy(head(shape='(-2,)'), bytes(16))),
    ('malformed--dimensions', 'a thousand dimensions', npy(head(shape='(' + '1,' * 1000 + ')'), bytes(16))),
    ('unsupported--dtype-name', 'a dtype by another name', npy(head(descr="'object'"), bytes(16))),
    ('unsupported--dtype-comma', 'a dtype as comma string', npy(head(descr="'f4,O'"), bytes(16))),
    ('malformed--trailing', 'bytes that are no array behind the array', npy(head(), bytes(16) + b'\x01\x02')),
]
for name, what, content in bad:
    corpus.add('malformed', f'{name}.npy', what, content)
corpus.finish()
