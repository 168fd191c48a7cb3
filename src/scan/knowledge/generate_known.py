"""Writes known-classes.json: classes and functions of ML libraries that honest pickles name.

    python src/scan/knowledge/generate_known.py [SITE_PACKAGES ...]

Sources are read as syntax trees, never imported; several site-packages folders (other releases) are merged.
Functions are found by importing numpy, scipy.special, torch and scikit-learn of the running interpreter.

A class is listed when making one without `__init__` and filling its `__dict__` does nothing else:
- every ancestor is listed here, or is a plain base of the standard library;
- neither it nor an ancestor defines a method that loading runs (HOOKS), unless a person read it (REVIEWED);
- no method of its own body names what runs code, starts processes, opens files or sockets, or unpickles: a
  harmless load must not become harm at predict.
"""

import ast
import collections
import gc
import importlib
import json
import pathlib
import re
import sys

HOOKS = {"__setstate__", "__del__", "__getattr__", "__setattr__", "__getattribute__", "__new__"}

# Read line by line: they update `__dict__`, rename or convert their own fields, or raise.
REVIEWED = set(
    """
    sklearn.base.BaseEstimator sklearn.isotonic.IsotonicRegression sklearn.frozen._frozen.FrozenEstimator sklearn.utils._bunch.Bunch
    sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor sklearn.gaussian_process.kernels.Hyperparameter
    sklearn.utils._metadata_requests.MetadataRequest sklearn.utils._metadata_requests.EmptyRequest sklearn.base._MetadataRequester
    sklearn.utils._metadata_requests._MetadataRequester sklearn.utils._set_output._SetOutputMixin
    torch.nn.modules.activation.MultiheadAttention torch.nn.modules.activation.Softmin torch.nn.modules.activation.Softmax
    torch.nn.modules.activation.LogSoftmax torch.nn.modules.conv._ConvNd torch.nn.modules.module.Module torch.nn.modules.pooling.AvgPool3d
    torch.nn.modules.rnn.RNNBase torch.nn.modules.transformer.TransformerEncoderLayer torch.nn.modules.transformer.TransformerDecoderLayer
    torch.nn.modules.upsampling.Upsample torch.optim._adafactor.Adafactor torch.optim.adadelta.Adadelta torch.optim.adagrad.Adagrad
    torch.optim.adam.Adam torch.optim.adamax.Adamax torch.optim.adamw.AdamW torch.optim.asgd.ASGD torch.optim.nadam.NAdam
    torch.optim.optimizer.Optimizer torch.optim.radam.RAdam torch.optim.rmsprop.RMSprop torch.optim.rprop.Rprop torch.optim.sgd.SGD
    torch.utils.data.dataloader.DataLoader torch.amp.grad_scaler.GradScaler
    scipy._lib._util._RichResult scipy.sparse._coo.coo_matrix scipy.spatial.transform._rotation.Rotation torch.nn.parameter.Parameter
    scipy.interpolate._rbfinterp.RBFInterpolator
    transformers.configuration_utils.PreTrainedConfig transformers.configuration_utils.PretrainedConfig
    transformers.integrations.heterogeneity.configuration_utils.HeterogeneousConfigMixin
    transformers.tokenization_utils_base.BatchEncoding transformers.tokenization_utils_base.PreTrainedTokenizerBase
    statsmodels.base.wrapper.ResultsWrapper peft.tuners.tuners_utils.BaseTuner peft.peft_model.PeftModel transformers.feature_extraction_utils.BatchFeature transformers.utils.generic.ModelOutput
    timm.layers.ml_decoder.TransformerDecoderLayerOptimal torchmetrics.metric.Metric
    pytorch_lightning.utilities.parsing.AttributeDict lightning_fabric.utilities.data.AttributeDict
    networkx.classes.graph.Graph networkx.classes.digraph.DiGraph networkx.classes.multigraph.MultiGraph networkx.classes.multidigraph.MultiDiGraph
    accelerate.state.PartialState accelerate.state.AcceleratorState
    omegaconf.base.Node omegaconf.basecontainer.BaseContainer omegaconf.dictconfig.DictConfig omegaconf.listconfig.ListConfig
    """.split()
)

