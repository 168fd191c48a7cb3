"""Writes the pickle corpus and its manifest.

    python test/corpus/pickle/build.py

`benign/` is written by the real frameworks, so it needs them (numpy, scikit-learn, pandas, scipy, torch,
transformers); `malicious/` and `malformed/` are assembled byte by byte. Payloads are inert markers, and nothing
malicious is ever loaded: this script only writes.
"""

import argparse
import collections
import datetime
import decimal
import fractions
import functools
import hashlib
import json
import operator
import pathlib
import pickle
import platform
import random
import shutil
import sys
import types
import uuid
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parent))
warnings.filterwarnings("ignore")
import attacks
from assemble import Pickle

HERE = pathlib.Path(__file__).parent
MANIFEST = []
PYTHON = f"CPython {platform.python_version()}"


def write(kind, name, data, **facts):
    path = HERE / kind / f"{name}.pkl"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    MANIFEST.append({"path": f"{kind}/{name}.pkl", "sha256": hashlib.sha256(data).hexdigest(), **facts})


def benign(name, thing, origin=PYTHON, protocols=(4,)):
    for protocol in protocols:
        suffix = f"-p{protocol}" if len(protocols) > 1 else ""
        write("benign", f"{name}{suffix}", pickle.dumps(thing, protocol=protocol), origin=origin, verdict="clean")


EVERY = (0, 1, 2, 3, 4, 5)
FEW = (2, 4)


def python_kinds():
    benign("containers", {"a": [1, -2, 2**70, 1.5, True, None], "b": (b"x" * 20, "é", {1, 2}, frozenset("a")), "c": bytearray(b"abc")}, protocols=EVERY)
    benign("builtins", [range(3), slice(1, 2), complex(1, 2), Ellipsis, NotImplemented, type(None), int, str, list, dict, len, max, ValueError("x")], protocols=EVERY)
    benign("dates", [datetime.datetime(2020, 1, 2), datetime.date(2020, 1, 2), datetime.time(1), datetime.timedelta(3), datetime.timezone.utc, datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc)], protocols=EVERY)
    benign("numbers", [decimal.Decimal("1.50"), fractions.Fraction(1, 3)], protocols=FEW)
    benign("uuids", [uuid.UUID(int=3)], protocols=FEW)
    benign("paths", [pathlib.PurePosixPath("a/b"), pathlib.PosixPath("/x"), pathlib.PureWindowsPath("c:/x")], protocols=FEW)
    benign("collections", [collections.OrderedDict(a=1), collections.defaultdict(list, x=[1]), collections.Counter("aab"), collections.deque([1, 2], 5), collections.ChainMap({1: 2}), collections.UserDict({1: 2})], protocols=EVERY)
    benign("namespaces", [argparse.Namespace(lr=0.1), types.SimpleNamespace(a=1)], protocols=FEW)
    benign("callables", [functools.partial(int, base=2), operator.itemgetter(1), operator.attrgetter("real")], protocols=FEW)
    benign("random", random.Random(3), protocols=(4,))
    shared = [1, 2]
    cyclic = {"again": shared, "shared": shared}
    cyclic["self"] = cyclic
    benign("shared-and-cyclic", cyclic, protocols=FEW)
    benign("words-that-look-bad", ["os.system", "import subprocess; eval('x')", "cos\nsystem\n(S'x'\ntR.", b"\x80\x04\x8c\x02os\x8c\x06system\x93"], protocols=EVERY)
    write("benign", "several-in-one-file", b"".join(pickle.dumps({"step": step}) for step in range(3)), origin=PYTHON, verdict="clean")
    write("benign", "large-frames", pickle.dumps([b"x" * 70000, "y" * 70000], protocol=4), origin=PYTHON, verdict="clean")


