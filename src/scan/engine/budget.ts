import { type ByteSource, BytesError } from '#bytes';
import type { ScanLimits } from '#formats';

/** What one outer file may still cost, shared by everything inside it. */
export interface Budget {
  readonly limits: ScanLimits;
  membersLeft: number;
  inflatedBytesLeft: number;
}

export function createBudget(limits: ScanLimits): Budget {
  return { limits, membersLeft: limits.maxMembers, inflatedBytesLeft: limits.maxInflatedBytes };
}

/** The limits that the next parser has to keep: what is left of the shared ones. */
export function limitsLeft(budget: Budget): ScanLimits {
  return { ...budget.limits, maxMembers: budget.membersLeft, maxInflatedBytes: budget.inflatedBytesLeft };
}

/** Takes what is read of a member from the shared budget. */
export function meterMember(source: ByteSource, budget: Budget): ByteSource {
  return {
    sizeBytes: source.sizeBytes,
    async read(offset, length) {
      if (length > budget.inflatedBytesLeft) {
        throw new BytesError(
          'budget-exceeded',
          `the members of one file may give ${budget.limits.maxInflatedBytes} bytes in all`,
        );
      }
      budget.inflatedBytesLeft -= length;
      return source.read(offset, length);
    },
  };
}
