"""Writes several hundred honest pickles with the real frameworks, to measure false alarms.

    python test/corpus/pickle/honest.py OUT_DIR

Not committed: too many and too large. `npx sallyport scan OUT_DIR` must find nothing in them.
A kind that the installed version cannot make is listed on stderr and left out.
"""

import argparse
import collections
import copy
import datetime
import decimal
import enum
import fractions
import functools
import inspect
import operator
import pathlib
import pickle
import sys
import types
import uuid
import warnings

warnings.filterwarnings("ignore")
OUT = pathlib.Path(sys.argv[1])
OUT.mkdir(parents=True, exist_ok=True)
SKIPPED = []


def save(name, thing, protocols=(None,)):
    for protocol in protocols:
        suffix = "" if protocol is None else f".p{protocol}"
        try:
            data = pickle.dumps(thing, protocol=protocol)
        except Exception as problem:  # not every estimator can be pickled
            SKIPPED.append((name, repr(problem)[:100]))
            continue
        (OUT / f"{name}{suffix}.pkl").write_bytes(data)


def attempt(name, make, protocols=(None,)):
    try:
        thing = make()
    except Exception as problem:
        SKIPPED.append((name, repr(problem)[:100]))
        return
    save(name, thing, protocols)


def plain():
    everything = [0, 1, 2, 3, 4, 5]
    save("plain-containers", {"a": [1, -2, 2**70, 1.5, True, None], "b": (b"x" * 300, "é", {1, 2}, frozenset("ab"))}, everything)
    save("plain-bytearray", [bytearray(b"abc"), range(3), slice(1, 2, 3), complex(1, 2), Ellipsis, NotImplemented, type(None)], everything)
    save("plain-types", [int, str, float, list, dict, tuple, set, bytes, bool, object, complex], everything)
    save("plain-datetime", [datetime.datetime.now(), datetime.date.today(), datetime.time(1, 2), datetime.timedelta(3), datetime.timezone.utc, datetime.datetime.now(datetime.timezone.utc), datetime.timezone(datetime.timedelta(hours=2), "X")], everything)
    save("plain-numbers", [decimal.Decimal("1.5"), fractions.Fraction(1, 3)], everything)
    save("plain-uuid", [uuid.uuid4(), uuid.UUID(int=3)], everything)
    save("plain-paths", [pathlib.PurePosixPath("a/b"), pathlib.PosixPath("/x"), pathlib.PureWindowsPath("c:/x")], everything)
    save("plain-collections", [collections.OrderedDict(a=1), collections.defaultdict(list, x=[1]), collections.Counter("aab"), collections.deque([1, 2], 5), collections.ChainMap({1: 2}), collections.UserDict({1: 2})], everything)
    save("plain-namespace", [argparse.Namespace(lr=0.1, name="x"), types.SimpleNamespace(a=1)], everything)
    save("plain-partial", [functools.partial(int, base=2), operator.itemgetter(1), operator.attrgetter("real")], everything)
    save("plain-functions", [len, sum, max, min, sorted, abs], everything)
    for kind in ("int", "str"):
        save(f"plain-array-{kind}", __import__("array").array("d", [1.0, 2.0]), everything)


