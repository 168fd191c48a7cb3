"""The streams: pickles that CPython's picklers write, and streams assembled by hand. Payloads are inert markers."""

import collections
import copyreg
import datetime
import decimal
import enum
import fractions
import functools
import io
import operator
import pathlib
import pickle
import struct
import uuid

import cloudpickle

MARK = b"echo SALLYPORT_INERT"


class Colour(enum.Enum):
    RED = 1


class Plain:
    def __init__(self):
        self.weights = [1.5, -0.0]
        self.name = "plain"


class Slots:
    __slots__ = ("left", "right")

    def __init__(self):
        self.left, self.right = 1, (2,)


class WithState:
    def __getstate__(self):
        return ("state", 7)

    def __setstate__(self, state):
        pass


class WithKeywords(str):
    def __new__(cls, text, *, suffix):
        return str.__new__(cls, text + suffix)

    def __getnewargs_ex__(self):
        return (("text",), {"suffix": "-end"})


class Items(list):
    pass


class Entries(dict):
    pass


class Kept:
    pass


def function(argument):
    return argument


def rich():
    """One object of most kinds that a pickler knows how to write."""
    shared = ["shared", {"deep": (1, 2)}]
    cycle = []
    cycle.append(cycle)
    ring = {}
    ring["self"] = ring
    items = Items([1, 2])
    items.note = "on a list"
    entries = Entries(a=1)
    entries.note = "on a dict"
    return [
        None, True, False, 0, 1, 255, 256, 65535, 65536, -1, 2**31 - 1, -(2**31), 2**31, 2**63, -(2**70), 2**200,
        0.0, -0.0, 1.5, 1e300, float("inf"), float("nan"), "", "ascii", "caf\u00e9", "\ud800 lone", "\U0001f600",
        "back\\slash\nnewline\x00nul", "x" * 300, b"", b"bytes", b"\x00\xff" * 130, bytearray(b"array"),
        (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1], list(range(5)), {}, {"a": 1, 2: (3,)}, set(), {7},
        frozenset(), frozenset([8]), shared, shared, cycle, ring, complex(1, 2), range(3), slice(1, None, 2), Ellipsis,
        datetime.datetime(2026, 1, 2, 3, 4), decimal.Decimal("1.5"), fractions.Fraction(1, 3), pathlib.PurePosixPath("a/b"),
        collections.OrderedDict(a=1), collections.defaultdict(list, b=[2]), collections.deque([1], 5),
        collections.Counter("aab"), ValueError("message"), Colour.RED, Plain(), Slots(), WithState(),
        WithKeywords("text", suffix="-end"), items, entries, Kept(), function, print, int, type(None),
        functools.partial(int, "7", base=8), operator.itemgetter(1, 2), operator.attrgetter("a.b"), collections.OrderedDict.fromkeys,
    ]


BY_VALUE = """
def closure(factor):
    return lambda number: number * factor

class ByValue:
    level = 2
    def method(self):
        return closure(self.level)
"""


def writable(thing, protocol, pickler):
    """What this protocol can write: slots and bound methods need a later one."""
    try:
        dump(thing, protocol, pickler)
    except Exception:
        return False
    return True


def dump(thing, protocol, pickler=pickle.Pickler, **options):
    file = io.BytesIO()
    pickler(file, protocol, **options).dump(thing)
    return file.getvalue()


class Persistent(pickle.Pickler):
    def persistent_id(self, thing):
        return ("storage", thing.key) if isinstance(thing, Stored) else None


class PersistentText(pickle._Pickler):
    def persistent_id(self, thing):
        return thing.key if isinstance(thing, Stored) else None


class Stored:
    def __init__(self, key):
        self.key = key