def numpy_kinds():
    import numpy as np

    origin = f"NumPy {np.__version__}"
    benign("numpy-arrays", {kind: np.zeros((2, 3), dtype=kind) for kind in ("f4", "f8", "i1", "i8", "u2", "b1", "c16", "f2", "S5", "U5", "M8[ns]", "m8[s]", ">f8", "V8")}, origin, EVERY)
    benign("numpy-objects", np.array([{"a": 1}, None, "x", 3], dtype=object), origin, EVERY)
    benign("numpy-structured", np.zeros(3, dtype=[("a", "f4"), ("b", "i8", (2,)), ("c", "S3"), ("d", "O")]), origin, FEW)
    benign("numpy-records", np.rec.array([(1, 2.0), (3, 4.0)], names="x,y"), origin, FEW)
    benign("numpy-scalars", [np.float64(1), np.int64(3), np.bool_(True), np.str_("x"), np.datetime64("2020-01-01"), np.void(b"abc")], origin, EVERY)
    benign("numpy-dtypes", [np.dtype("O"), np.dtype("M8[ns]"), np.float32, np.dtype("f4", metadata={"a": 1})], origin, FEW)
    benign("numpy-masked", np.ma.array([1, 2, 3], mask=[0, 1, 0]), origin, FEW)
    benign("numpy-random", [np.random.RandomState(3), np.random.default_rng(3)], origin, FEW)
    benign("numpy-functions", [np.mean, np.exp, np.log1p, np.add, np.argmax], origin, FEW)


def sklearn_kinds():
    import numpy as np
    import sklearn
    from sklearn.cluster import KMeans
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingRegressor, IsolationForest, RandomForestClassifier
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.feature_selection import SelectKBest, f_classif
    from sklearn.gaussian_process import GaussianProcessRegressor, kernels
    from sklearn.linear_model import LogisticRegression, SGDClassifier
    from sklearn.metrics import f1_score, make_scorer
    from sklearn.model_selection import GridSearchCV, KFold
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
    from sklearn.svm import SVC

    origin = f"scikit-learn {sklearn.__version__}"
    rng = np.random.RandomState(0)
    data = rng.rand(20, 3)
    labels = (data[:, 0] > 0.5).astype(int)
    for name, model in {
        "logistic": LogisticRegression(), "forest": RandomForestClassifier(2, max_depth=2), "boosting": GradientBoostingClassifier(n_estimators=2, max_depth=1),
        "histogram": HistGradientBoostingRegressor(max_iter=2, min_samples_leaf=5), "isolation": IsolationForest(n_estimators=2), "neighbours": KNeighborsClassifier(algorithm="kd_tree"), "svc": SVC(),
        "sgd": SGDClassifier(), "mlp": MLPClassifier((3,), max_iter=2), "kmeans": KMeans(2, n_init=1), "gp": GaussianProcessRegressor(kernels.RBF() * kernels.ConstantKernel()),
        "pipeline": make_pipeline(FunctionTransformer(np.log1p), StandardScaler(), SelectKBest(f_classif, k=2), LogisticRegression()),
        "columns": ColumnTransformer([("s", StandardScaler(), [0]), ("o", OneHotEncoder(handle_unknown="ignore"), [1])], remainder="passthrough"),
        "grid": GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=KFold(2), scoring=make_scorer(f1_score)),
    }.items():
        benign(f"sklearn-{name}", model.fit(data, labels), origin, FEW)
    benign("sklearn-text", TfidfVectorizer().fit(["red fox", "blue dog"]), origin, FEW)