def numpy_kinds():
    import numpy as np

    everything = [0, 1, 2, 3, 4, 5]
    arrays = {dtype: np.zeros((2, 3), dtype=dtype) for dtype in ("f4", "f8", "i1", "i8", "u2", "b1", "c8", "c16", "f2", "S5", "U5", "M8[ns]", "m8[s]", ">f8", "V8")}
    save("numpy-arrays", arrays, everything)
    save("numpy-object", np.array([{"a": 1}, None, "x", 3], dtype=object), everything)
    save("numpy-structured", np.zeros(3, dtype=[("a", "f4"), ("b", "i8", (2,)), ("c", "S3")]), everything)
    save("numpy-aligned", np.zeros(3, dtype=np.dtype([("a", "i1"), ("b", "f8")], align=True)), everything)
    save("numpy-recarray", np.rec.array([(1, 2.0), (3, 4.0)], names="x,y"), everything)
    save("numpy-titled", np.zeros(2, dtype=[(("title", "a"), "f4")]), everything)
    save("numpy-scalars", [np.float64(1), np.float32(2), np.int64(3), np.bool_(True), np.str_("x"), np.bytes_(b"x"), np.datetime64("2020-01-01"), np.timedelta64(3, "D"), np.complex128(1), np.void(b"abc")], everything)
    save("numpy-dtypes", [np.dtype("f4"), np.dtype("O"), np.dtype("M8[ns]"), np.dtype([("a", "f4")]), np.float32, np.int64, np.dtype("f4", metadata={"a": 1})], everything)
    save("numpy-masked", np.ma.array([1, 2, 3], mask=[0, 1, 0]), everything)
    save("numpy-matrix", np.matrix([[1, 2], [3, 4]]), everything)
    save("numpy-random", [np.random.RandomState(3), np.random.default_rng(3), np.random.PCG64(1), np.random.MT19937(2), np.random.Philox(1), np.random.SFC64(1), np.random.SeedSequence(3)], everything)
    save("numpy-random-state", np.random.get_state(), everything)
    save("numpy-functions", [np.mean, np.sum, np.exp, np.log1p, np.expm1, np.sqrt, np.add, np.argmax, np.array, np.tanh, np.median, np.nanmean, np.clip, np.float64, np.random.rand], everything)
    save("numpy-poly", [np.poly1d([1, 2, 3]), np.polynomial.Polynomial([1, 2])], everything)
    save("numpy-fortran", np.asfortranarray(np.ones((3, 4))), everything)
    save("numpy-empty", np.zeros((0, 3)), everything)
    save("numpy-zero-d", np.array(3.0), everything)


def sklearn_kinds():
    import numpy as np
    from sklearn.base import clone
    from sklearn.utils import all_estimators

    rng = np.random.RandomState(0)
    features = np.abs(rng.rand(40, 4)) + 0.1
    labels = (features[:, 0] > features[:, 0].mean()).astype(int)
    target = features @ np.array([1.0, 2.0, 3.0, 4.0])
    texts = ["red fox runs", "blue dog sleeps", "red dog runs", "green fox hides"] * 10
    many = np.stack([labels, 1 - labels], axis=1)
    from sklearn.dummy import DummyClassifier
    from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge

    def build(cls):
        parameters = inspect.signature(cls.__init__).parameters
        extra = {}
        if "estimator" in parameters and parameters["estimator"].default is inspect.Parameter.empty:
            extra["estimator"] = LogisticRegression() if getattr(cls, "_estimator_type", "") != "regressor" else Ridge()
        if "base_estimator" in parameters and parameters["base_estimator"].default is inspect.Parameter.empty:
            extra["base_estimator"] = LogisticRegression()
        if "estimators" in parameters:
            extra["estimators"] = [("a", LogisticRegression() if "Class" in cls.__name__ else Ridge()), ("b", DummyClassifier() if "Class" in cls.__name__ else LinearRegression())]
        if "steps" in parameters:
            extra["steps"] = [("s", LogisticRegression())]
        if "transformers" in parameters:
            from sklearn.preprocessing import StandardScaler
            extra["transformers"] = [("s", StandardScaler(), [0, 1]), ("p", "passthrough", [2])]
        if "transformer_list" in parameters:
            from sklearn.preprocessing import StandardScaler
            extra["transformer_list"] = [("s", StandardScaler())]
        if "param_grid" in parameters:
            extra["param_grid"] = {"C": [0.1, 1.0]}
        if "param_distributions" in parameters:
            import scipy.stats
            extra["param_distributions"] = {"C": scipy.stats.uniform(0.1, 1)}
        if "n_components" in parameters and cls.__name__ not in ("LinearDiscriminantAnalysis",):
            extra["n_components"] = 2 if cls.__name__ not in ("CCA", "PLSCanonical", "PLSRegression", "PLSSVD") else 1
        if "dictionary" in parameters:
            extra["dictionary"] = features[:5]
        return cls(**extra)

    for name, cls in all_estimators():
        try:
            model = build(cls)
        except Exception as problem:
            SKIPPED.append((name, repr(problem)[:100]))
            continue
        save(f"sklearn-new-{name}", model)
        for data, answer in ((features, labels), (features, target), (features, many), (texts, labels), (features, None), (features[:, 0], target), (np.asarray(texts).reshape(-1, 1), labels), ([{"a": 1.0}] * 10, None)):
            try:
                fitted = clone(model).fit(data) if answer is None else clone(model).fit(data, answer)
            except Exception:
                continue
            save(f"sklearn-{name}", fitted, (None, 2))
            break
        else:
            SKIPPED.append((name, "no data fits"))

    from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.feature_selection import SelectKBest, chi2, f_classif, mutual_info_classif
    from sklearn.gaussian_process import GaussianProcessRegressor, kernels
    from sklearn.metrics import f1_score, make_scorer
    from sklearn.model_selection import GridSearchCV, KFold, RandomizedSearchCV, StratifiedKFold
    from sklearn.pipeline import FeatureUnion, make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
    import sklearn.datasets

    attempt("sklearn-pipeline", lambda: make_pipeline(StandardScaler(), SelectKBest(f_classif, k=2), LogisticRegression()).fit(features, labels))
    attempt("sklearn-select-chi2", lambda: SelectKBest(chi2, k=2).fit(features, labels))
    attempt("sklearn-select-mi", lambda: SelectKBest(mutual_info_classif, k=2).fit(features, labels))
    attempt("sklearn-grid", lambda: GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=StratifiedKFold(2), scoring=make_scorer(f1_score)).fit(features, labels))
    attempt("sklearn-grid-multi", lambda: GridSearchCV(RandomForestClassifier(3), {"max_depth": [1, 2]}, cv=KFold(2), scoring=["accuracy", "f1"], refit="f1").fit(features, labels))
    attempt("sklearn-random-search", lambda: RandomizedSearchCV(LogisticRegression(), {"C": __import__("scipy.stats").stats.loguniform(0.1, 1)}, n_iter=2, cv=2).fit(features, labels))
    attempt("sklearn-text", lambda: make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, labels))
    attempt("sklearn-count", lambda: CountVectorizer(tokenizer=str.split, token_pattern=None).fit(texts))
    attempt("sklearn-union", lambda: FeatureUnion([("a", StandardScaler()), ("b", FunctionTransformer(np.log1p))]).fit(features))
    attempt("sklearn-onehot", lambda: OneHotEncoder(handle_unknown="ignore").fit([["a"], ["b"]]))
    attempt("sklearn-columns", lambda: ColumnTransformer([("n", StandardScaler(), [0]), ("o", OneHotEncoder(handle_unknown="ignore"), [1])], remainder="passthrough").fit(features))
    attempt("sklearn-ttr", lambda: TransformedTargetRegressor(LinearRegression(), func=np.log, inverse_func=np.exp).fit(features, target))
    attempt("sklearn-gp", lambda: GaussianProcessRegressor(kernels.RBF() * kernels.ConstantKernel(2.0) + kernels.WhiteKernel()).fit(features, target))
    attempt("sklearn-iris", sklearn.datasets.load_iris)
    attempt("sklearn-digits-bunch", lambda: sklearn.datasets.load_wine(as_frame=True))