def written():
    """(name, bytes) of pickles by CPython's picklers."""
    for protocol in range(6):
        things = [thing for thing in rich() if writable(thing, protocol, pickle.Pickler)]
        yield f"rich-c.p{protocol}", dump(things, protocol)
        yield f"rich-python.p{protocol}", dump(things, protocol, pickle._Pickler)
        yield f"small.p{protocol}", dump([Plain(), {"k": (1, "two")}, collections.OrderedDict(a=[3.5])], protocol)
        yield f"persistent.p{protocol}", dump([Stored("7"), {"w": Stored("8")}], protocol, PersistentText)
    yield "persistent-tuple.p2", dump({"w": Stored("9")}, 2, Persistent)
    yield "no-name-mapping.p2", dump([collections.OrderedDict(), range(2), print], 2, fix_imports=False)
    yield "batches.p4", dump([list(range(2500)), {i: str(i) for i in range(2500)}, set(range(2500))], 4)
    yield "framed.p4", dump(["text %d " % i * 20 for i in range(800)], 4)
    yield "out-of-band.p5", dump(
        [pickle.PickleBuffer(b"read only"), pickle.PickleBuffer(bytearray(b"x"))], 5, buffer_callback=lambda _: None
    )
    yield "in-band.p5", dump([pickle.PickleBuffer(b"read only"), pickle.PickleBuffer(bytearray(b"writable"))], 5)
    copyreg.add_extension("samples", "Kept", 240)
    yield "extension.p2", dump([Kept(), Kept], 2)
    copyreg.remove_extension("samples", "Kept", 240)
    uuid.uuid4 = lambda: uuid.UUID(int=7)  # cloudpickle marks each class with one
    by_value = {"__name__": "__main__"}
    exec(compile(BY_VALUE, "sample.py", "exec"), by_value)  # so that no path of this machine is in the sample
    yield "cloudpickle-closure", cloudpickle.dumps(by_value["closure"](3))
    yield "cloudpickle-class", cloudpickle.dumps(by_value["ByValue"]())


def text(value, opcode=b"\x8c"):
    return opcode + bytes([len(value)]) + value


def u32(number):
    return struct.pack("<I", number)


def u64(number):
    return struct.pack("<Q", number)


CALL = b"(S'" + MARK + b"'\ntR"
SYSTEM = b"cos\nsystem\n"


