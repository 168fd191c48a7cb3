"""Samples of PyTorch checkpoints. Needs torch, transformers. Run: python test/corpus/pytorch/build.py"""

import collections
import io
import pathlib
import pickle
import pickletools
import shutil
import struct
import sys
import tarfile
import tempfile

import numpy as np
import torch
import transformers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from corpus import Corpus, ZipWriter, payload  # noqa: E402

torch.manual_seed(0)
corpus = Corpus(__file__, f'torch {torch.__version__}, transformers {transformers.__version__}')


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.linear(x)) if x.sum() > 0 else self.linear(x)


def save(name, value, what, **options):
    torch.save(value, corpus.path('benign', name), **options)
    corpus.add('benign', name, what)


# -- benign: written by the library -----------------------------------------------------------------------------
net = Net()
optimizer = torch.optim.AdamW(net.parameters())
net(torch.ones(1, 4)).sum().backward()
optimizer.step()
checkpoint = {'model': net.state_dict(), 'optimizer': optimizer.state_dict(), 'epoch': 3, 'loss': 0.5, 'args': ['--lr', '1e-3']}
base = torch.arange(12.0)
kinds = {
    'bf16': torch.ones(3, dtype=torch.bfloat16),
    'half': torch.ones(3, dtype=torch.float16),
    'bool': torch.tensor([True]),
    'complex': torch.ones(2, dtype=torch.complex64),
    'f8': torch.ones(4).to(torch.float8_e4m3fn),
    'u16': torch.ones(2, dtype=torch.uint16),
    'view': base[2:5],
    'whole': base,
    'transposed': base.reshape(3, 4).t(),
    'parameter': torch.nn.Parameter(torch.ones(2)),
    'sparse': torch.eye(2).to_sparse(),
    'quantized': torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
    'nothing': torch.zeros(0),
    'scalar': torch.tensor(1),
    'device': torch.device('cpu'),
    'dtype': torch.float32,
    'size': torch.Size([1, 2]),
    'storage': torch.ones(2).untyped_storage(),
}
save('state-dict.pt', net.state_dict(), 'state dict')
save('checkpoint.pt', checkpoint, 'model, optimizer, plain values')
save('kinds.pt', kinds, 'tensors of many kinds, shared storages, a parameter, a quantized one')
save('protocol-4.pt', net.state_dict(), 'pickle protocol 4', pickle_protocol=4)
save('numpy-values.pt', {'array': np.arange(3.0), 'scalar': np.float64(2)}, 'numpy values in a checkpoint')
save('legacy.pt', checkpoint, 'the stream before 1.6', _use_new_zipfile_serialization=False)
save('legacy-kinds.pt', {k: v for k, v in kinds.items() if k not in ('storage', 'f8', 'u16')},
     'the stream before 1.6: kinds of tensors, shared storages', _use_new_zipfile_serialization=False)
save('module.pt', torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU()), 'a whole module, not its state')

scripted = torch.jit.script(net)
for name, what, value in (
    ('scripted.pt', 'TorchScript by script', scripted),
    ('traced.pt', 'TorchScript by trace', torch.jit.trace(torch.nn.Sequential(torch.nn.Linear(4, 2)), torch.ones(1, 4))),
    ('frozen.pt', 'TorchScript with its weights as constants', torch.jit.freeze(scripted.eval())),
):
    value.save(str(corpus.path('benign', name)))
    corpus.add('benign', name, what)
scripted._save_for_lite_interpreter(str(corpus.path('benign', 'mobile.ptl')))
corpus.add('benign', 'mobile.ptl', 'TorchScript for the mobile interpreter, with byte code')

# -- benign: a model folder as transformers writes it -------------------------------------------------------------
config = transformers.BertConfig(vocab_size=60, hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
                                 intermediate_size=16, max_position_embeddings=16)
bert = transformers.BertModel(config)
folder = corpus.path('benign', 'bert/config.json').parent
bert.save_pretrained(folder, max_shard_size='4KB')
torch.save(bert.state_dict(), folder / 'pytorch_model.bin')
words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] + [chr(97 + i) for i in range(26)] + ['##' + chr(97 + i) for i in range(26)]
with tempfile.TemporaryDirectory() as scratch:
    vocab = pathlib.Path(scratch) / 'vocab.txt'
    vocab.write_text('\n'.join(words) + '\n')
    transformers.BertTokenizer.from_pretrained(scratch).save_pretrained(folder)
    shutil.copy(vocab, folder / 'vocab.txt')
(folder / 'README.md').write_text('---\nlicense: apache-2.0\n---\n\n# A tiny random BERT\n\n<p align="center">Made for tests.</p>\n')
(folder / '.gitattributes').write_text('*.bin filter=lfs diff=lfs merge=lfs -text\n')
for path in sorted(folder.iterdir()):
    corpus.add('benign', f'bert/{path.name}', 'model folder of transformers')