# Bases outside the listed packages whose instances only hold data.
PLAIN_BASES = {
    "object", "dict", "list", "set", "frozenset", "tuple", "str", "int", "float", "bytes", "Exception", "Warning", "RuntimeWarning", "DeprecationWarning", "FutureWarning", "AttributeError", "KeyError", "Counter", "collections.Counter", "ValueError", "TypeError",
    "RuntimeError", "UserWarning", "ABC", "abc.ABC", "abc.ABCMeta", "Enum", "enum.Enum", "IntEnum", "enum.IntEnum", "IntFlag", "enum.IntFlag", "Flag", "StrEnum",
    "enum.StrEnum", "Generic", "typing.Generic", "Protocol", "typing.Protocol", "NamedTuple", "typing.NamedTuple", "TypedDict",
    "OrderedDict", "collections.OrderedDict", "UserDict", "collections.UserDict", "defaultdict", "Mapping", "MutableMapping",
    "collections.abc.Mapping", "collections.abc.MutableMapping", "Sequence", "Iterable", "Iterator", "Sized", "Container", "Hashable", "Callable",
    "typing.Sequence", "collections.abc.Sequence", "MutableSequence", "collections.abc.Callable",
}

RISKY = re.compile(
    r"^(open|__import__|import_module|subprocess|shutil|socket|urllib\d?|httpx|pickle|cPickle|dill|"
    r"cloudpickle|joblib|marshal|ctypes|cffi|tempfile|runpy|pty|popen|system|Popen|check_output|check_call|unlink|rmtree|mkdir|makedirs|"
    r"write_text|write_bytes|read_text|read_bytes|urlopen|urlretrieve|load_library|cdll|CDLL|fromfile|tofile|loadtxt|savetxt|memmap|"
    r"hf_hub_download|snapshot_download|cached_file|from_pretrained|get_class_from_dynamic_module|spawn|execv|fork|"
    r"load_state_dict_from_url|torch_load|read_pickle|to_pickle|_exec_with_source|code_gen|webbrowser)$"
)

RISKY_NAMES = {"exec", "eval", "compile", "execfile", "input", "breakpoint", "os"}  # `x.eval()` is none

# package: modules left out, modules kept (empty: all), whether a reference to the class may be stored and called later
PACKAGES = {
    "sklearn": (r"\.(tests|datasets|externals|conftest|callback|_build_utils|experimental)\b|\.utils\.(_testing|_mocking|estimator_checks|parallel|_estimator_html|_show_versions|_repr_html)", r"", True),
    "torch": (r"\.(tests|testing)\b", r"^torch\.(nn\.(modules|parameter|utils\.(weight_norm|spectral_norm|rnn|parametrize|parametrizations|fusion|prune))|optim|distributions|amp|utils\.data\.(dataset|sampler|dataloader|distributed))\b", True),
    "torchvision": (r"\.(tests|datasets|io|prototype)\b", r"^torchvision\.(models|transforms|ops)\b", True),
    "timm": (r"\.(tests|data|utils)\b", r"^timm\.(models|layers|optim|scheduler|loss)\b", True),
    "torchmetrics": (r"\.(tests|utilities|image|text|multimodal|detection|audio|video)\b", r"^torchmetrics\.(metric|collections|aggregation|classification|regression|clustering|nominal|retrieval|wrappers)\b", False),
    "transformers": (r"\.(tests|testing_utils|commands|cli|sagemaker|pipelines|convert\w*|onnx)\b|conversion|convert_|models\..*tokenization_|modular_|integrations", r"^transformers\.(models|activations|configuration_utils|generation|modeling\w*|training_args\w*|trainer_utils|trainer_callback|trainer_pt_utils|utils\.generic|feature_extraction\w*|image_processing\w*|cache_utils|pytorch_utils|debug_utils|data\.data_collator|tokenization_\w+|integrations\.heterogeneity)\b", False),
    "accelerate": (r"\.(tests|test_utils|commands)\b", r"^accelerate\.(state|utils\.dataclasses|data_loader)\b", False),
    "peft": (r"\.tests\b", r"^peft\.(config|tuners|utils\.peft_types)\b", False),
    "scipy": (r"\.(tests|_lib\.array_api_compat|datasets|io|weave|misc|odr)\b", r"^scipy\.(sparse|interpolate|spatial|optimize|_lib\._(bunch|util)|signal\._ltisys|cluster|stats\._(stats_py|kde|qmc|covariance|multivariate|continuous_distns|discrete_distns|distn_infrastructure|distr_params))\b", True),
    "statsmodels": (r"\.(tests|sandbox|datasets|iolib|graphics|formula|tools\.\w*test\w*)\b|/tests", r"", False),
    "networkx": (r"\.(tests|drawing|readwrite)\b", r"^networkx\.classes\b", False),
    "lightgbm": (r"\.(tests|dask)\b", r"^lightgbm\.(sklearn|compat)\b", False),
    "omegaconf": (r"", r"^omegaconf\.(base|basecontainer|dictconfig|listconfig|nodes)\b", False),
    "pytorch_lightning": (r"\.tests\b", r"^pytorch_lightning\.(utilities\.parsing|callbacks)\b", True),
    "lightning_fabric": (r"\.tests\b", r"^lightning_fabric\.utilities\.data\b", False),
    "nltk": (r"\.test\b", r"^nltk\.(probability|stem|tokenize\.(punkt|regexp|simple|treebank|destructive|api)|util|lm|classify\.(naivebayes|api)|tag\.(sequential|perceptron|api))\b", False),
    "sentence_transformers": (r"\.tests\b", r"^sentence_transformers\.(models|losses|similarity_functions|util)\b", False),
}


