"""Samples of joblib. Needs joblib, numpy, scikit-learn, pandas, lz4. Run: python test/corpus/joblib/build.py"""

import io
import pathlib
import pickle
import pickletools
import struct
import sys
import zlib

import joblib
import joblib.numpy_pickle_compat as old
import numpy as np
import pandas as pd
import scipy.sparse
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from corpus import Corpus, payload  # noqa: E402

rng = np.random.default_rng(0)
corpus = Corpus(__file__, f'joblib {joblib.__version__}, numpy {np.__version__}, scikit-learn {sklearn.__version__}')


def dump(name, value, what, **options):
    joblib.dump(value, corpus.path('benign', name), **options)
    corpus.add('benign', name, what)


# -- benign: written by the library -----------------------------------------------------------------------------
arrays = {'weights': rng.standard_normal((6, 7)), 'labels': np.arange(5), 'name': 'model', 'more': [np.ones(3), 'x']}
dump('plain.joblib', arrays, 'arrays in a dict and a list')
for compressor in ('zlib', 'gzip', 'bz2', 'lzma', 'xz', 'lz4'):
    dump(f'{compressor}.joblib', arrays, f'compressed by {compressor}', compress=(compressor, 3))
for protocol in (2, 3, 4, 5):
    dump(f'protocol-{protocol}.joblib', arrays, f'pickle protocol {protocol}', protocol=protocol)
dump('kinds.joblib', [
    np.asfortranarray(rng.standard_normal((3, 2))),
    np.arange(4, dtype='>i4'),
    np.array(['ab', 'c']),
    np.array(['2026-01-01'], dtype='M8[D]'),
    np.zeros(2, dtype=[('a', '<i4'), ('b', '<f8', (2,))]),
    np.zeros((0, 3)),
    np.array(1.5),
    np.matrix([[1, 2]]),
    np.arange(10)[::2],
    np.ones(3, dtype='c16'),
    np.array([True]),
], 'arrays of many kinds')
dump('objects.joblib', [np.array([{'a': 1}, None, 'x'], dtype=object), np.arange(3)], 'an object array, then a plain one')
dump('nested-objects.joblib', np.array([np.arange(3), np.array(['x', None], dtype=object)], dtype=object),
     'an object array that holds arrays')
looks_like_code = np.frombuffer(b'cos\nsystem\n(V' + b'not code, numbers\ntR.' + b'.' * 13, dtype='u1')
dump('no-arrays.joblib', {'a': [1, 2, 3]}, 'a plain pickle: no array in it')

x = rng.standard_normal((20, 3))
y = (x[:, 0] > 0).astype(int)
dump('logistic.joblib', make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y), 'a pipeline of scikit-learn')
dump('forest.joblib', RandomForestClassifier(n_estimators=2, max_depth=2, random_state=0).fit(x, y), 'a random forest')
dump('forest.pkl.gz', RandomForestClassifier(n_estimators=1, max_depth=1, random_state=0).fit(x, y), 'compressed by its name')
dump('one-hot.joblib', OneHotEncoder().fit([['a', 1], ['b', 2]]), 'an encoder with object arrays of categories')
words = [f'word{i} word{i + 1}' for i in range(40)]
dump('tfidf.joblib', TfidfVectorizer().fit(words), 'a vocabulary before the first array')
late = {f'{"w" * 40}{i:06}': i for i in range(1500)}
dump('late-array.joblib', [late, np.arange(4.0)], 'the first array more than 64 KiB into the file')
dump('frame.joblib', pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']}), 'a table of pandas')
dump('sparse.joblib', scipy.sparse.csr_matrix(np.eye(3)), 'a sparse matrix of scipy')


# -- old forms, which this joblib reads and no longer writes ------------------------------------------------------
def old_stream(value):
    out = io.BytesIO()
    pickle.Pickler(out, protocol=2).dump(value)
    return out.getvalue()


side_file = old.NDArrayWrapper('plain.pkl_01.npy', np.ndarray)
corpus.add('malformed', 'unsupported--old-side-file.pkl', 'joblib 0.9: the array is in a file beside', old_stream({'a': side_file}))
inner = old_stream({'numbers': [1, 2, 3]})
packed = zlib.compress(inner)
zfile = b'ZF' + hex(len(inner)).encode().ljust(19) + packed
corpus.add('benign', 'old-zfile.pkl.z', 'joblib 0.9: its own header before a zlib stream', zfile)


# -- malicious ----------------------------------------------------------------------------------------------------
class Marker:
    """Pickles as a call of os.system; only ever written."""

    def __reduce__(self):
        import os
        return os.system, ('echo SALLYPORT_INERT',)


def evil(name, value, what, **options):
    joblib.dump(value, corpus.path('malicious', name), **options)
    corpus.add('malicious', name, what)


evil('plain.joblib', [np.arange(3), Marker()], 'a call after an array')
evil('before.joblib', [Marker(), np.arange(3)], 'a call before an array')
for compressor in ('zlib', 'gzip', 'bz2', 'lzma', 'xz', 'lz4'):
    evil(f'{compressor}.joblib', [np.arange(3), Marker()], f'the same, compressed by {compressor}', compress=(compressor, 3))
evil('object.joblib', [np.array([Marker(), 1], dtype=object), np.arange(3)], 'a call in the pickle of an object array')
evil('nested-object.joblib', np.array([np.array([Marker()], dtype=object)], dtype=object), 'the same, one level deeper')
evil('record-object.joblib', np.array([(1.0, Marker())], dtype=[('a', '<f8'), ('b', 'O')]), 'an object in a record')
corpus.add('malicious', 'only-a-name.joblib', 'a plain pickle under the name', payload())
corpus.add('malicious', 'old-zfile.pkl.z', 'the old header before a zlib stream',
           b'ZF' + hex(len(payload())).encode().ljust(19) + zlib.compress(payload()))
escape = old.NDArrayWrapper('../../elsewhere/array.npy', np.ndarray)
corpus.add('malicious', 'side-file-escape.pkl', 'an old wrapper that names a file out of the folder', old_stream(escape))

# Numbers for joblib, opcodes for pickle.load: the array starts with a whole program.
hidden = payload()[2:]
array = np.frombuffer(hidden + b'.' * (-len(hidden) % 8), dtype='u1')
out = io.BytesIO()
joblib.dump([array], out, protocol=2)
# Without alignment bytes (as joblib < 1.1 wrote it) the numbers follow the BUILD opcode directly.
raw = out.getvalue()
key = b'X\x1b\x00\x00\x00numpy_array_alignment_bytes'
assert key in raw
start = raw.index(array.tobytes())
pad = raw[:start].rindex(b'b') + 1
head = raw[:pad]
at = head.index(key)
before, after = head[:at], head[at + len(key):]
memo_put = after[:2]
assert memo_put[:1] == b'q' and after[2:4] == b'K\x10', after[:8]
head = before + after[4:]
corpus.add('malicious', 'two-readings.pkl', 'numbers to joblib.load, a call to pickle.load', head + raw[start:])


# -- malformed ----------------------------------------------------------------------------------------------------
plain = corpus.read('benign', 'plain.joblib')
corpus.add('malformed', 'truncated--array.joblib', 'ends inside the first array', plain[:plain.index(b'weights') + 400])
corpus.add('malformed', 'truncated--opcode.joblib', 'ends before STOP', plain[:-1])
shape_at = plain.index(b'shape')
corpus.finish()
print(pickletools.dis(head, annotate=0) if '-v' in sys.argv else '', end='')