def calls():
    """Streams that import or call, each in another way: (name, bytes)."""
    yield "global-reduce", SYSTEM + CALL + b"."
    yield "python2-names", b"c__builtin__\neval\n" + CALL + b"."
    yield "python2-pair", b"c__builtin__\nreduce\n(cposix\nsystem\n]tR."
    yield "python2-names-off", b"\x80\x03c__builtin__\neval\n" + CALL + b"."
    yield "protocol-changes-inside", b"\x80\x04c__builtin__\neval\n0\x80\x02c__builtin__\neval\n" + CALL + b"."
    yield "inst", b"(S'" + MARK + b"'\nios\nsystem\n."
    yield "inst-no-args", b"(iuuid\nUUID\n."
    yield "inst-without-mark", b"ios\nsystem\n."
    yield "obj", b"(" + SYSTEM + b"S'" + MARK + b"'\no."
    yield "obj-no-args", b"(" + SYSTEM + b"o."
    yield "newobj", b"\x80\x02csubprocess\nPopen\nX" + u32(2) + b"id\x85\x81."
    yield "newobj-ex", b"\x80\x04" + text(b"subprocess") + text(b"Popen") + b"\x93" + text(b"id") + b"\x85}" \
        + text(b"shell") + b"\x88s\x92."
    yield "stack-global", b"\x80\x04" + text(b"os") + text(b"system") + b"\x93" + text(MARK) + b"\x85R."
    yield "stack-global-headless", text(b"os") + text(b"system") + b"\x93" + text(MARK) + b"\x85R."
    yield "stack-global-memo", b"\x80\x04" + text(b"os") + b"\x94" + text(b"system") + b"\x940" + b"0h\x00h\x01\x93" \
        + text(MARK) + b"\x85R."
    yield "stack-global-dotted", b"\x80\x04" + text(b"a") + text(b"b.c.d") + b"\x93)R."
    yield "stack-global-dotted-old", b"\x80\x02" + text(b"a") + text(b"b.c.d") + b"\x93)R."
    yield "stack-global-python2", b"\x80\x02" + text(b"__builtin__") + text(b"eval") + b"\x93)R."
    yield "stack-global-unicode", text("\u043es".encode()) + text(b"system") + b"\x93)R."
    yield "stack-global-surrogate", text(b"\xed\xa0\x80") + text(b"x") + b"\x93)R."
    yield "stack-global-binstring", b"U\x02osU\x06system\x93)R."
    yield "stack-global-made", text(b"os") + b"c_operator\nadd\n" + text(b"sys") + text(b"tem") + b"\x86R\x93)R."
    yield "global-dotted", b"\x80\x04cos\npath.join\n)R."
    yield "global-dotted-old", b"cos\npath.join\n)R."
    yield "global-unicode", "c\u043es\nsyst\u0435m\n)R.".encode()
    yield "global-spaces", b"c os \n system\t\n)R."
    yield "global-carriage-return", b"cos\r\nsystem\r\n)R."
    yield "global-empty-name", b"cos\n\n)R."
    yield "build-setstate", b"\x80\x02csite\nx\n)\x81}U\x01aK\x01sb."
    yield "build-of-global", b"csite\nx\n}S'a'\nI1\nsb."
    yield "build-slots", b"\x80\x02csite\nx\n)\x81N}U\x01aK\x01s\x86b."
    yield "fills", b"cm\nC\n)R(I1\nI2\ne(I3\nI4\nu\x8f0I5\na(I6\n\x90I7\nI8\ns."
    yield "fill-nothing", b"cm\nC\n)R(e(u(\x90."
    yield "call-of-call", b"cm\nf\n)R)R)R."
    yield "call-of-persistent", b"Pstorage\n)R."
    yield "extension-codes", b"\x80\x02\x82\x01)R0\x83\x00\x01)R0\x84\x05\x00\x00\x00)R0\x82\x01."
    yield "persistent-names", b"Pone\n0S'two'\nQ0)Q."
    yield "next-buffer", b"\x80\x05\x97\x98\x97\x86."
    yield "pop-hides", SYSTEM + CALL + b"0N."
    yield "pop-mark-hides", b"(" + SYSTEM + CALL + b"1N."
    yield "mark-popped", b"(0" + SYSTEM + CALL + b"."
    yield "dup", SYSTEM + b"2" + CALL + b"0" + CALL + b"."
    yield "memo-overwritten", b"S'math'\np0\n0S'os'\np0\n0S'system'\np1\n0g0\ng1\n\x93)R."
    yield "memo-far", SYSTEM + b"p99999\n0g99999\n)R."
    yield "memoize-mixed", b"\x80\x04" + text(b"a") + b"\x94" + text(b"os") + b"q\x05" + text(b"b") + b"\x94" \
        + b"h\x05" + text(b"system") + b"\x93h\x02\x85R."
    yield "get-odd-forms", SYSTEM + b"p007\n0g +7 \n0g0_7\n)R."
    yield "get-nul", SYSTEM + b"p7\n0g7\0zzz\n)R."
    yield "args-list", b"cm\nf\n]S'a'\naR."
    yield "args-dict", b"cm\nf\n}S'a'\nI1\nsR."
    yield "args-text", b"cm\nf\nS'ab'\nR."
    yield "kwargs-result", b"cm\nf\n)cm\ng\n)R\x92."
    yield "reduce-in-args", b"cm\nf\n(cm\ng\n(S'x'\ntRtR."
    yield "partial", b"cfunctools\npartial\n(" + SYSTEM + b"S'" + MARK + b"'\ntR)R."
    yield "padding", b"N0" * 300 + SYSTEM + CALL + b"."
    yield "deep", b"(" * 300 + SYSTEM + CALL + b"1" * 0 + b"."
    yield "shared-tuples", b")" + b"2\x86" * 18 + b"\x85cm\nf\n0."
    yield "cyclic-args", b"]p0\ng0\nacm\nf\ng0\n\x85R."
    yield "stack-left", SYSTEM + SYSTEM + CALL + b"."
    yield "after-stop", b"N." + SYSTEM + CALL + b"."
    yield "frame-drops", frame_that_drops(SYSTEM + CALL + b".")
    yield "frame-hides-after-stop", b"\x80\x04\x95" + u64(2 + len(SYSTEM + CALL) + 1) + b"N." + SYSTEM + CALL + b"."


def frame_that_drops(hidden):
    """Text to a reader of bytes, opcodes to one of files, which drops two bytes and so reads two more as text."""
    shown = 40
    framed = b"X" + u32(shown) + b"aa"
    return b"\x80\x04\x95" + u64(len(framed)) + framed + b"b" * (shown - 2) + b"U" + bytes([len(hidden)]) + hidden + b"."


