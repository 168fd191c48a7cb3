"""Loads pickles with CPython's own unpicklers and records what they ask for, without doing it.

Every import, persistent object and call yields an inert stand-in: a class of its own, since NEWOBJ of the C unpickler
wants a type. Nothing named by a pickle is ever imported or called.
"""

import copyreg
import io
import pickle
import struct
import sys

NODE_BUDGET = 400
MAX_DEPTH = 40
SHOWN = 40


class Log:
    def __init__(self):
        self.entries = []
        self.calls = 0


class Kind(type):
    """The metaclass of stand-ins: what is done to one is recorded and has no effect."""

    def __call__(cls, /, *args, **kwargs):
        return cls.log_call(args, kwargs)

    def log_call(cls, args, kwargs):
        log = cls.log
        log.entries.append(("call", cls, args, kwargs))
        made = stand_in(log, "@%d" % log.calls)
        log.calls += 1
        return made

    def __setstate__(cls, state):
        cls.log.entries.append(("build", cls, state))

    def extend(cls, items):
        cls.log.entries.append(("fill", cls, items))

    def append(cls, item):
        cls.log.entries.append(("fill", cls, [item]))

    def add(cls, item):
        cls.log.entries.append(("add", cls, item))

    def __setitem__(cls, key, value):
        cls.log.entries.append(("set", cls, key, value))


def stand_in(log, text, value=None):
    def new(cls, /, *args, **kwargs):
        return cls.log_call(args, kwargs)

    return Kind("stand_in", (), {"__new__": new, "log": log, "text": text, "value": value})


class Module:
    """Stands for a module in pickle.py's find_class, which walks from it: every attribute is a longer path."""

    def __init__(self, name, path=()):
        object.__setattr__(self, "place", (name, path))

    def __getattribute__(self, part):
        name, path = place_of(self)
        return Module(name, path + (part,))


def place_of(module):
    return object.__getattribute__(module, "place")


class ModuleTable:
    def __getitem__(self, name):
        return Module(name)


class PythonSystem:
    """What find_class in pickle.py takes from `sys`."""

    maxsize = sys.maxsize
    intern = staticmethod(sys.intern)
    exc_info = staticmethod(sys.exc_info)

    @staticmethod
    def audit(*args):
        pass

    modules = ModuleTable()


class WholeFile(io.BytesIO):
    """Shows all that is left to a reader that peeks: the C unpickler then reads as it does from bytes, without frames."""

    def peek(self, size):
        return self.getvalue()[self.tell():]


def buffers():
    while True:
        yield bytearray(b"buffer")


def recording(base, log, is_python):
    class Recorder(base):
        def find_class(self, module, name):
            if not is_python:
                log.entries.append(("import", module, name, ""))
                return stand_in(log, "<%s %s>" % (quote(module), quote(name)))
            module, path = place_of(super().find_class(module, name))
            name = ".".join(path)
            dots = "" if "." not in name else "literal" if len(path) == 1 else "walked"
            log.entries.append(("import", module, name, dots))
            return stand_in(log, "<%s %s>" % (quote(module), quote(name)))

        def persistent_load(self, pid):
            log.entries.append(("persistent", pid))
            return stand_in(log, "P", pid)

        def get_extension(self, code):
            key = copyreg._inverted_registry.get(code)
            if not key:
                raise ValueError("extension code %d" % code)
            if code not in self.extensions:
                log.entries.append(("import", "copyreg", str(code), ""))
                self.extensions[code] = stand_in(log, '<"copyreg" "%d">' % code)
            self.append(self.extensions[code])

    Recorder.extensions = {}
    return Recorder


READERS = ("c", "stream", "python")


def record(data, reader):
    """Gives (consumed or -1, lines, error) of one load: by C from bytes, by C from a file, by pickle.py."""
    log = Log()
    is_python = reader == "python"
    copyreg.clear_extension_cache()
    base = pickle._Unpickler if is_python else pickle.Unpickler
    file = WholeFile(data) if reader == "c" else io.BytesIO(data)
    saved = pickle.sys
    try:
        if is_python:
            pickle.sys = PythonSystem()
            pickle.__dict__["__import__"] = lambda *args, **kwargs: None
        recording(base, log, is_python)(file, buffers=buffers()).load()
        consumed, error = file.tell(), ""
    except Exception as err:
        consumed, error = -1, "%s: %s" % (type(err).__name__, err)
    finally:
        pickle.sys = saved
        pickle.__dict__.pop("__import__", None)
    return consumed, [line(entry) for entry in log.entries], error


def line(entry):
    kind, *parts = entry
    if kind == "import":
        module, name, dots = parts
        return " ".join(filter(None, ["import", quote(module), quote(name), dots]))
    budget = [NODE_BUDGET]
    if kind == "call":
        callee, args, kwargs = parts
        text = "call %s %s" % (show(callee, budget, 0), show(tuple(args), budget, 0))
        return text + (" " + show(kwargs, budget, 0) if kwargs else "")
    return " ".join([kind] + [show(part, budget, 0) for part in parts])


def quote(text):
    units = struct.unpack(">%dH" % (len(text.encode("utf-16-be", "surrogatepass")) // 2),
                          text.encode("utf-16-be", "surrogatepass"))
    shown = "".join(chr(u) if 0x20 <= u < 0x7F and u not in (0x22, 0x5C) else "\\u%04x" % u for u in units[:SHOWN])
    return '"%s"' % shown + ("+%d" % len(units) if len(units) > SHOWN else "")


def show(value, budget, depth):
    budget[0] -= 1
    if budget[0] < 0 or depth > MAX_DEPTH:
        return "~"
    if isinstance(value, Kind):
        return value.text + ("(%s)" % show(value.value, budget, depth + 1) if value.text == "P" else "")
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return hex(value)
    if isinstance(value, float):
        return "nan" if value != value else "f" + struct.pack(">d", value).hex()
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        if bytes(value) == b"buffer" and not isinstance(value, bytes):
            return "?"
        raw = bytes(value)
        mark = "b" if isinstance(value, bytes) else "ba"
        return mark + raw[:SHOWN].hex() + ("+%d" % len(raw) if len(raw) > SHOWN else "")
    if isinstance(value, (tuple, list)):
        inner = ",".join(show(item, budget, depth + 1) for item in value)
        return "(%s)" % inner if isinstance(value, tuple) else "[%s]" % inner
    if isinstance(value, dict):
        return "{%s}" % ",".join(
            "%s:%s" % (show(k, budget, depth + 1), show(v, budget, depth + 1)) for k, v in value.items()
        )
    if isinstance(value, (set, frozenset)):
        inner = sorted(show(item, [NODE_BUDGET], depth + 1) for item in value)
        return "%s{%s}" % ("s" if isinstance(value, set) else "fs", ",".join(inner))
    raise TypeError(type(value))


def register_extensions():
    """So that EXT1, EXT2 and small EXT4 codes exist; the names say the code."""
    for code in range(1, 1 << 16):
        copyreg._inverted_registry[code] = ("copyreg", str(code))


def digest(lines):
    """FNV-1a over the lines, as the test computes it."""
    state = 0x811C9DC5
    for byte in "\n".join(lines).encode():
        state = ((state ^ byte) * 0x01000193) & 0xFFFFFFFF
    return state