# Nothing that is listed descends from classes in these.
NEVER_BASES = re.compile(r"\.(tests?|_inductor|_dynamo)\b|\.modular_|\.convert_")


class Source:
    """One class of one package, as its source says."""

    def __init__(self, full, node, imports, module):
        self.full, self.name, self.imports, self.module = full, node.name, imports, module
        self.risk = risky(node)
        self.bases = [dotted(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases]
        self.hooks = {item.name for item in node.body if isinstance(item, ast.FunctionDef)} & HOOKS


def dotted(node):
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return None if inner is None else f"{inner}.{node.attr}"
    if isinstance(node, ast.Call):
        name = dotted(node.func)
        return "NamedTuple" if name in ("namedtuple", "collections.namedtuple", "_make_tuple_bunch") else None
    return None


def imports_of(tree, module, is_package):
    parts = module.split(".")
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                found[name.asname or name.name.split(".")[0]] = name.name if name.asname else name.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            keep = parts if is_package else parts[:-1]
            base = keep[: len(keep) - node.level + 1] if node.level else []
            target = ".".join(base + ([node.module] if node.module else []))
            for name in node.names:
                found[name.asname or name.name] = f"{target}.{name.name}"
    return found


def read_package(site, package):
    classes, versions = {}, None
    for info in site.glob("*.dist-info/METADATA"):
        head = info.read_text(errors="replace")[:2000]
        name = re.search(r"^Name: (.*)$", head, re.M).group(1).lower().replace("-", "_")
        if name in (package, {"sklearn": "scikit_learn"}.get(package)):
            versions = re.search(r"^Version: (.*)$", head, re.M).group(1)
    for path in sorted((site / package).rglob("*.py")):
        relative = path.relative_to(site).with_suffix("")
        is_package = relative.name == "__init__"
        module = ".".join(relative.parts[:-1] if is_package else relative.parts)
        if NEVER_BASES.search(module):
            continue
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError):
            continue
        imports = imports_of(tree, module, is_package)
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                classes[f"{module}.{node.name}"] = Source(f"{module}.{node.name}", node, imports, module)
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and dotted(node.value) == "NamedTuple":
                made = ast.ClassDef(name=node.targets[0].id if isinstance(node.targets[0], ast.Name) else "?", bases=[ast.Name("NamedTuple")], keywords=[], body=[], decorator_list=[])
                classes[f"{module}.{made.name}"] = Source(f"{module}.{made.name}", made, imports, module)
    return classes, versions


