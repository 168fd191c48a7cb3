"""Writes the streams and what CPython's unpicklers make of them, and of seeded mutants of them.

    python3.11 test/corpus/pickle-machine/build.py            # needs cloudpickle
    python3.11 test/corpus/pickle-machine/build.py explain NAME SEED

`golden.json`: each stream (deflated) and what CPython's unpicklers record of it (see recorder.py).
`mutants.json`: the number of seeds of each stream, and for each stream and seed, deflated, three pairs of 32-bit
numbers: bytes consumed or -1 and a digest of what was recorded, by C from bytes, by C from a file, by pickle.py.
`benign/`, `malicious/`, `malformed/`: some of the streams, and files of several, as files under many names.
"""

import base64
import json
import pathlib
import platform
import resource
import struct
import sys
import zlib

import mutate
import recorder
import samples

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from corpus import Corpus  # noqa: E402

#: A pickle is loaded under any name.
EXTENSIONS = (".pkl", ".txt", ".bin", "", ".json", ".gguf", ".pt", ".safetensors", ".csv", ".md")
#: Streams beyond this are not mutated: their mutants differ little.
MAX_MUTATED_BYTES = 6000
SEEDS = 40
SEEDS_OF_CALLS = 100


def collect():
    streams = dict(samples.written())
    for name, data in samples.by_hand():
        assert name not in streams, name
        streams[name] = data
    return streams


def outcome(data):
    answer = {}
    for reader in recorder.READERS:
        consumed, lines, error = recorder.record(data, reader)
        answer[reader] = {"consumed": consumed, "error": error[:100], "lines": lines}
    return answer


def main():
    # A mutant that declares a huge size must get a MemoryError, not the machine's memory.
    resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29))
    streams = collect()
    recorder.register_extensions()
    if sys.argv[1:2] == ["explain"]:
        name, seed = sys.argv[2], int(sys.argv[3])
        data = mutate.mutate(streams[name], seed) if seed else streams[name]
        print(data)
        print(json.dumps(outcome(data), indent=1))
        return
    golden = {}
    seeds, numbers = {}, []
    call_names = {name for name, _ in samples.calls()}
    for name, data in streams.items():
        golden[name] = {"deflated": packed(data), **outcome(data)}
        if len(data) > MAX_MUTATED_BYTES:
            continue
        seeds[name] = SEEDS_OF_CALLS if name in call_names or len(data) > 100 else SEEDS
        for seed in range(1, 1 + seeds[name]):
            answer = outcome(mutate.mutate(data, seed))
            for reader in recorder.READERS:
                numbers += [answer[reader]["consumed"] & mutate.MASK, recorder.digest(answer[reader]["lines"])]
    about = {"python": platform.python_version(), "licence": "Apache-2.0, written by build.py"}
    write("golden.json", {"about": about, "streams": golden})
    outcomes = packed(struct.pack("<%dI" % len(numbers), *numbers))
    write("mutants.json", {"about": about, "seeds": seeds, "outcomes": outcomes})
    write_files(streams)
    print(len(golden), "streams,", len(numbers) // 6, "mutants")


def write_files(streams):
    corpus = Corpus(__file__, "written by CPython's and cloudpickle's picklers, or assembled by hand")
    for name, data in streams.items():
        if name.split(".")[0] in ("rich-c", "small", "persistent", "in-band", "cloudpickle-class", "cloudpickle-closure"):
            corpus.add("benign", f"{name}.pkl", "written by a pickler", data)
    hostile = [(name, data) for name, data in samples.calls()
               if any(word in data for word in (b"system", b"eval", b"Popen")) and name != "inst-without-mark"]
    for name, data in [*hostile, *samples.several()]:
        extension = EXTENSIONS[zlib.crc32(name.encode()) % len(EXTENSIONS)]
        corpus.add("malicious", name + extension, name.replace("-", " "), data)
    for name, data in samples.malformed():
        corpus.add("malformed", f"{name}.pkl", name.split("--")[1].replace("-", " "), data)
    corpus.finish()


def packed(data):
    return base64.b64encode(zlib.compress(data, 9)).decode()


def write(name, content):
    lines = [f"{json.dumps(key)}: {{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()) + "\n}"
             if isinstance(value, dict) else f"{json.dumps(key)}: {json.dumps(value)}" for key, value in content.items()]
    (HERE / name).write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