def pandas_kinds():
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame({
        "i": [1, 2, 3], "f": [1.0, np.nan, 3], "s": ["a", "b", None], "b": [True, False, True],
        "d": pd.date_range("2020", periods=3), "z": pd.date_range("2020", periods=3, tz="Europe/Zurich"),
        "c": pd.Categorical(["x", "y", "x"]), "t": pd.to_timedelta([1, 2, 3], unit="s"),
        "I": pd.array([1, None, 3], dtype="Int64"), "B": pd.array([True, None, False], dtype="boolean"),
        "F": pd.array([1.0, None, 2.0], dtype="Float64"), "p": pd.period_range("2020", periods=3, freq="M"),
        "v": pd.interval_range(0, 3), "S": pd.array(["a", None, "c"], dtype="string"), "o": [[1], {"a": 1}, (1,)],
    })
    protocols = (None, 2, 3, 5)
    save("pandas-frame", frame, protocols)
    for column in frame.columns:
        save(f"pandas-series-{ord(column)}", frame[column], protocols)
    save("pandas-sparse", pd.arrays.SparseArray([0, 0, 1, 2]), protocols)
    save("pandas-multi", frame.set_index(["i", "b"]), protocols)
    save("pandas-groupby", frame[["i", "f"]].describe(), protocols)
    save("pandas-index", [pd.Index([1, 2]), pd.Index(["a"]), pd.RangeIndex(3), pd.DatetimeIndex(["2020-01-01"]), pd.MultiIndex.from_tuples([(1, 2)]), pd.CategoricalIndex(["a"]), pd.IntervalIndex.from_breaks([0, 1, 2]), pd.PeriodIndex(["2020-01"], freq="M"), pd.TimedeltaIndex([pd.Timedelta(1)])], protocols)
    save("pandas-scalars", [pd.Timestamp("2020-01-01"), pd.Timestamp("2020-01-01", tz="UTC"), pd.Timestamp("2020-01-01", tz="Asia/Tokyo"), pd.Timedelta(1, "D"), pd.Period("2020-01"), pd.Interval(0, 1), pd.NaT, pd.NA], protocols)
    save("pandas-offsets", [pd.offsets.MonthEnd(), pd.offsets.BDay(2), pd.offsets.Hour(3), pd.offsets.Week(weekday=2), pd.offsets.YearEnd(), pd.offsets.QuarterEnd(), pd.DateOffset(months=2), pd.offsets.Day(1)], protocols)
    save("pandas-dtypes", [pd.CategoricalDtype(["a", "b"]), pd.Int64Dtype(), pd.StringDtype(), pd.DatetimeTZDtype("ns", "UTC"), pd.PeriodDtype("M"), pd.IntervalDtype("int64"), pd.BooleanDtype(), pd.SparseDtype("f8"), pd.Float32Dtype()], protocols)
    save("pandas-empty", pd.DataFrame(), protocols)