def several():
    """Files of more than one pickle, or of a pickle and more: (name, bytes)."""
    yield "memo-carried", text(b"os") + b"\x94" + text(b"system") + b"\x94.h\x00h\x01\x93" + text(MARK) + b"\x85R."
    yield "memo-shifted", b"\x80\x04" + text(b"os") + b"\x94" + text(b"system") + b"\x94.\x80\x04" + text(b"math") + b"\x94" \
        + text(b"sqrt") + b"\x94h\x00h\x01\x93)R."
    yield "behind-junk", b"\x80\x02N.\xff\xfe junk \x00" + b"\x80\x02" + SYSTEM + CALL + b"."
    yield "behind-junk-text", b"\x80\x02N.\xff\xfe junk \x00(S'" + MARK + b"'\nios\nsystem\n."
    yield "behind-break", b"\x80\x02N\xff\x00" + b"(S'" + MARK + b"'\nios\nsystem\n."
    yield "behind-false-size", b"\x80\x02B" + u32(2**31) + SYSTEM + CALL + b"."


def malformed():
    """Named after the gap that they lead to."""
    yield "truncated--no-stop", SYSTEM + CALL
    yield "truncated--operand", SYSTEM + b"X" + u32(9) + b"abc"
    yield "truncated--terabyte", SYSTEM + b"\x8e" + u64(2**40) + b"abc."
    yield "malformed--unknown-opcode", SYSTEM + CALL + b"\xff."
    yield "malformed--stack-underflow", SYSTEM + CALL + b"0R."
    yield "malformed--bad-memo", SYSTEM + CALL + b"h\x07."
    yield "malformed--bad-argument", SYSTEM + CALL + b"Inumber\n."
    yield "malformed--unhashable-key", SYSTEM + CALL + b"}]Ns."
    yield "unrecognised--bytes-behind", SYSTEM + CALL + b"." + bytes(range(1, 99))
    yield "limit--name", SYSTEM + CALL + b"c" + b"n" * 70000 + b"\nx\n."


def numbers():
    """Operands that the readers parse differently."""
    ints = ["1", "-1", "+1", "00", "01", "0", "1 ", " 1", "\t7", "010", "0x10", "0X_f", "0o17", "0b11", "1_000", "_1", "1__0",
            "", " ", "abc", "1\0zz", "\0", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "0777777777777777777777777",
            "08", "000", "-0", "+0", "0 ", "- 1", "0x", "1L", "99999999999999999999", "1.0", "0_0", "0_1", "1\v", "1\x85", "٣"]
    for number, operand in enumerate(ints):
        raw = operand.encode()
        yield f"int-{number:02}", b"I" + raw + b"\n."
        yield f"long-{number:02}", b"L" + raw + b"\n."
        yield f"long-suffixed-{number:02}", b"L" + raw + b"L\n."
        yield f"put-get-{number:02}", b"Np" + raw + b"\n0g" + raw + b"\n."
    floats = ["1.5", " 1.5", "1.5 ", "1_0.5", "1e5", "1e", "1e400", "-1e400", ".5", "5.", ".", "inf", "-Infinity", "NaN", "+nan",
              "0x1p3", "1\0z", "", "1e-400", "--1", "1._5", "1_.5", "iNf", "infin", "1E+5"]
    for number, operand in enumerate(floats):
        yield f"float-{number:02}", b"F" + operand.encode() + b"\n."
    for length in (1, 2, 3, 8, 20, 127, 128, 255):
        yield f"long1-{length:03}", b"\x8a" + bytes([length]) + bytes(range(1, 128))[:length].ljust(length, b"\x81") + b"."
    yield "long1-empty", b"\x8a\x00."
    yield "long4", b"\x8b" + u32(3) + b"\x01\x02\xff."
    yield "long4-negative", b"\x8b" + u32(2**32 - 3) + b"\x01\x02\xff."
    yield "digits-4300", b"L" + b"7" * 4300 + b"L\n."
    yield "digits-4301", b"L" + b"7" * 4301 + b"L\n."
    yield "hex-digits-9000", b"L0x" + b"7" * 9000 + b"L\n."