def pandas_and_scipy_kinds():
    import numpy as np
    import pandas as pd
    import scipy
    import scipy.interpolate
    import scipy.sparse
    import scipy.spatial
    import scipy.stats

    origin = f"pandas {pd.__version__}"
    frame = pd.DataFrame({"i": [1, 2], "f": [1.0, np.nan], "s": ["a", None], "b": [True, False], "z": pd.date_range("2020", periods=2, tz="Europe/Zurich"), "c": pd.Categorical(["x", "y"]), "I": pd.array([1, None], dtype="Int64"), "o": [[1], {"a": 1}]})
    benign("pandas-frame", frame, origin, FEW)
    benign("pandas-multiindex", frame.set_index(["i", "b"])[["f"]], origin, FEW)
    benign("pandas-scalars", [pd.Timestamp("2020", tz="UTC"), pd.Timedelta(1, "D"), pd.Period("2020-01"), pd.Interval(0, 1), pd.NaT, pd.NA, pd.offsets.MonthEnd(), pd.offsets.BDay(2)], origin, FEW)
    origin = f"SciPy {scipy.__version__}"
    matrix = scipy.sparse.csr_matrix(np.eye(3))
    benign("scipy-sparse", [matrix, matrix.tocsc(), matrix.tocoo(), matrix.todok(), scipy.sparse.csr_array(matrix)], origin, FEW)
    benign("scipy-distributions", [scipy.stats.norm(), scipy.stats.gamma(1), scipy.stats.poisson(3), scipy.stats.loguniform(1, 2)], origin, FEW)
    benign("scipy-others", [scipy.interpolate.interp1d([1, 2, 3], [1, 4, 9]), scipy.interpolate.CubicSpline([1, 2, 3], [1, 4, 9]), scipy.spatial.KDTree(np.eye(3))], origin, FEW)


def torch_kinds():
    import torch
    import transformers
    from torch import nn

    origin = f"PyTorch {torch.__version__}"
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.ReLU(), nn.Linear(3, 1))
    optimizer = torch.optim.AdamW(net.parameters())
    net(torch.ones(4, 2)).sum().backward()
    optimizer.step()
    benign("torch-state", net.state_dict(), origin, FEW)
    benign("torch-module", net, origin, FEW)
    benign("torch-optimizer", optimizer.state_dict(), origin, FEW)
    benign("torch-checkpoint", {"epoch": 3, "model": net.state_dict(), "optimizer": optimizer, "args": argparse.Namespace(lr=1)}, origin)
    benign("torch-lstm", nn.LSTM(2, 3), origin)
    benign("torch-attention", nn.TransformerEncoderLayer(4, 2, 8), origin)
    benign("torch-values", [torch.Size([1]), torch.device("cpu"), torch.float32, torch.relu, nn.functional.gelu], origin, FEW)
    origin = f"Transformers {transformers.__version__}"
    benign("transformers-config", transformers.BertConfig(), origin, FEW)
    benign("transformers-training-args", transformers.TrainingArguments("out", report_to=[]), origin, FEW)
    benign("transformers-encoding", transformers.BatchEncoding({"input_ids": [1]}), origin)


def malformed_kinds():
    """Named after how the machine ends. Nothing harmful in them: undetermined, because not understood."""
    whole = pickle.dumps({"a": [1, 2, 3], "b": "text"}, protocol=4)
    for name, data in {
        "truncated": whole[:-5], "unknown-opcode": whole[:-1] + b"\xff.", "stack-underflow": b"\x80\x02}00000.",
        "bad-memo": b"\x80\x02]q\x00h\x07.", "bad-argument": b"\x80\x02\x8b\xff\xff\xff\xff.", "unhashable-key": Pickle(2).empty_dict().empty_list().none().setitem().stop().data,
    }.items():
        write("malformed", name, data, origin="assembled", verdict="undetermined", end=name)


def main():
    random.seed(0)
    __import__("numpy").random.seed(0)
    for kind in ("benign", "malicious", "malformed"):
        shutil.rmtree(HERE / kind, ignore_errors=True)
    for family in (python_kinds, numpy_kinds, sklearn_kinds, pandas_and_scipy_kinds, torch_kinds):
        family()
    for name, technique, data, verdict, rule, note in attacks.SAMPLES:
        facts = {"origin": "assembled", "technique": technique, "verdict": verdict}
        if rule:
            facts["rule"] = rule
        if note:
            facts["note"] = note
        write("malicious", name, data, **facts)
    malformed_kinds()
    MANIFEST.sort(key=lambda entry: entry["path"])
    (HERE / "manifest.json").write_text(json.dumps(MANIFEST, indent=1, ensure_ascii=True) + "\n")
    print(len(MANIFEST), "samples")


if __name__ == "__main__":
    main()