def scipy_kinds():
    import numpy as np
    import scipy.interpolate
    import scipy.optimize
    import scipy.sparse
    import scipy.spatial
    import scipy.spatial.transform
    import scipy.stats

    matrix = scipy.sparse.random(5, 5, 0.4, random_state=0)
    save("scipy-sparse", [matrix.tocsr(), matrix.tocsc(), matrix.tocoo(), matrix.tobsr(), matrix.todia(), matrix.tolil(), matrix.todok()], (None, 2, 3))
    save("scipy-sparse-array", [scipy.sparse.csr_array(matrix), scipy.sparse.coo_array(matrix), scipy.sparse.dok_array(matrix)], (None, 2, 3))
    for name in ("norm", "uniform", "expon", "gamma", "beta", "poisson", "binom", "randint", "loguniform", "t", "chi2", "lognorm", "multivariate_normal"):
        shapes = {"gamma": (1,), "beta": (1, 2), "poisson": (3,), "binom": (3, 0.5), "randint": (1, 5), "loguniform": (1, 2), "t": (3,), "chi2": (3,), "lognorm": (1,)}.get(name, ())
        attempt(f"scipy-frozen-{name}", lambda name=name, shapes=shapes: getattr(scipy.stats, name)(*shapes))
        attempt(f"scipy-dist-{name}", lambda name=name: getattr(scipy.stats, name))
    attempt("scipy-kde", lambda: scipy.stats.gaussian_kde(np.arange(5.0)))
    attempt("scipy-interp1d", lambda: scipy.interpolate.interp1d([1, 2, 3], [1, 4, 9]))
    attempt("scipy-spline", lambda: [scipy.interpolate.CubicSpline([1, 2, 3], [1, 4, 9]), scipy.interpolate.make_interp_spline([1, 2, 3, 4], [1, 4, 9, 16]), scipy.interpolate.UnivariateSpline([1, 2, 3, 4, 5], [1, 4, 9, 16, 25]), scipy.interpolate.PchipInterpolator([1, 2, 3], [1, 4, 9])])
    attempt("scipy-rbf", lambda: scipy.interpolate.RBFInterpolator([[0.0], [1.0], [2.0]], [0.0, 1.0, 4.0]))
    attempt("scipy-grid", lambda: scipy.interpolate.RegularGridInterpolator(([0, 1], [0, 1]), np.ones((2, 2))))
    attempt("scipy-kdtree", lambda: [scipy.spatial.KDTree(np.random.rand(5, 2)), scipy.spatial.cKDTree(np.random.rand(5, 2))])
    attempt("scipy-rotation", lambda: scipy.spatial.transform.Rotation.from_euler("z", 30, degrees=True))
    attempt("scipy-optimize", lambda: scipy.optimize.minimize(lambda x: (x**2).sum(), [1.0, 2.0]))
    attempt("scipy-results", lambda: [scipy.stats.linregress([1, 2, 3], [1, 2, 3.5])])