# -- malicious ----------------------------------------------------------------------------------------------------
class Marker:
    """Pickles as a call of os.system; only ever written."""

    def __reduce__(self):
        import os
        return os.system, ('echo SALLYPORT_INERT',)


def evil(name, value, what, **options):
    torch.save(value, corpus.path('malicious', name), **options)
    corpus.add('malicious', name, what)


code = payload()
good = corpus.read('benign', 'state-dict.pt')
evil('plain.pt', {'weight': torch.ones(2), 'x': Marker()}, 'a call among tensors')
evil('legacy.pt', {'weight': torch.ones(2), 'x': Marker()}, 'the same in the stream before 1.6',
     _use_new_zipfile_serialization=False)

# A good archive's parts, put together by hand.
storage = struct.pack('<2f', 1, 1)
tensor = io.BytesIO()
torch.save({'weight': torch.ones(2)}, tensor)


def data_pkl():
    import zipfile
    with zipfile.ZipFile(tensor) as archive:
        return archive.read('archive/data.pkl')


fine = data_pkl()


def archive(**options):
    return ZipWriter(**options).add('archive/data.pkl', fine)


def close(writer, **options):
    return writer.add('archive/byteorder', b'little').add('archive/data/0', storage).add('archive/version', b'3\n').finish(**options)


samples = {
    'duplicate-first.pt': ('two data.pkl: the first one is harmful',
                           close(ZipWriter().add('archive/data.pkl', code).add('archive/data.pkl', fine))),
    'duplicate-last.pt': ('two data.pkl: the last one is harmful',
                          close(archive().add('archive/data.pkl', code))),
    'case-double.pt': ('DATA.PKL beside data.pkl', close(archive().add('archive/DATA.PKL', code))),
    'other-root.pt': ('data.pkl of a second root', close(archive().add('other/data.pkl', code))),
    'first-root.pt': ('a root before the usual one', close(ZipWriter().add('first/data.pkl', code).add('archive/data.pkl', fine))),
    'extra-record.pt': ('a pickle among the records', close(archive().add('archive/extra/hook', code))),
    'storage-is-pickle.pt': ('a storage that is larger than its id says, and a pickle',
                             archive().add('archive/data/0', code).add('archive/version', b'3\n').finish()),
    'unreferenced-storage.pt': ('a storage that no id refers to, and a pickle', close(archive().add('archive/data/7', code))),
    'deflated.pt': ('data.pkl compressed', close(ZipWriter().add('archive/data.pkl', code, method=8))),
    'wrong-crc.pt': ('a wrong CRC, which the framework does not check',
                     close(ZipWriter().add('archive/data.pkl', code, local={'crc': 1}, central={'crc': 1}))),
    'local-name.pt': ('the local header has the name of a storage',
                      close(ZipWriter().add('archive/data.pkl', code, local={'name': 'archive/data/9'}))),
    'directory-name.pt': ('the directory has the name of a storage, the local header data.pkl',
                          close(archive().add('archive/data.pkl', code, central={'name': 'archive/data/9'}))),
    'encrypted-flag.pt': ('marked as encrypted, and is not',
                          close(ZipWriter().add('archive/data.pkl', code, local={'flags': 1}, central={'flags': 1}))),
    'encrypted-flag-directory.pt': ('marked as encrypted in the directory alone',
                                    close(ZipWriter().add('archive/data.pkl', code, central={'flags': 1}))),
    'method-lie.pt': ('stored, and declared as an unknown method in the directory',
                      close(ZipWriter().add('archive/data.pkl', code, central={'method': 99}))),
    'hidden.pt': ('a local header that the directory does not name',
                  close(archive().add('archive/data.pkl', code, hidden=True))),
    'prefix.pt': ('a PNG before the archive', close(ZipWriter(prefix=b'\x89PNG\r\n\x1a\n' + bytes(32)).add('archive/data.pkl', code))),
    'pickle-prefix.pt': ('a pickle before the archive: pickle.load and torch.load differ',
                         close(ZipWriter(prefix=code).add('archive/data.pkl', fine))),
    'comment.pt': ('an archive comment', close(ZipWriter().add('archive/data.pkl', code), comment=b'a comment')),
    'nested.pt': ('an archive in the archive', close(archive().add('archive/inner.zip', close(ZipWriter().add('archive/data.pkl', code))))),
    'backslash.pt': ('names with backslashes', ZipWriter().add('archive\\data.pkl', code).add('archive\\version', b'3\n').finish()),
    'no-extension': ('no extension', close(ZipWriter().add('archive/data.pkl', code))),
    'renamed.gguf': ('another extension', close(ZipWriter().add('archive/data.pkl', code))),
}
for name, (what, content) in samples.items():
    corpus.add('malicious', name, what, content)

def end_of_pickle(data):
    return next(position for opcode, _, position in pickletools.genops(data) if opcode.name == 'STOP') + 1


