import type { ByteSource, ZipEntry, ZipIndex } from '#bytes';
import type { CoverageGap } from '#findings';
import { quote } from '#kernel';
import type { Anomaly } from '../anomaly.ts';
import type { Member, ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import type { PickleDocument } from '../pickle/document.ts';
import type { Operator } from '../torchscript/format.ts';
import { contentEntries, openArchive, toMember } from '../zip/open-archive.ts';
import { zipGaps } from '../zip/zip-gaps.ts';
import { layoutOf, rootOf } from './flavour.ts';
import type { Flavour, PytorchZipDocument } from './format.ts';
import { readPickleMember } from './read-pickle-member.ts';
import { type StorageId, storagesOf } from './storage-id.ts';
import { operatorsIn, toTorchscriptPickle } from './torchscript-pickle.ts';

/** Pickles whose ids name storages, and the folder of these. */
const STORAGE_FOLDERS: ReadonlyMap<string, string> = new Map([
  ['data.pkl', 'data/'],
  ['constants.pkl', 'constants/'],
  ['traced_inputs.pkl', 'traced_inputs/'],
]);
const PICKLE_NAME = /\.(?:debug_)?pkl$/i;
const MAX_ANOMALIES = 100;

/** What this engine does not follow yet. */
const UNSUPPORTED: Readonly<Partial<Record<Flavour, string>>> = {
  package: 'torch.package: the Python source in it is not analysed yet',
  export: 'torch.export: its graph is not read yet',
};

/**
 * Lists a checkpoint, runs its pickles, and tells the storages that are plain numbers from members that are not:
 * those to which an id refers, with the size that the id says.
 *
 * @throws {FormatError} `bad-magic` when PyTorch's reader would find nothing in the archive
 * @see torch/serialization.py, `_load`; caffe2/serialize/inline_container.cc
 */
export async function parsePytorchZip(
  source: ByteSource,
  context: ParseContext,
): Promise<PytorchZipDocument> {
  const index = await openArchive(source, context);
  const layout = layoutOf(index);
  if (layout === undefined) throw new FormatError('bad-magic', 0, 'no record of a checkpoint');
  const reading = new Reading(index, context, layout.flavour, layout.root);
  await reading.readPickles();
  const members = contentEntries(index).map((entry) => reading.toMember(entry));
  const unsupported = UNSUPPORTED[layout.flavour];
  return {
    kind: 'pytorch-zip',
    flavour: layout.flavour,
    root: layout.root,
    storages: reading.storages,
    operators: reading.operators,
    facts: index.facts,
    anomalies: reading.anomalies,
    dataBytes: reading.dataBytes,
    get gaps() {
      const own: CoverageGap[] =
        unsupported === undefined ? [] : [{ code: 'unsupported', detail: unsupported }];
      return [...own, ...reading.gaps, ...zipGaps(index.facts)];
    },
    members,
  };
}

class Reading {
  readonly anomalies: Anomaly[] = [];
  readonly gaps: CoverageGap[] = [];
  readonly operators: Operator[] = [];
  storages = 0;
  dataBytes = 0;
  readonly #index: ZipIndex;
  readonly #context: ParseContext;
  readonly #isScript: boolean;
  readonly #root: string;
  readonly #documents = new Map<number, PickleDocument>(); // by entry
  readonly #data = new Set<number>(); // entries that are plain numbers

  constructor(index: ZipIndex, context: ParseContext, flavour: Flavour, root: string) {
    this.#index = index;
    this.#context = context;
    this.#isScript = flavour === 'torchscript';
    this.#root = root;
  }

  /** Runs the pickles that name storages, and all of TorchScript. What cannot be read is left to the member's own report. */
  async readPickles(): Promise<void> {
    const byPath = groupByPath(this.#index.entries);
    if (this.#root === '') this.#note('no-root', 'the first entry stands in no folder', 0);
    for (const entry of this.#index.entries) {
      const folder = rootOf(entry.path);
      if (folder !== this.#root) {
        this.#note(
          'foreign-root',
          `${quote(entry.path, 120)} is not under ${quote(this.#root, 60)}`,
          entry.headerOffset,
        );
      }
      const name = entry.path.slice(folder.length + 1).toLowerCase();
      const storages = STORAGE_FOLDERS.get(name);
      const isWanted = storages !== undefined || (this.#isScript && PICKLE_NAME.test(name));
      if (!isWanted) continue;
      const document = await readPickleMember(this.#index, entry, this.#context);
      if (document === undefined) continue;
      this.#documents.set(entry.index, document);
      const [program] = document.programs;
      if (program === undefined) continue;
      if (name === 'bytecode.pkl') this.operators.push(...operatorsIn(program));
      if (storages !== undefined) {
        this.#takeStorages(entry, storagesOf(program.events), `${folder}/${storages}`, byPath);
      }
    }
  }

  toMember(entry: ZipEntry): Member {
    const member = toMember(this.#index, entry, this.#context);
    if (this.#data.has(entry.index)) return { ...member, role: 'data' };
    if (this.#isScript && entry.path.startsWith(`${this.#root}/code/`) && entry.path.endsWith('.py')) {
      return { ...member, loadedAs: 'torchscript' };
    }
    if (!PICKLE_NAME.test(entry.path)) return member;
    const document = this.#documents.get(entry.index);
    if (document === undefined) return { ...member, loadedAs: 'pickle' };
    const judged = this.#isScript ? (toTorchscriptPickle(document) ?? document) : document;
    return { ...member, loadedAs: 'pickle', document: judged };
  }

  /**
   * A storage is numbers when exactly one entry has its name, and that entry the size that the id says. Inputs of a
   * trace are kept by their ids alone: their entries are empty.
   */
  #takeStorages(
    pickle: ZipEntry,
    ids: ReadonlyMap<string, StorageId>,
    folder: string,
    byPath: ReadonlyMap<string, readonly ZipEntry[]>,
  ): void {
    for (const id of ids.values()) {
      this.#context.checkDeadline();
      const entries = byPath.get(folder + id.key) ?? [];
      const [entry] = entries;
      if (entry === undefined) {
        const detail = `storage ${quote(id.key, 60)} is not in the archive`;
        this.#note('storage-missing', detail, pickle.headerOffset);
        this.#addGap(detail, pickle.headerOffset);
      } else if (entries.length > 1 || !isStorage(entry)) {
        const detail = `storage ${quote(id.key, 60)} is ${entries.length} entries, or one that is not listed plainly`;
        this.#note('storage-unclear', detail, entry.headerOffset);
      } else if (entry.sizeBytes === id.sizeBytes) this.#takeData(entry);
      else if (entry.sizeBytes > 0) {
        const detail = `storage ${quote(id.key, 60)} has ${entry.sizeBytes} bytes, its id says ${id.sizeBytes}`;
        this.#note('storage-size', detail, entry.headerOffset);
      }
    }
  }

  #takeData(entry: ZipEntry): void {
    if (this.#data.has(entry.index)) return;
    this.#data.add(entry.index);
    this.storages++;
    this.dataBytes += entry.storedBytes;
  }

  #note(code: string, detail: string, offset: number): void {
    if (this.anomalies.length < MAX_ANOMALIES) this.anomalies.push({ code, detail, offset });
  }

  #addGap(detail: string, offset: number): void {
    if (this.gaps.length < MAX_ANOMALIES) this.gaps.push({ code: 'malformed', detail, offset });
  }
}

/** Listed by the directory, and neither a folder nor encrypted. */
function isStorage(entry: ZipEntry): boolean {
  return entry.origin === 'directory' && entry.kind === 'file' && !entry.isEncrypted;
}

function groupByPath(entries: readonly ZipEntry[]): ReadonlyMap<string, readonly ZipEntry[]> {
  const groups = new Map<string, ZipEntry[]>();
  for (const entry of entries) {
    const group = groups.get(entry.path);
    if (group === undefined) groups.set(entry.path, [entry]);
    else group.push(entry);
  }
  return groups;
}