def torch_kinds():
    import torch
    from torch import nn

    save("torch-tensors-plain", {"w": torch.ones(2, 3), "h": torch.zeros(2, dtype=torch.bfloat16), "p": nn.Parameter(torch.ones(2))}, (None, 2))
    attempt("torch-values", lambda: [torch.Size([1, 2]), torch.device("cpu"), torch.float32, torch.bfloat16, torch.strided, torch.channels_last, torch.finfo(torch.float32).dtype, torch.Generator().get_state()], (None, 2))
    arguments = {
        "Linear": (2, 3), "Bilinear": (2, 3, 4), "LazyLinear": (3,), "Conv1d": (1, 2, 3), "Conv2d": (1, 2, 3), "Conv3d": (1, 2, 3),
        "ConvTranspose1d": (1, 2, 3), "ConvTranspose2d": (1, 2, 3), "ConvTranspose3d": (1, 2, 3), "BatchNorm1d": (2,), "BatchNorm2d": (2,), "BatchNorm3d": (2,),
        "SyncBatchNorm": (2,), "GroupNorm": (1, 2), "LayerNorm": (2,), "RMSNorm": (2,), "InstanceNorm1d": (2,), "InstanceNorm2d": (2,), "InstanceNorm3d": (2,),
        "LocalResponseNorm": (2,), "Embedding": (3, 2), "EmbeddingBag": (3, 2), "RNN": (2, 3), "LSTM": (2, 3), "GRU": (2, 3), "RNNCell": (2, 3), "LSTMCell": (2, 3), "GRUCell": (2, 3),
        "RNNBase": ("LSTM", 2, 3), "RNNCellBase": (2, 3, True, 4), "Transformer": (4, 2, 1, 1, 8), "TransformerEncoderLayer": (4, 2, 8), "TransformerDecoderLayer": (4, 2, 8), "MultiheadAttention": (4, 2),
        "TransformerEncoder": (nn.TransformerEncoderLayer(4, 2, 8), 1), "TransformerDecoder": (nn.TransformerDecoderLayer(4, 2, 8), 1),
        "AdaptiveAvgPool1d": (1,), "AdaptiveAvgPool2d": (1,), "AdaptiveAvgPool3d": (1,), "AdaptiveMaxPool1d": (1,), "AdaptiveMaxPool2d": (1,), "AdaptiveMaxPool3d": (1,),
        "AvgPool1d": (1,), "AvgPool2d": (1,), "AvgPool3d": (1,), "MaxPool1d": (1,), "MaxPool2d": (1,), "MaxPool3d": (1,), "MaxUnpool1d": (1,), "MaxUnpool2d": (1,), "MaxUnpool3d": (1,),
        "LPPool1d": (1, 2), "LPPool2d": (1, 2), "LPPool3d": (1, 2), "FractionalMaxPool2d": (2, 1), "FractionalMaxPool3d": (2, 1), "PixelShuffle": (2,), "PixelUnshuffle": (2,), "ChannelShuffle": (2,),
        "ReflectionPad1d": (1,), "ReflectionPad2d": (1,), "ReflectionPad3d": (1,), "ReplicationPad1d": (1,), "ReplicationPad2d": (1,), "ReplicationPad3d": (1,), "ZeroPad1d": (1,), "ZeroPad2d": (1,), "ZeroPad3d": (1,),
        "ConstantPad1d": (1, 0), "ConstantPad2d": (1, 0), "ConstantPad3d": (1, 0), "CircularPad1d": (1,), "CircularPad2d": (1,), "CircularPad3d": (1,), "Threshold": (1, 0), "Upsample": (2,), "UpsamplingBilinear2d": (2,), "UpsamplingNearest2d": (2,),
        "Fold": (2, 1), "Unfold": (1,), "Unflatten": (1, (1, 2)), "AdaptiveLogSoftmaxWithLoss": (4, 10, [5]), "Sequential": (nn.Linear(1, 1), nn.ReLU()), "ModuleList": ([nn.Linear(1, 1)],), "ModuleDict": ({"a": nn.Linear(1, 1)},),
        "ParameterList": ([nn.Parameter(torch.ones(1))],), "ParameterDict": ({"a": nn.Parameter(torch.ones(1))},), "LinearCrossEntropyLoss": (2, 3),
    }
    for name, cls in sorted(vars(nn).items()):
        if isinstance(cls, type) and issubclass(cls, nn.Module):
            attempt(f"torch-nn-{name}", lambda name=name, cls=cls: cls(*arguments.get(name, ())))
    model = nn.Sequential(nn.Linear(2, 2), nn.utils.parametrizations.weight_norm(nn.Linear(2, 2)), nn.ReLU())
    save("torch-weight-norm", model)
    attempt("torch-spectral", lambda: nn.utils.spectral_norm(nn.Linear(2, 2)))
    attempt("torch-old-weight-norm", lambda: nn.utils.weight_norm(nn.Linear(2, 2)))
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    from torch import optim
    for name, cls in sorted(vars(optim).items()):
        if isinstance(cls, type) and issubclass(cls, optim.Optimizer) and cls is not optim.Optimizer:
            def step(cls=cls):
                optimizer = cls(net.parameters(), lr=0.1)
                for _ in range(2):
                    optimizer.zero_grad()
                    net(torch.ones(4, 2)).sum().backward()
                    optimizer.step(lambda: net(torch.ones(4, 2)).sum())
                return optimizer
            attempt(f"torch-optim-{name}", step)
            attempt(f"torch-optim-state-{name}", lambda step=step: step().state_dict())
    def scheduler(name, *args):
        optimizer = optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        return getattr(optim.lr_scheduler, name)(optimizer, *args)
    for name, args in {"StepLR": (1,), "MultiStepLR": ([1, 2],), "ExponentialLR": (0.9,), "CosineAnnealingLR": (10,), "ReduceLROnPlateau": (), "CyclicLR": (0.1, 0.2), "OneCycleLR": (0.1, 10), "CosineAnnealingWarmRestarts": (10,), "LinearLR": (), "ConstantLR": (), "PolynomialLR": ()}.items():
        attempt(f"torch-scheduler-{name}", lambda name=name, args=args: scheduler(name, *args))
        attempt(f"torch-scheduler-state-{name}", lambda name=name, args=args: scheduler(name, *args).state_dict())
    attempt("torch-checkpoint", lambda: {"epoch": 3, "model": net.state_dict(), "optimizer": optim.AdamW(net.parameters()).state_dict(), "rng": torch.get_rng_state(), "args": argparse.Namespace(lr=1)})
    attempt("torch-sparse", lambda: [torch.eye(3).to_sparse(), torch.eye(3).to_sparse_csr(), torch.eye(3).to_sparse_csc()])
    attempt("torch-quantized", lambda: [torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8), torch.quantize_per_channel(torch.ones(2, 2), torch.ones(2), torch.zeros(2), 0, torch.qint8)])
    attempt("torch-dataset", lambda: [torch.utils.data.TensorDataset(torch.ones(2)), torch.utils.data.Subset(torch.utils.data.TensorDataset(torch.ones(2)), [0]), torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(2)))])
    attempt("torch-distributions", lambda: [torch.distributions.Normal(0.0, 1.0), torch.distributions.Categorical(torch.ones(3)), torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2))])
    attempt("torch-meta", lambda: torch.empty(3, device="meta"))
    attempt("torch-activations", lambda: [torch.relu, torch.nn.functional.relu, torch.nn.functional.gelu, torch.tanh, torch.sigmoid, torch.nn.functional.softmax, torch.nn.functional.cross_entropy])
    attempt("torch-attr-tensor", lambda: setattr_on(torch.ones(2)))
    def saved(name, thing, **options):
        (OUT / name).parent.mkdir(exist_ok=True)
        torch.save(thing, OUT / name, **options)
    saved("torch-saved-state.pt", net.state_dict())
    saved("torch-saved-module.pt", net)
    saved("torch-saved-legacy.pt", net.state_dict(), _use_new_zipfile_serialization=False)
    saved("torch-saved-legacy-module.pt", net, _use_new_zipfile_serialization=False)


