import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Finding, worstVerdict } from '#findings';
import type { PickleEvent, PickleProgram, PickleValue } from '#formats';
import { judgePrograms } from './judge.ts';
import { PICKLE_RULES } from './rules.ts';

const VERDICTS = new Map(PICKLE_RULES.map(({ id, verdict }) => [id, verdict]));
const str = (value: string): PickleValue => ({ kind: 'str', value, lengthBytes: value.length });
const none: PickleValue = { kind: 'none' };

function program(events: readonly PickleEvent[], result: PickleValue = none): PickleProgram {
  return {
    startOffset: 0,
    endOffset: 9,
    protocol: 2,
    end: 'stop',
    endDetail: '',
    opCount: 9,
    events,
    result,
    anomalies: [],
  };
}

function importOf(module: string, name: string): PickleEvent {
  return { kind: 'import', offset: 2, opcode: 'GLOBAL', module: str(module), name: str(name) };
}

/** `module.name(*args)`, then what `more` adds; the call is event 1. */
function callOf(
  module: string,
  name: string,
  args: readonly PickleValue[],
  more: readonly PickleEvent[] = [],
): PickleProgram {
  const callee: PickleValue = { kind: 'global', module, name, event: 0 };
  const call: PickleEvent = { kind: 'call', offset: 5, opcode: 'REDUCE', callee, args };
  return program([importOf(module, name), call, ...more], { kind: 'result', event: 1 });
}

function judge(...programs: readonly PickleProgram[]): { verdict: string; findings: readonly Finding[] } {
  const findings = judgePrograms(programs, { path: 'x.pkl' });
  return { verdict: worstVerdict(findings.map(({ rule }) => VERDICTS.get(rule) ?? 'malicious')), findings };
}

describe('the judgement of pickle calls', () => {
  it('says what would run, where, as a line of Python', () => {
    const { verdict, findings } = judge(callOf('posix', 'system', [str('echo SALLYPORT_INERT')]));
    expect(verdict).toBe('malicious');
    expect(findings).toEqual([
      {
        rule: 'pickle/dangerous-call',
        message: 'os.system (through posix.system) is called: it starts or ends a process',
        confidence: 'high',
        place: { offset: 5 },
        evidence: "posix.system('echo SALLYPORT_INERT')",
      },
    ]);
  });

  it('never calls a name clean that it does not know', () => {
    const word = fc.stringMatching(/^[a-z_]{3,12}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), word, (module, name) => {
        const path = `unheard_of_${module.join('.')}`;
        expect(judge(callOf(path, name, [])).verdict).not.toBe('clean');
        expect(judge(program([importOf(path, name)])).verdict).not.toBe('clean');
      }),
    );
  });

  it('ends for any graph, however deep, wide or cyclic, and prints nothing but ASCII', () => {
    const deep = Array.from({ length: 200_000 }).reduce<PickleValue>(
      (inner) => ({ kind: 'list', items: [inner] }),
      none,
    );
    const items: PickleValue[] = [str('\u202e\u0000\ud800')];
    const cyclic: PickleValue = { kind: 'list', items };
    items.push(cyclic, { kind: 'dict', entries: [[str('\n'), cyclic]] });
    const { verdict, findings } = judge(callOf('os', 'system', [deep, cyclic]), program([], cyclic));
    expect(verdict).toBe('malicious');
    for (const { message, evidence } of findings) expect(`${message}${evidence}`).toMatch(/^[\x20-\x7e]+$/);
  });

  it('does not take a large tree for a bomb, and takes a small graph that doubles for one', () => {
    const leaves = Array.from({ length: 50_000 }, () => none);
    let tree: PickleValue = { kind: 'list', items: leaves };
    for (let level = 0; level < 100; level += 1)
      tree = { kind: 'list', items: [tree, { kind: 'list', items: leaves.slice() }] };
    const wrapped = program([{ kind: 'persistent-load', offset: 1, id: tree }], {
      kind: 'tuple',
      items: [tree],
    });
    expect(judge(wrapped).findings.map(({ rule }) => rule)).not.toContain('pickle/resource-bomb');
    let doubled: PickleValue = none;
    for (let level = 0; level < 30; level += 1) doubled = { kind: 'tuple', items: [doubled, doubled] };
    expect(judge(program([], doubled)).verdict).toBe('unsafe');
  });

  it('bounds its findings and still gives the worst verdict', () => {
    const events = Array.from(
      { length: 5000 },
      (_, at): PickleEvent => ({ ...importOf('unheard', `n${at}`), offset: at }),
    );
    const worst = callOf('os', 'system', []);
    const { verdict, findings } = judge(program(events), worst);
    expect(verdict).toBe('malicious');
    expect(findings.length).toBeLessThan(250);
    expect(findings.at(-1)?.message).toMatch(/^\d+ more findings are not listed$/);
  });

  it('takes a known constructor for safe only with the arguments honest writers give', () => {
    expect(judge(callOf('_codecs', 'encode', [str('x'), str('latin1')])).verdict).toBe('clean');
    expect(judge(callOf('_codecs', 'encode', [str('x'), str('rot13')])).verdict).not.toBe('clean');
    expect(judge(callOf('builtins', 'bytearray', [{ kind: 'int', value: 1n << 40n }])).verdict).toBe(
      'unsafe',
    );
    expect(judge(callOf('builtins', 'type', [none])).verdict).toBe('clean');
    expect(judge(callOf('builtins', 'type', [str('x')])).verdict).not.toBe('clean');
  });

  it('does not let a later pickle of the file use what an earlier one planted', () => {
    const evil: PickleValue = { kind: 'global', module: 'builtins', name: 'eval', event: 1 };
    const target: PickleValue = { kind: 'global', module: 'collections', name: 'OrderedDict', event: 0 };
    const state: PickleValue = {
      kind: 'tuple',
      items: [none, { kind: 'dict', entries: [[str('fromkeys'), evil]] }],
    };
    const plant = program([
      importOf('collections', 'OrderedDict'),
      importOf('builtins', 'eval'),
      { kind: 'build', offset: 8, target, state },
    ]);
    const { verdict, findings } = judge(plant, callOf('collections', 'OrderedDict.fromkeys', [str('1')]));
    expect(verdict).toBe('malicious');
    expect(findings.map(({ rule }) => rule)).toContain('pickle/dangerous-call');
  });
});
