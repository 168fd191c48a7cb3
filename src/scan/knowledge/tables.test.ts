import { describe, expect, it } from 'vitest';
import { canonicalModule } from './canonical-module.ts';
import { CAPABILITIES, CAPABILITY_ORDER } from './capability.ts';
import { countDangerous, DANGER_TABLES, findDanger } from './find-danger.ts';
import { findKnown, listKnown } from './find-known.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

describe('the tables of callables', () => {
  it('have rows of plain names, each once in its list', () => {
    for (const [module, row] of DANGER_TABLES.flatMap((table) => Object.entries(table))) {
      expect(module).toMatch(NAME);
      for (const [key, value] of Object.entries(row)) {
        if (typeof value !== 'string' || key === 'rest') continue;
        const names = value.split(' ');
        for (const name of names) expect(name, `${module} ${key}`).toMatch(NAME);
        expect(new Set(names).size, `${module} ${key}`).toBe(names.length);
      }
    }
  });

  it('order every capability', () => {
    expect([...CAPABILITY_ORDER].sort()).toEqual(Object.keys(CAPABILITIES).sort());
  });

  it('store nothing as harmless that they also hold for harmful', () => {
    const both = listKnown().filter(({ module, name, known }) => {
      const danger = known.storable === true ? findDanger(module, name) : undefined;
      return (
        danger !== undefined &&
        danger.by === 'listed' &&
        CAPABILITIES[danger.capability].verdict === 'malicious'
      );
    });
    expect(both.map(({ module, name }) => `${module}.${name}`)).toEqual([]);
  });

  it('see through aliases, vendored copies and attributes of modules', () => {
    expect(findDanger('nt', 'system')).toMatchObject({ capability: 'start-process', by: 'listed' });
    expect(findDanger('torch.serialization', 'os.system')).toMatchObject({ path: 'os.system', by: 'walked' });
    expect(findDanger('tempfile', '_os.system')).toMatchObject({ capability: 'start-process', by: 'walked' });
    expect(findDanger('six.moves.builtins', 'eval')).toMatchObject({ capability: 'run-code' });
    expect(findDanger('nobody.knows', 'check_output')).toMatchObject({ by: 'named-alike' });
    expect(findDanger('nobody.knows', 'Thing')).toBeUndefined();
    expect(canonicalModule('numpy._core.multiarray')).toBe('numpy.core.multiarray');
    expect(findKnown('sklearn.linear_model.logistic', 'LogisticRegression')).toBeDefined();
    expect(findKnown('numpy', '__class__')).toBeUndefined();
  });

  it('are as large as they are said to be', () => {
    expect(listKnown().length).toBeGreaterThan(12_000);
    expect(countDangerous().names).toBeGreaterThan(1_000);
  });
});