def setattr_on(tensor):
    tensor.note = "x"
    return tensor


def transformers_kinds():
    import transformers
    from transformers import AutoConfig, BertConfig, GPT2Config, LlamaConfig, T5Config, TrainingArguments, ViTConfig, WhisperConfig

    for config in (BertConfig, GPT2Config, LlamaConfig, T5Config, ViTConfig, WhisperConfig):
        attempt(f"transformers-{config.__name__}", config)
    attempt("transformers-args", lambda: TrainingArguments("out", report_to=[]))
    attempt("transformers-seq2seq-args", lambda: transformers.Seq2SeqTrainingArguments("out", report_to=[]))
    attempt("transformers-args-more", lambda: TrainingArguments("out", report_to=[], eval_strategy="steps", lr_scheduler_type="cosine", optim="adafactor", save_strategy="epoch", hub_strategy="all_checkpoints", fsdp="", logging_strategy="no"))
    attempt("transformers-generation", lambda: transformers.GenerationConfig(max_length=3))
    attempt("transformers-bert", lambda: transformers.BertModel(BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, vocab_size=10)))
    attempt("transformers-gpt2", lambda: transformers.GPT2LMHeadModel(GPT2Config(n_embd=8, n_layer=1, n_head=1, vocab_size=10)))
    attempt("transformers-llama", lambda: transformers.LlamaForCausalLM(LlamaConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, vocab_size=10)))
    attempt("transformers-t5", lambda: transformers.T5ForConditionalGeneration(T5Config(d_model=8, num_layers=1, num_heads=1, d_ff=8, d_kv=8, vocab_size=10)))
    attempt("transformers-vit", lambda: transformers.ViTForImageClassification(ViTConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, image_size=16, patch_size=8)))
    attempt("transformers-encoding", lambda: transformers.BatchEncoding({"input_ids": [1, 2]}))
    attempt("transformers-output", lambda: transformers.modeling_outputs.BaseModelOutput(last_hidden_state=__import__("torch").ones(1)))
    def tokenizer():
        from tokenizers import Tokenizer, models
        return transformers.PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0, "[UNK]": 1}, "[UNK]")))
    attempt("transformers-tokenizer", tokenizer)
    attempt("transformers-collator", lambda: transformers.DefaultDataCollator())
    attempt("transformers-trainer-state", lambda: transformers.TrainerState())


