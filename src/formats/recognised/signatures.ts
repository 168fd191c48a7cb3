import type { Sample } from '../format.ts';
import { isOnnx, isPortableExecutable, isPrintable, isPythonBytecode } from './probes.ts';

/** Bytes at a place: from the start of the file, or from its end when negative. */
export interface Magic {
  readonly offset: number;
  readonly bytes: string; // Latin-1
}

/** A format that this engine names but does not read. */
export interface Signature {
  readonly id: string;
  readonly title: string;
  readonly extensions: readonly string[];
  /** Ways to recognise it; within one, all must match. */
  readonly magics: readonly (readonly Magic[])[];
  /** What bytes alone do not tell. */
  readonly check?: (sample: Sample) => boolean;
  readonly why: string; // what stays unknown
}

const at = (offset: number, bytes: string): Magic => ({ offset, bytes });
const starts = (...heads: readonly string[]) => heads.map((head) => [at(0, head)]);

const MODEL = 'its graph and its strings are not read yet';
const DATA = 'its pages and its schema are not read yet';
const ARCHIVE = 'its members cannot be opened yet';
const NATIVE = 'what it does is not analysed';
const MEDIA = 'its streams are not read yet';

export const SIGNATURES: readonly Signature[] = [
  // models
  { id: 'gguf', title: 'GGUF model', extensions: ['.gguf'], magics: starts('GGUF', 'FUGG'), why: MODEL },
  {
    id: 'ggml',
    title: 'GGML model (before GGUF)',
    extensions: ['.ggml'],
    magics: starts('lmgg', 'fmgg', 'tjgg', 'algg'),
    check: ({ sizeBytes }) => sizeBytes > 64,
    why: MODEL,
  },
  {
    id: 'hdf5',
    title: 'HDF5 (Keras weights, PyTables)',
    extensions: ['.h5', '.hdf5'],
    // At 0, or after a user block whose size is a power of two from 512.
    magics: [0, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768].map((offset) => [
      at(offset, '\x89HDF\r\n\x1a\n'),
    ]),
    why: 'its objects, links and attributes are not read yet',
  },
  {
    id: 'onnx',
    title: 'ONNX model',
    extensions: ['.onnx'],
    magics: starts('\x08'),
    check: isOnnx,
    why: MODEL,
  },
  {
    id: 'tensorflow',
    title: 'TensorFlow SavedModel',
    extensions: ['.pb'],
    magics: starts('\x08\x01\x12'),
    check: ({ name, head }) => name === 'saved_model.pb' || (!isPrintable(head[4]) && name.endsWith('.pb')),
    why: MODEL,
  },
  {
    id: 'flatbuffers',
    title: 'FlatBuffers model (TensorFlow Lite, ExecuTorch, ONNX Runtime)',
    extensions: ['.tflite', '.pte', '.ort'],
    magics: [[at(4, 'TFL3')], [at(4, 'ET12')], [at(4, 'ORTM')], [at(4, 'PTMF')]],
    why: MODEL,
  },
  {
    id: 'r-data',
    title: 'R data',
    extensions: ['.rds', '.rda', '.rdata'],
    magics: starts(
      'RDX2\n',
      'RDX3\n',
      'RDA2\n',
      'RDA3\n',
      'X\n\0\0\0\x02',
      'X\n\0\0\0\x03',
      'A\n2\n',
      'A\n3\n',
    ),
    why: 'its promises and byte code are not read yet',
  },
  // tables and databases
  {
    id: 'parquet',
    title: 'Parquet table',
    extensions: ['.parquet'],
    magics: [
      [at(0, 'PAR1'), at(-4, 'PAR1')],
      [at(0, 'PARE'), at(-4, 'PARE')],
    ],
    why: DATA,
  },
  {
    id: 'arrow',
    title: 'Arrow table',
    extensions: ['.arrow', '.feather'],
    magics: [
      [at(0, 'ARROW1'), at(-6, 'ARROW1')],
      [at(0, 'FEA1'), at(-4, 'FEA1')],
    ],
    why: DATA,
  },
  {
    id: 'sqlite',
    title: 'SQLite database',
    extensions: ['.db', '.sqlite'],
    magics: starts('SQLite format 3\0'),
    why: DATA,
  },
  // archives
  { id: '7z', title: '7-Zip archive', extensions: ['.7z'], magics: starts("7z\xbc\xaf'\x1c"), why: ARCHIVE },
  { id: 'rar', title: 'RAR archive', extensions: ['.rar'], magics: starts('Rar!\x1a\x07'), why: ARCHIVE },
  { id: 'cab', title: 'Cabinet archive', extensions: ['.cab'], magics: starts('MSCF\0\0\0\0'), why: ARCHIVE },
  {
    id: 'ar',
    title: 'ar archive (Debian package, library)',
    extensions: ['.a', '.deb'],
    magics: starts('!<arch>\n'),
    why: ARCHIVE,
  },
  {
    id: 'cpio',
    title: 'cpio archive',
    extensions: ['.cpio', '.rpm'],
    magics: starts('070701', '070702', '070707', '\xed\xab\xee\xdb'),
    why: ARCHIVE,
  },
  { id: 'lzip', title: 'lzip stream', extensions: ['.lz'], magics: starts('LZIP\x01'), why: ARCHIVE },
  {
    id: 'compress',
    title: 'compress stream',
    extensions: ['.z'],
    magics: starts('\x1f\x9d', '\x1f\xa0'),
    why: ARCHIVE,
  },
  {
    id: 'snappy',
    title: 'Snappy frames',
    extensions: ['.sz'],
    magics: starts('\xff\x06\0\0sNaPpY'),
    why: ARCHIVE,
  },
  // code in machine form
  { id: 'elf', title: 'ELF program or library', extensions: ['.so'], magics: starts('\x7fELF'), why: NATIVE },
  {
    id: 'pe',
    title: 'Windows program or library',
    extensions: ['.exe', '.dll', '.pyd'],
    magics: starts('MZ'),
    check: isPortableExecutable,
    why: NATIVE,
  },
  {
    id: 'macho',
    title: 'Mach-O program or library',
    extensions: ['.dylib'],
    magics: starts(
      '\xfe\xed\xfa\xce',
      '\xfe\xed\xfa\xcf',
      '\xce\xfa\xed\xfe',
      '\xcf\xfa\xed\xfe',
      '\xca\xfe\xba\xbe\0\0\0',
      '\xbe\xba\xfe\xca',
    ),
    check: ({ head }) => head[0] !== 0xca || (head[7] ?? 0) < 0x2d, // a Java class has its version here
    why: NATIVE,
  },
  {
    id: 'java-class',
    title: 'Java class',
    extensions: ['.class'],
    magics: starts('\xca\xfe\xba\xbe\0'),
    check: ({ head }) => (head[7] ?? 0) >= 0x2d,
    why: NATIVE,
  },
  { id: 'dex', title: 'Dalvik byte code', extensions: ['.dex'], magics: starts('dex\n03'), why: NATIVE },
  { id: 'wasm', title: 'WebAssembly module', extensions: ['.wasm'], magics: starts('\0asm'), why: NATIVE },
  {
    id: 'llvm-bitcode',
    title: 'LLVM bitcode',
    extensions: ['.bc'],
    magics: starts('BC\xc0\xde'),
    why: NATIVE,
  },
  {
    id: 'lua-bytecode',
    title: 'Lua byte code',
    extensions: ['.luac'],
    magics: starts('\x1bLua', '\x1bLJ'),
    why: NATIVE,
  },
  {
    id: 'python-bytecode',
    title: 'Python byte code',
    extensions: ['.pyc'],
    magics: [[at(2, '\r\n')]],
    check: isPythonBytecode,
    why: NATIVE,
  },
  // documents and media
  {
    id: 'pdf',
    title: 'PDF document',
    extensions: ['.pdf'],
    magics: starts('%PDF-'),
    why: 'its scripts and attachments are not read yet',
  },
  {
    id: 'ole',
    title: 'OLE document',
    extensions: ['.doc', '.xls', '.msi'],
    magics: starts('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'),
    why: 'its macros are not read yet',
  },
  {
    id: 'riff-audio',
    title: 'RIFF audio or video',
    extensions: ['.wav', '.avi'],
    magics: [
      [at(0, 'RIFF'), at(8, 'WAVE')],
      [at(0, 'RIFF'), at(8, 'AVI ')],
    ],
    why: MEDIA,
  },
  { id: 'ogg', title: 'Ogg stream', extensions: ['.ogg', '.opus'], magics: starts('OggS\0'), why: MEDIA },
  { id: 'flac', title: 'FLAC audio', extensions: ['.flac'], magics: starts('fLaC'), why: MEDIA },
  {
    id: 'mp3',
    title: 'MP3 audio',
    extensions: ['.mp3'],
    magics: starts('ID3\x02', 'ID3\x03', 'ID3\x04'),
    why: MEDIA,
  },
  {
    id: 'mp4',
    title: 'ISO media',
    extensions: ['.mp4', '.mov', '.m4a', '.avif', '.heic'],
    magics: [[at(4, 'ftyp')]],
    why: MEDIA,
  },
  {
    id: 'matroska',
    title: 'Matroska or WebM',
    extensions: ['.mkv', '.webm'],
    magics: starts('\x1aE\xdf\xa3'),
    why: MEDIA,
  },
  {
    id: 'tiff',
    title: 'TIFF image',
    extensions: ['.tif', '.tiff'],
    magics: starts('II*\0', 'MM\0*'),
    why: MEDIA,
  },
  {
    id: 'bmp',
    title: 'BMP image',
    extensions: ['.bmp'],
    magics: [[at(0, 'BM'), at(6, '\0\0\0\0')]],
    why: MEDIA,
  },
  { id: 'icon', title: 'Icon', extensions: ['.ico'], magics: starts('\0\0\x01\0\x01\0'), why: MEDIA },
  {
    id: 'font',
    title: 'Font',
    extensions: ['.ttf', '.otf', '.woff', '.woff2'],
    magics: starts('\0\x01\0\0\0', 'OTTO\0', 'wOFF', 'wOF2'),
    why: MEDIA,
  },
];