class World:
    def __init__(self, classes):
        self.classes = classes
        self.by_name = collections.defaultdict(list)
        for full in classes:
            self.by_name[full.rsplit(".", 1)[1]].append(full)
        self.known = {}

    def resolve(self, source, base):
        if base is None:
            return None
        head, _, rest = base.partition(".")
        full = source.imports.get(head, f"{source.module}.{head}") + (f".{rest}" if rest else "")
        if full in self.classes:
            return full
        if base in PLAIN_BASES or full in PLAIN_BASES or full.rsplit(".", 1)[1] in PLAIN_BASES and full.split(".")[0] in ("abc", "enum", "typing", "collections", "typing_extensions"):
            return "plain:" + base.rsplit(".", 1)[-1]
        # Re-exported: the same name defined once in the same package.
        top = full.split(".")[0]
        same = [other for other in self.by_name[full.rsplit(".", 1)[1]] if other.split(".")[0] == top]
        if len(same) != 1:
            prefix = full.rsplit(".", 1)[0] + "."
            same = [other for other in same if other.startswith(prefix)]
        return same[0] if len(same) == 1 else None

    def ancestors(self, full, depth=0):
        """Full names of all ancestors, or None when one is not known."""
        if full in self.known:
            return self.known[full]
        self.known[full] = None
        source, found = self.classes[full], []
        for base in source.bases:
            target = self.resolve(source, base)
            if target is None or depth > 30:
                return None
            found.append(target)
            if not target.startswith("plain:"):
                above = self.ancestors(target, depth + 1)
                if above is None:
                    return None
                found += above
        self.known[full] = found
        return found


def risky(node):
    parameters = {item.arg for item in ast.walk(node) if isinstance(item, ast.arg)}
    for item in ast.walk(node):
        name = item.id if isinstance(item, ast.Name) else item.attr if isinstance(item, ast.Attribute) else None
        if isinstance(item, ast.Name) and isinstance(getattr(item, "ctx", None), ast.Load) and name in RISKY_NAMES - parameters:
            return name
        if isinstance(item, ast.Attribute) and dotted(item.value) == "requests" and name in ("get", "post", "put", "request", "Session"):
            return f"requests.{name}"
        if name and RISKY.match(name):
            return name
    return None


def kind_of(ancestors):
    names = {name[6:] for name in ancestors if name.startswith("plain:")}
    if names & {"Enum", "IntEnum", "IntFlag", "Flag", "StrEnum"}:
        return "enums"
    if "NamedTuple" in names:
        return "tuples"
    return "classes"


def functions():
    """Plain numeric functions, harmless with any arguments."""
    found = collections.defaultdict(set)

    def add(module, names, test):
        loaded = importlib.import_module(module)
        for name in names or dir(loaded):
            thing = getattr(loaded, name, None)
            if not name.startswith("_") and thing is not None and test(thing, name):
                found[module].add(name)

    import numpy

    add("numpy", None, lambda thing, name: isinstance(thing, numpy.ufunc))
    add("scipy.special", None, lambda thing, name: isinstance(thing, numpy.ufunc))
    add("scipy.special._ufuncs", None, lambda thing, name: isinstance(thing, numpy.ufunc))
    for module in ("sklearn.metrics._classification", "sklearn.metrics._regression", "sklearn.metrics._ranking", "sklearn.metrics.pairwise",
                   "sklearn.metrics.cluster._supervised", "sklearn.metrics.cluster._unsupervised", "sklearn.feature_selection._univariate_selection",
                   "sklearn.feature_selection._mutual_info", "sklearn.preprocessing._data", "sklearn.linear_model._logistic", "torch.nn.functional", "torch.nn.init"):
        add(module, None, lambda thing, name, module=module: callable(thing) and not isinstance(thing, type) and getattr(thing, "__module__", None) == module
            and not RISKY.match(name) and "handle_torch_function" not in name)
    import torch

    safe = re.compile(r"^(relu|relu_|sigmoid|tanh|softmax|log_softmax|exp|log|sqrt|rsqrt|abs|sin|cos|add|sub|mul|div|mean|sum|prod|max|min|clamp|celu|elu|selu|prelu|"
                      r"rrelu|threshold|dropout|alpha_dropout|feature_dropout|erf|logsigmoid|hardshrink|matmul|cat|stack|where|square|sign|pow|floor|ceil|round|zeros|ones|"
                      r"zeros_like|ones_like|full|flatten|batch_norm|layer_norm|group_norm|conv1d|conv2d|conv3d|bilinear|cosine_similarity|pairwise_distance|pdist|norm|identity)$")
    add("torch", None, lambda thing, name: callable(thing) and safe.match(name))
    add("torch._C._nn", None, lambda thing, name: callable(thing))
    return {module: " ".join(sorted(names)) for module, names in sorted(found.items())}