def strings():
    operands = [b"''", b"'", b"", b"\"a\"", b"'a\"", b"a", b"'a' ", b" 'a'", b"'\\x41\\101\\n\\q\\\\\\''", b"'\\x4'", b"'a\\'", b"'\\'",
                b"'\xe9'", b"'\\xe9'", b"'\\777'", b"'\\u0041'", b"'''", b"'a\0b'", b"'a'\r"]
    for number, operand in enumerate(operands):
        yield f"string-{number:02}", b"S" + operand + b"\n."
    raws = [b"", b"a", b"\\u0041", b"\\u004", b"\\U0001f600", b"\\U00110000", b"\\\\u0041", b"\\x41", b"\xe9", b"\\", b"\\ud800", b"a\\"]
    for number, operand in enumerate(raws):
        yield f"unicode-{number:02}", b"V" + operand + b"\n."
    utf8 = [b"\xc3\xa9", b"\xc3", b"\xed\xa0\x80", b"\xed\xa0\x80\xed\xb0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xf0\x9f\x98\x80", b"a\xed\xa0\x80b",
            b"\xed\xa0", b"\xff"]
    for number, raw in enumerate(utf8):
        yield f"utf8-{number:02}", text(raw) + b"."
    yield "binstring-raw", b"U\x02\xc3\xa9."
    yield "binstring-large", b"T" + u32(300) + b"y" * 300 + b"."
    yield "binbytes8", b"\x8e" + u64(3) + b"abc."
    yield "binunicode8", b"\x8d" + u64(3) + b"abc."
    yield "bytearray8", b"\x96" + u64(3) + b"abc(K\x01K\x02eK\x09aK\x00K\x08s\x98."
    for name, opcode in (("binbytes8", b"\x8e"), ("binunicode8", b"\x8d"), ("bytearray8", b"\x96"), ("frame", b"\x95")):
        yield f"{name}-too-long", opcode + u64(10**12) + b"abcN."
        yield f"{name}-past-ssize", opcode + u64(2**63) + b"abcN."
    yield "binstring-negative", b"T" + u32(2**31) + b"abc."
    yield "persid-raw", b"P\xe9\n."
    yield "inst-raw", b"(i\xc3\xa9\nx\n."
    yield "global-raw", b"c\xff\nx\n."


