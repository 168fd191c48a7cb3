import { BytesError, memorySource } from '#bytes';
import { type Format, type FormatDocument, FormatError } from '#formats';
import { type FormatSample, toContext, toSample } from './format-sample.ts';
import { mutate } from './mutate.ts';

const MAX_MS = 2_000;
const MAX_BYTES = 256 * 1024 * 1024;
/** Larger samples are made for one limit; changing them takes time and tells little. */
const MAX_TRIED_BYTES = 64 * 1024;
/** Of each member what is read: what recognising reads. */
const MEMBER_BYTES = 64 * 1024;

/** How reading one file ended. */
export interface Outcome {
  readonly codes: readonly string[]; // of the error, or of the gaps
  readonly memberCodes: readonly string[]; // of members that cannot be opened
  readonly facts: unknown; // everything that was read; may be cyclic
}

/** What the worst of some trials took. */
export interface Cost {
  trials: number;
  maxMs: number;
  maxBytes: number;
}

/** Neither facts nor a coded error, or too slow, or too large. The message says how to do it again. */
export class TrialError extends Error {}

class TooSlow extends Error {}

/** @throws whatever a parser throws besides its coded errors */
export async function readAs(format: Format, { path, bytes }: FormatSample): Promise<Outcome> {
  const endsAt = performance.now() + MAX_MS;
  const checkDeadline = () => {
    if (performance.now() > endsAt) throw new TooSlow(path);
  };
  try {
    const parse = await format.load();
    const document = await parse(memorySource(bytes), toContext(path, checkDeadline));
    if (document.kind !== format.id) throw new TypeError(`a document of kind ${document.kind}`);
    const { members, memberCodes } = await openMembers(document);
    return { codes: document.gaps.map(({ code }) => code), memberCodes, facts: { ...document, members } };
  } catch (error) {
    if (!(error instanceof FormatError) && !(error instanceof BytesError)) throw error;
    return { codes: [error.code], memberCodes: [], facts: error.message };
  }
}

/** Cuts samples everywhere, or at as many places as are asked for, spread over all of them. */
export async function tryCuts(
  format: Format,
  samples: readonly FormatSample[],
  maxCuts: number,
  cost: Cost,
): Promise<void> {
  const tried = samples.filter(({ bytes }) => bytes.length <= MAX_TRIED_BYTES);
  const total = tried.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const step = Math.max(1, Math.ceil(total / maxCuts));
  let first = 0; // so that the places are spread over small samples too
  for (const sample of tried) {
    let cut = first;
    for (; cut < sample.bytes.length; cut += step) {
      await survive(format, { ...sample, bytes: sample.bytes.subarray(0, cut) }, `cut at ${cut}`, cost);
    }
    first = cut - sample.bytes.length;
  }
}

/** Changes samples in turn; the same seeds make the same changes. */
export async function tryMutations(
  format: Format,
  samples: readonly FormatSample[],
  mutations: number,
  cost: Cost,
): Promise<void> {
  const tried = samples.filter(({ bytes }) => bytes.length > 0 && bytes.length <= MAX_TRIED_BYTES);
  for (let seed = 0; seed < mutations; seed++) {
    const sample = tried[seed % tried.length];
    if (sample === undefined) return;
    await survive(format, { ...sample, bytes: mutate(sample.bytes, seed) }, `seed ${seed}`, cost);
  }
}

async function survive(format: Format, sample: FormatSample, what: string, cost: Cost): Promise<void> {
  const startedAt = performance.now();
  const before = usedBytes();
  const where = `${format.id} of ${sample.path}, ${what}`;
  try {
    format.recognise(toSample(sample.path, sample.bytes));
    await readAs(format, sample);
  } catch (cause) {
    throw new TrialError(`${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  const tookMs = performance.now() - startedAt;
  const grownBytes = usedBytes() - before;
  if (tookMs > MAX_MS) throw new TrialError(`${where}: ${Math.round(tookMs)} ms`);
  if (grownBytes > MAX_BYTES) throw new TrialError(`${where}: ${grownBytes} bytes more in use`);
  cost.trials++;
  cost.maxMs = Math.max(cost.maxMs, tookMs);
  cost.maxBytes = Math.max(cost.maxBytes, grownBytes);
}

function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Opens what the engine would open; each gives bytes or a coded error. */
async function openMembers({
  members,
}: FormatDocument): Promise<{ members: readonly string[]; memberCodes: readonly string[] }> {
  const outcomes: string[] = [];
  const memberCodes: string[] = [];
  for (const member of members) {
    try {
      const source = await member.open();
      const head = await source.read(0, Math.min(MEMBER_BYTES, source.sizeBytes));
      outcomes.push(`${member.path} ${member.role} ${source.sizeBytes} ${head.length}`);
    } catch (error) {
      if (!(error instanceof BytesError)) throw error;
      memberCodes.push(error.code);
    }
  }
  return { members: outcomes, memberCodes };
}