def main(sites):
    merged = {kind: collections.defaultdict(set) for kind in ("classes", "objects", "enums", "tuples", "distributions")}
    packages, dropped = collections.defaultdict(set), []
    for site in sites:
        everything = {}
        for package in PACKAGES:
            classes, version = read_package(site, package)
            everything.update(classes)
            if version is not None:
                packages[package].add(version)
        world = World(everything)
        for full, source in everything.items():
            package = full.split(".")[0]
            left_out, kept, storable = PACKAGES[package]
            if left_out and re.search(left_out, source.module) or kept and not re.search(kept, source.module):
                continue
            ancestors = world.ancestors(full)
            if ancestors is None:
                dropped.append((full, "unknown base"))
                continue
            lineage = [full] + [name for name in ancestors if not name.startswith("plain:")]
            distribution = "scipy.stats._distn_infrastructure.rv_generic" in lineage
            hooked = [] if distribution else [name for name in lineage if everything[name].hooks and name not in REVIEWED]
            if hooked:
                dropped.append((full, f"hook {hooked[0]} {sorted(everything[hooked[0]].hooks)}"))
                continue
            # Shared bases (PreTrainedModel, TrainingArguments) load and save by design: reviewed by name below.
            reason = None if full in ALLOWED_DESPITE_RISK else source.risk
            if reason and not distribution:
                dropped.append((full, f"names {reason}"))
                continue
            # `rv_generic.__setstate__` executes `_parse_arg_template` of the state: its shape is checked by the detector.
            kind = "distributions" if distribution else kind_of(ancestors)
            if kind == "classes" and not storable:
                kind = "objects"
            merged[kind][source.module].add(source.name)
    document = {
        "about": "Written by generate_known.py; see there for what the lists mean. Do not edit.",
        "packages": {name: sorted(found) for name, found in sorted(packages.items())},
        **{kind: {module: " ".join(sorted(names)) for module, names in sorted(table.items())} for kind, table in merged.items()},
        "functions": functions(),
    }
    target = pathlib.Path(__file__).with_name("known-classes.json")
    target.write_text(json.dumps(document, indent=1, ensure_ascii=True) + "\n")
    for full, why in sorted(set(dropped)):
        print(full, why)
    counts = {kind: sum(len(names) for names in table.values()) for kind, table in merged.items()}
    print(counts, "functions", sum(len(names.split()) for names in document["functions"].values()), file=sys.stderr)


# Load and save only when their own method is called with a path by the user; nothing of their state is a path that
# a later harmless-looking call opens.
ALLOWED_DESPITE_RISK = set(
    """
    transformers.configuration_utils.PreTrainedConfig transformers.configuration_utils.PretrainedConfig transformers.modeling_utils.PreTrainedModel
    transformers.generation.configuration_utils.GenerationConfig transformers.generation.utils.GenerationMixin
    transformers.tokenization_utils_base.PreTrainedTokenizerBase transformers.tokenization_utils_tokenizers.TokenizersBackend
    transformers.tokenization_utils_fast.PreTrainedTokenizerFast transformers.feature_extraction_utils.FeatureExtractionMixin
    transformers.trainer_pt_utils.AcceleratorConfig transformers.image_processing_base.ImageProcessingMixin transformers.generation.utils.ContinuousMixin
    transformers.training_args.TrainingArguments
    transformers.training_args_seq2seq.Seq2SeqTrainingArguments transformers.trainer_callback.TrainerState
    torch.nn.modules.module.Module sklearn.feature_extraction.text.CountVectorizer sklearn.feature_extraction.text._VectorizerMixin
    accelerate.utils.dataclasses.DeepSpeedPlugin accelerate.state.PartialState accelerate.state.AcceleratorState
    """.split()
)


if __name__ == "__main__":
    gc.disable()  # syntax trees hold no cycles; looking for them takes most of the time
    given = [pathlib.Path(item) for item in sys.argv[1:]]
    main(given or [pathlib.Path(item) for item in sys.path if item.endswith("site-packages")])
