"""A pickle assembler: writes opcodes as they are, sound or not. It loads nothing."""

import struct


class Pickle:
    """`Pickle(4).glob("os", "system").text("x").tuple1().reduce().stop()`; every method returns the builder."""

    def __init__(self, protocol=2):
        self.data = b"" if protocol is None else b"\x80" + bytes([protocol])

    def raw(self, data):
        self.data += data
        return self

    def glob(self, module, name):
        return self.raw(b"c" + module.encode() + b"\n" + name.encode() + b"\n")

    def text(self, value):
        data = value.encode("utf-8", "surrogatepass")
        return self.raw(b"X" + struct.pack("<I", len(data)) + data)

    def short(self, value):
        data = value.encode("utf-8", "surrogatepass")
        return self.raw(b"\x8c" + bytes([len(data)]) + data)

    def bytes(self, value):
        return self.raw(b"B" + struct.pack("<I", len(value)) + value)

    def int(self, value):
        if 0 <= value < 256:
            return self.raw(b"K" + bytes([value]))
        if -(2**31) <= value < 2**31:
            return self.raw(b"J" + struct.pack("<i", value))
        data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
        return self.raw(b"\x8a" + bytes([len(data)]) + data)

    def stack_global(self):
        return self.raw(b"\x93")

    def sglob(self, module, name):
        return self.short(module).short(name).stack_global()

    def mark(self):
        return self.raw(b"(")

    def tuple(self):
        return self.raw(b"t")

    def tuple1(self):
        return self.raw(b"\x85")

    def tuple2(self):
        return self.raw(b"\x86")

    def tuple3(self):
        return self.raw(b"\x87")

    def empty_tuple(self):
        return self.raw(b")")

    def empty_list(self):
        return self.raw(b"]")

    def empty_dict(self):
        return self.raw(b"}")

    def reduce(self):
        return self.raw(b"R")

    def build(self):
        return self.raw(b"b")

    def newobj(self):
        return self.raw(b"\x81")

    def newobj_ex(self):
        return self.raw(b"\x92")

    def pop(self):
        return self.raw(b"0")

    def none(self):
        return self.raw(b"N")

    def true(self):
        return self.raw(b"\x88")

    def false(self):
        return self.raw(b"\x89")

    def put(self, slot):
        return self.raw(b"q" + bytes([slot]))

    def get(self, slot):
        return self.raw(b"h" + bytes([slot]))

    def memoize(self):
        return self.raw(b"\x94")

    def append(self):
        return self.raw(b"a")

    def appends(self):
        return self.raw(b"e")

    def setitem(self):
        return self.raw(b"s")

    def setitems(self):
        return self.raw(b"u")

    def value(self, thing):
        """A constant, a container of constants, or another builder's opcodes put in place."""
        if isinstance(thing, Pickle):
            return self.raw(thing.data)
        if thing is None:
            return self.none()
        if thing is True:
            return self.true()
        if thing is False:
            return self.false()
        if isinstance(thing, str):
            return self.text(thing)
        if isinstance(thing, bytes):
            return self.bytes(thing)
        if isinstance(thing, int):
            return self.int(thing)
        if isinstance(thing, float):
            return self.raw(b"G" + struct.pack(">d", thing))
        if isinstance(thing, tuple):
            self.mark()
            for item in thing:
                self.value(item)
            return self.tuple()
        if isinstance(thing, list):
            self.empty_list().mark()
            for item in thing:
                self.value(item)
            return self.appends()
        if isinstance(thing, dict):
            self.empty_dict().mark()
            for key, item in thing.items():
                self.value(key).value(item)
            return self.setitems()
        raise TypeError(thing)

    def call(self, module, name, *args):
        """`module.name(*args)`, left on the stack."""
        return self.glob(module, name).value(tuple(args)).reduce()

    def apply(self, callee, *args):
        """Calls what the opcodes of `callee` leave on the stack."""
        return self.value(callee).value(tuple(args)).reduce()

    def stop(self):
        return self.raw(b".")


def part():
    """Opcodes to be put into another pickle."""
    return Pickle(None)


def ref(module, name):
    return part().glob(module, name)


def made(module, name, *args):
    return part().call(module, name, *args)
