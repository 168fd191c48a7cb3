import type { PolicyName } from '#api';
import type { Report } from '#findings';
import type { Clock, Log } from '#kernel';
import type { Policy } from '#policy';
import type { Scanner } from '#scan';
import type { DecisionRecord, RepositoryRecord, Store } from '#store';
import { carryOver } from './carry-over.ts';
import type { Subject } from './subject.ts';

export interface DeciderDeps {
  readonly store: Store;
  readonly scanner: Scanner;
  readonly policies: Readonly<Record<PolicyName, Policy>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onDecision?: (decision: DecisionRecord) => void;
}

/** What it took to know. */
export interface Effort {
  readonly readBytes: number;
  readonly elapsedMs: number;
}

/** Makes decisions out of reports, and knows which decisions still count. */
export class Decider {
  readonly #deps: DeciderDeps;

  constructor(deps: DeciderDeps) {
    this.#deps = deps;
  }

  /** Whether the engine and the policy of today made it. */
  isStanding(decision: DecisionRecord, repository: RepositoryRecord): boolean {
    return (
      decision.engineFingerprint === this.#deps.scanner.engine.fingerprint &&
      decision.policy === repository.policy &&
      decision.policyDigest === this.#deps.policies[repository.policy].digest
    );
  }

  async decide(subject: Subject, report: Report, effort: Effort): Promise<DecisionRecord> {
    const { store, scanner, policies, clock, log, onDecision } = this.#deps;
    const { repository } = subject.key;
    const policy = policies[repository.policy];
    const outcome = policy.evaluate({ report, rules: scanner.rules });
    const reportDigest = await store.reports.put(report);
    const before = await store.decisions.current(subject.version.id);
    const decision = await store.decisions.record({
      versionId: subject.version.id,
      repository: repository.name,
      protocol: repository.protocol,
      packageType: subject.key.type,
      packageName: subject.package.name,
      version: subject.version.revision,
      effect: outcome.effect,
      verdict: report.verdict,
      reasons: [...outcome.reasons],
      policy: policy.name,
      policyDigest: policy.digest,
      engineFingerprint: scanner.engine.fingerprint,
      reportDigest,
      readBytes: effort.readBytes,
      elapsedMs: Math.round(effort.elapsedMs),
      decidedAt: clock.now(),
      ...carryOver(before, outcome),
    });
    log.info('decided', {
      decision: decision.id,
      repository: repository.name,
      package: subject.package.name,
      version: subject.version.revision,
      effect: decision.effect,
      state: decision.state,
      verdict: decision.verdict,
      readBytes: decision.readBytes,
      elapsedMs: decision.elapsedMs,
    });
    onDecision?.(decision);
    return decision;
  }
}

/** Whether a decision lets its version through: a person's word goes before policy's. */
export function isServed(decision: DecisionRecord): boolean {
  switch (decision.state) {
    case 'refused':
    case 'superseded':
      return false;
    case 'approved':
      return decision.effect !== 'block';
    case 'active':
      return decision.effect === 'allow' || decision.effect === 'warn';
  }
}