# The stream before 1.6: magic, protocol, system, object, keys of storages, storages.
parts = dict(
    magic=pickle.dumps(0x1950a86a20f9469cfc6c, 2), protocol=pickle.dumps(1001, 2),
    system=pickle.dumps({'protocol_version': 1001, 'little_endian': True, 'type_sizes': {'short': 2, 'int': 4, 'long': 4}}, 2),
)
legacy = io.BytesIO()
torch.save(collections.OrderedDict(weight=torch.ones(2)), legacy, _use_new_zipfile_serialization=False)
legacy = legacy.getvalue()
head = b''.join(parts.values())
assert legacy.startswith(head), 'torch writes another head than this script thinks'
body = legacy[len(head):]
corpus.add('malicious', 'legacy-system.pt', 'a call in the pickle of the system',
           parts['magic'] + parts['protocol'] + code + body)
corpus.add('malicious', 'legacy-keys.pt', 'a call in the pickle of the keys',
           head + body[:end_of_pickle(body)] + code)
corpus.add('malicious', 'legacy-behind.pt', 'a pickle behind the storages', legacy + code)
corpus.add('malicious', 'legacy-then-cut.pt', 'a call, then a cut stream', head + code[:-1] + b'(')


def tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=tarfile.USTAR_FORMAT) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


# torch 0.1.10 and before: a tar of four files. The storages: a count, then for each a pickle and the raw numbers.
float_storage = b"\x80\x02(X\x01\x00\x00\x000X\x03\x00\x00\x00cpuctorch\nFloatStorage\nt."
storages = pickle.dumps(1, 2) + float_storage + struct.pack('<q', 2) + storage + pickle.dumps([], 2)
tensors = (pickle.dumps(1, 2) + b"\x80\x02(K\x07X\x01\x00\x00\x000ctorch\nFloatTensor\nt." + struct.pack('<i', 1) + bytes(4)
           + struct.pack('<q', 2) + struct.pack('<q', 1) + struct.pack('<q', 0))
body = b'\x80\x02}X\x06\x00\x00\x00weightK\x07Qs.'
corpus.add('benign', 'tar.pt', 'the tar of torch 0.1.10', tar(
    [('sys_info', parts['system']), ('pickle', body), ('storages', storages), ('tensors', tensors)]))
for name in ('sys_info', 'pickle', 'storages', 'tensors'):
    members = {'sys_info': parts['system'], 'pickle': body, 'storages': storages, 'tensors': tensors, name: code}
    corpus.add('malicious', f'tar-{name}.pt', f'a call in the member {name} of the tar', tar(members.items()))

# TorchScript: no Python runs, yet operators read files or are not known.
script = corpus.read('benign', 'scripted.pt')


def torchscript(body):
    import zipfile
    out = ZipWriter()
    with zipfile.ZipFile(io.BytesIO(script)) as archive:
        for info in archive.infolist():
            content = archive.read(info)
            if info.filename.endswith('code/__torch__.py'):
                content = content.replace(b'    l = self.l\n', b'').replace(b'    return _0\n', body + b'    return _0\n')
            out.add(info.filename, content)
    return out.finish()


corpus.add('malicious', 'torchscript-from-file.pt', 'an operator that maps a file', torchscript(
    b"    secret = torch.from_file('/etc/hostname', False, 4)\n"))
corpus.add('malicious', 'torchscript-save.pt', 'an operator that writes a file', torchscript(
    b"    ops.aten.save(_0, './SALLYPORT_INERT')\n"))
corpus.add('malicious', 'torchscript-custom-op.pt', 'an operator of an unknown library', torchscript(
    b"    _1 = ops.somewhere.run('echo SALLYPORT_INERT')\n"))

# -- malformed ----------------------------------------------------------------------------------------------------
legacy = corpus.read('benign', 'legacy.pt')
corpus.add('malformed', 'truncated--legacy-storage.pt', 'the last storage is cut', legacy[:-3])
corpus.add('malformed', 'truncated--legacy-pickle.pt', 'ends inside the object', legacy[:200])
corpus.add('malformed', 'truncated--zip-cut.pt', 'no end record', good[:-30])
corpus.add('malformed', 'malformed--missing-storage.pt', 'a storage that is referred to and missing',
           ZipWriter().add('archive/data.pkl', fine).add('archive/version', b'3\n').finish())
scratch = corpus.path('malformed', 'unsupported--export.pt2')
torch.export.save(torch.export.export(torch.nn.Linear(4, 2), (torch.ones(1, 4),)), scratch)
corpus.add('malformed', 'unsupported--export.pt2', 'torch.export: its graph is not read')
with torch.package.PackageExporter(corpus.path('malformed', 'unsupported--package.pt')) as exporter:
    exporter.extern('**')
    exporter.save_source_string('code', 'answer = 42\n')
    exporter.save_pickle('resources', 'model.pkl', torch.nn.Linear(2, 2))
corpus.add('malformed', 'unsupported--package.pt', 'torch.package: Python source in the archive')
corpus.finish()