def structures():
    """Right and wrong use of the stack, marks, memo, frames and containers."""
    streams = {
        "empty": b"", "stop": b".", "mark-stop": b"(.", "value-mark-stop": b"N(.", "none": b"N.", "no-stop": b"N",
        "pop-empty": b"0.", "pop-mark-empty": b"1.", "dup-empty": b"2.", "dup-mark": b"N(2.", "tuple1-mark": b"N(\x85.",
        "tuple2-short": b"N\x86.", "tuple3-across-mark": b"NN(N\x87.", "tuple-no-mark": b"Nt.", "list-marks": b"((N(Ntlt.",
        "dict-odd": b"(NNNd.", "dict-unhashable": b"(]Nd.", "dict": b"(NNI1\nI2\nd.", "setitem": b"}NNs.", "setitem-short": b"NNs.",
        "setitem-unhashable": b"}]Ns.", "setitem-tuple-unhashable": b"}]\x85Ns.", "setitems-odd": b"}(NNNu.", "setitems-none": b"N(u.",
        "setitem-list": b"]NaI0\nI5\ns.", "setitem-list-range": b"]NaI1\nI5\ns.", "setitem-list-negative": b"]NaI-1\nI5\ns.",
        "setitem-list-key": b"]NaNI5\ns.", "setitem-tuple": b")NNs.", "setitem-none": b"NNNs.", "setitems-key-order": b"}(I1\nN\x88]u.",
        "setitems-across-mark": b"}(N(Nu.", "append": b"]Na.", "append-none": b"NNa.", "append-tuple": b")Na.", "append-short": b"Na.",
        "append-dict": b"}Na.", "append-bytearray": b"\x96" + u64(1) + b"aK\x07a.", "append-bytearray-bad": b"\x96" + u64(1) + b"aNa.",
        "append-mark": b"](Na.", "appends-none": b"N(e.", "appends-nothing-dict": b"}(e.", "appends-list": b"](NNe.", "appends-no-mark": b"]Ne.",
        "additems": b"\x8f(K\x01K\x02\x90.", "additems-unhashable": b"\x8f(]\x90.", "additems-list": b"](N\x90.", "additems-list-nothing": b"](\x90.",
        "additems-frozenset": b"(\x91(N\x90.", "frozenset": b"(NK\x01K\x01\x91.", "frozenset-unhashable": b"(}\x91.", "frozenset-key": b"}(N\x91Ns.",
        "bytearray-key": b"}\x96" + u64(1) + b"aNs.", "bytearray-setitem": b"\x96" + u64(2) + b"abK\x01K\x07s.", "set-key": b"}\x8fNs.",
        "float-keys": b"}(K\x01NG" + struct.pack(">d", 1.0) + b"K\x02\x88K\x03u.", "readonly-text": b"S'a'\n\x98.", "readonly-bytes": b"C\x01a\x98.",
        "readonly-none": b"\x98.", "build-none": b"NNb.", "build-dict": b"}Nb.", "build-dict-empty": b"}}b.", "build-dict-state": b"}(NNdb.",
        "build-list-false": b"]\x89b.", "build-slots-none": b"]NN\x86b.", "build-slots-empty": b"]N}\x86b.", "build-short": b"Nb.",
        "build-mark": b"N(Nb.", "reduce-none": b"N)R.", "reduce-text": b"S'a'\n)R.", "reduce-args-none": b"cm\nf\nNR.", "reduce-args-int": b"cm\nf\nK\x01R.",
        "reduce-short": b")R.", "newobj-none": b"N)\x81.", "newobj-args-none": b"cm\nf\nN\x81.", "newobj-ex-kwargs": b"cm\nf\n)N\x92.",
        "newobj-ex-short": b")}\x92.", "obj-none": b"(No.", "obj-nothing": b"(o.", "obj-no-mark": b"No.", "stack-global-none": b"NN\x93.",
        "stack-global-bytes": b"C\x01aC\x01b\x93.", "stack-global-short": b"S'a'\n\x93.", "get-missing": b"g0\n.", "binget-missing": b"h\x00.",
        "long-binget-missing": b"j" + u32(7) + b".", "put-empty": b"p0\n.", "put-mark": b"N(p0\nt.", "put-negative": b"Np-1\n.", "put-huge": b"Np99999999999999999999\n.",
        "long-binput-huge": b"Nr" + u32(2**32 - 1) + b".", "memoize-empty": b"\x94.", "memoize-mark": b"(\x94.", "ext-zero": b"\x82\x00.",
        "ext4-negative": b"\x84" + u32(2**32 - 1) + b".", "proto-6": b"\x80\x06N.", "proto-255": b"\x80\xffN.", "proto-0": b"\x80\x00N.", "proto-only": b"\x80",
        "proto-late": b"N\x80\x02.", "unknown-opcode": b"N\xff.", "newline": b"N\n.", "binpersid-empty": b"Q.", "global-cut": b"cos\nsyst", "global-cut-first": b"cos",
        "inst-cut": b"(S'x'\nios\nsystemX", "inst-cut-nothing": b"(ios\n", "persid-cut": b"Pstorage", "int-cut": b"I12", "frame": b"\x95" + u64(2) + b"N.",
        "frame-short": b"\x95" + u64(1) + b"N.", "frame-zero": b"\x95" + u64(0) + b"N.", "frame-long": b"\x95" + u64(9) + b"N.",
        "frame-long-rest": b"\x95" + u64(4) + b"N.abcd", "frame-splits-operand": b"\x95" + u64(2) + b"M\x01\x02.", "frame-splits-opcode": b"\x95" + u64(1) + b"M\x01\x02.",
        "frame-splits-counted": b"\x95" + u64(2) + b"U\x02ab.", "frame-splits-text": b"\x95" + u64(3) + b"U\x02ab.", "frame-splits-line": b"\x95" + u64(2) + b"I12\n.",
        "frame-splits-lines": b"\x95" + u64(4) + b"cos\nsystem\n.", "frame-splits-name": b"\x95" + u64(6) + b"cos\nsystem\n.", "frame-nested": b"\x95" + u64(12) + b"N\x95" + u64(1) + b"N.",
        "frame-in-frame-end": b"\x95" + u64(12) + b"N0N" + b"\x95" + u64(1) + b"N.", "frame-splits-frame": b"\x95" + u64(4) + b"N\x95" + u64(1) + b"N.",
        "frames": b"\x95" + u64(2) + b"N0\x95" + u64(2) + b"N.", "frame-cut": b"\x95\x00\x00",
    }
    yield from streams.items()


def by_hand():
    for source in (calls, numbers, strings, structures):
        yield from source()
