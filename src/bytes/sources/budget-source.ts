import { type ByteSource, checkRange } from '../byte-source.ts';
import { BytesError } from '../bytes-error.ts';

export interface ReadBudget {
  readonly maxBytes?: number;
  readonly maxReads?: number;
}

/** What was read of a source so far. */
export interface ReadCount {
  readonly bytes: number;
  readonly reads: number;
}

export interface CountedSource extends ByteSource {
  readonly counted: ReadCount;
}

/** Counts what is read through it. */
export function countingSource(source: ByteSource): CountedSource {
  return budgetSource(source, {});
}

/** Counts what is read through it, and refuses the read that would pass the budget before making it. */
export function budgetSource(source: ByteSource, budget: ReadBudget): CountedSource {
  const { maxBytes = Number.POSITIVE_INFINITY, maxReads = Number.POSITIVE_INFINITY } = budget;
  const counted = { bytes: 0, reads: 0 };
  return {
    sizeBytes: source.sizeBytes,
    counted,
    async read(offset, length) {
      checkRange(source.sizeBytes, offset, length);
      if (counted.bytes + length > maxBytes) {
        throw new BytesError(
          'budget-exceeded',
          `read ${counted.bytes} of ${maxBytes} bytes, ${length} more wanted`,
          {
            offset,
          },
        );
      }
      if (counted.reads >= maxReads) {
        throw new BytesError('budget-exceeded', `made all ${maxReads} reads`, { offset });
      }
      counted.bytes += length;
      counted.reads += 1;
      return source.read(offset, length);
    },
  };
}