def other_kinds():
    def lightgbm():
        import lightgbm
        import numpy as np
        features = np.random.rand(60, 3)
        return lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(features, features[:, 0] > 0.5)
    attempt("lightgbm-classifier", lightgbm)
    attempt("lightgbm-booster", lambda: lightgbm().booster_)
    def ols():
        import numpy as np
        import statsmodels.api as sm
        return sm.OLS(np.arange(9.0), sm.add_constant(np.random.rand(9, 2))).fit()
    attempt("statsmodels-ols", ols)
    def arima():
        import numpy as np
        from statsmodels.tsa.arima.model import ARIMA
        return ARIMA(np.random.rand(30), order=(1, 0, 0)).fit()
    attempt("statsmodels-arima", arima)
    attempt("networkx-graph", lambda: [__import__("networkx").path_graph(3), __import__("networkx").DiGraph([(1, 2)])])
    attempt("omegaconf", lambda: __import__("omegaconf").OmegaConf.create({"a": [1, {"b": "x"}], "c": 1.5}))
    attempt("sympy", lambda: __import__("sympy").symbols("x") ** 2)
    def vision(name):
        import torchvision
        return getattr(torchvision.models, name)()
    for name in ("resnet18", "mobilenet_v3_small", "vit_b_16"):
        if name != "vit_b_16":
            attempt(f"torchvision-{name}", lambda name=name: vision(name))
    attempt("torchvision-transforms", lambda: __import__("torchvision.transforms").transforms.Compose([__import__("torchvision.transforms").transforms.ToTensor(), __import__("torchvision.transforms").transforms.Normalize([0.5], [0.5]), __import__("torchvision.transforms").transforms.Resize(8)]))
    attempt("timm", lambda: __import__("timm").create_model("test_resnet"))
    def lightning():
        import pytorch_lightning as pl
        return {"callbacks": {pl.callbacks.ModelCheckpoint: {"best": 1}}, "hparams": pl.utilities.parsing.AttributeDict(a=1), "pytorch-lightning_version": "2"}
    attempt("lightning-checkpoint", lightning)
    attempt("torchmetrics", lambda: __import__("torchmetrics").Accuracy(task="binary"))
    attempt("peft-config", lambda: __import__("peft").LoraConfig(r=4, target_modules=["q"]))
    attempt("nltk", lambda: [__import__("nltk").FreqDist("abc"), __import__("nltk").stem.PorterStemmer()])
    attempt("tokenizers", lambda: __import__("tokenizers").AddedToken("x"))


for kind in (plain, numpy_kinds, sklearn_kinds, pandas_kinds, scipy_kinds, torch_kinds, transformers_kinds, other_kinds):
    try:
        kind()
    except ImportError as problem:
        SKIPPED.append((kind.__name__, repr(problem)[:100]))
for name, why in SKIPPED:
    print(name, why, file=sys.stderr)
print(len(list(OUT.iterdir())), "files", len(SKIPPED), "left out")
