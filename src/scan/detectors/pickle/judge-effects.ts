import { CAPABILITIES, CAPABILITY_ORDER } from '../../knowledge/capability.ts';
import type { Danger } from '../../knowledge/find-danger.ts';
import { type Abstract, pathOf, textOf } from './abstract.ts';
import type { Collector } from './collector.ts';
import type { Effect } from './evaluation.ts';
import type { RuleName } from './rules.ts';

/** Turns what a call would do into findings, the worst of each kind. */
export function judgeEffects(
  collector: Collector,
  offset: number,
  callee: Abstract,
  effects: readonly Effect[],
  evidence: () => string,
  args: readonly Abstract[],
): void {
  const dangers = effects
    .filter((effect) => effect.kind === 'danger')
    .map(({ danger }) => raise(danger, args))
    .sort((a, b) => CAPABILITY_ORDER.indexOf(a.capability) - CAPABILITY_ORDER.indexOf(b.capability));
  const named = callee.kind === 'object' ? pathOf(callee) : 'a computed value';
  for (const [at, danger] of dangers.entries()) {
    if (at > 0 && ruleOf(danger) === ruleOf(dangers[0])) continue;
    const through =
      danger.path === named || danger.by === 'named-alike' ? named : `${danger.path} (through ${named})`;
    const { does } = CAPABILITIES[danger.capability];
    const message =
      danger.by === 'named-alike'
        ? `${through} is called; by its name it ${does}`
        : `${through} is called: it ${does}`;
    collector.add(ruleOf(danger), danger.path, offset, message, {
      evidence,
      confidence: danger.by === 'named-alike' ? 'medium' : 'high',
    });
  }
  for (const effect of effects) {
    switch (effect.kind) {
      case 'handed-over':
        collector.add(
          'dangerousCall',
          effect.danger.path,
          offset,
          `${effect.danger.path} is handed to ${effect.to} to be called: it ${CAPABILITIES[effect.danger.capability].does}`,
          { evidence },
        );
        break;
      case 'unknown-object':
        collector.add(
          'unknownCall',
          `${effect.module}.${effect.name}`,
          offset,
          `${effect.module}.${effect.name} is called and is not known to be safe`,
          { evidence },
        );
        break;
      case 'unknown-callee':
        collector.add('unknownCallee', effect.why, offset, effect.why, { evidence });
        break;
      case 'code':
        collector.add(
          'codeObject',
          effect.what,
          offset,
          `a ${effect.what} is built from what the file holds`,
          { evidence },
        );
        break;
      case 'pure':
        // On its own it only builds a value; honest writers still do not do this.
        collector.add('unknownCall', effect.path, offset, `${effect.path} builds a value at load time`, {
          evidence,
        });
        break;
      case 'danger':
        break;
    }
  }
}

function ruleOf(danger: Danger | undefined): RuleName {
  if (danger === undefined) return 'unknownCall';
  if (danger.by === 'named-alike') return 'unsafeCall';
  if (danger.capability === 'tamper') return 'scannerTampering';
  if (danger.capability === 'build-code') return 'codeObject';
  if (danger.capability === 'exhaust') return 'resourceBomb';
  return CAPABILITIES[danger.capability].verdict === 'malicious' ? 'dangerousCall' : 'unsafeCall';
}

/** `open(path, 'w')` writes. */
function raise(danger: Danger, args: readonly Abstract[]): Danger {
  if (!/(^|\.)open(_code)?$/.test(danger.path) || danger.capability !== 'read-files') return danger;
  const mode = args
    .slice(1)
    .map(textOf)
    .find((text) => text !== undefined);
  return mode !== undefined && /[wax+]/.test(mode) ? { ...danger, capability: 'write-files' } : danger;
}
