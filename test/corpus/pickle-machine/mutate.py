"""Seeded mutation, the same as in mutate.ts to the bit."""

MASK = 0xFFFFFFFF
#: Bytes that are opcodes: a mutant made of them goes further than one of noise.
OPCODES = b"(.012FIJKLMNPQRSTUVXabcd}eghijl]opqrst)uG" + bytes(range(0x80, 0x99)) + b"BC"


def random32(seed):
    """mulberry32."""
    state = seed & MASK

    def following():
        nonlocal state
        state = (state + 0x6D2B79F5) & MASK
        t = ((state ^ (state >> 15)) * (1 | state)) & MASK
        t = (t + ((t ^ (t >> 7)) * (61 | t)) ^ t) & MASK
        return t ^ (t >> 14)

    return following


def mutate(data, seed):
    draw = random32(seed)
    out = bytearray(data)
    for _ in range(1 + draw() % 3):
        kind = draw() % 8
        at = draw() % (len(out) + 1)
        if kind == 0 and at < len(out):
            out[at] ^= 1 << (draw() % 8)
        elif kind == 1 and at < len(out):
            out[at] = OPCODES[draw() % len(OPCODES)]
        elif kind == 2:
            out[at:at] = bytes([OPCODES[draw() % len(OPCODES)]])
        elif kind == 3:
            out[at:at] = bytes([draw() % 256])
        elif kind == 4:
            del out[at:at + 1 + draw() % 4]
        elif kind == 5:
            length = 1 + draw() % 12
            source = draw() % (len(out) + 1)
            out[at:at] = out[source:source + length]
        elif kind == 6:
            del out[at:]
        elif at < len(out):
            out[at] = b"0123456789 _xoL\0\n\t-+'\"\\."[draw() % 24]
    return bytes(out)
