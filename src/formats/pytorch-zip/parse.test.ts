import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#bytes';
import type { ParseContext } from '../format.ts';
import { parsePytorchZip } from './parse.ts';

const CORPUS = join(import.meta.dirname, '..', '..', '..', 'test', 'corpus', 'pytorch');
const context: ParseContext = {
  name: 'model.pt',
  limits: {
    maxDepth: 8,
    maxMembers: 1_000,
    maxInflatedBytes: 1 << 24,
    maxRatio: 1_100,
    maxPickleOps: 1_000_000,
    maxReadBytes: 1 << 24,
    deadlineMs: 1,
  },
  checkDeadline() {},
};

async function parse(path: string) {
  const document = await parsePytorchZip(memorySource(readFileSync(join(CORPUS, path))), context);
  const roles = Object.fromEntries(
    document.members.map((member) => [member.path.replace(/^[^/]*\//, ''), member]),
  );
  return { document, roles };
}

describe('a PyTorch checkpoint', () => {
  it('has numbers where an id says so, and content everywhere else', async () => {
    const { document, roles } = await parse('benign/checkpoint.pt');
    const data = document.members.filter(({ role }) => role === 'data').map(({ path }) => path);
    expect(data).toEqual(Array.from({ length: 8 }, (_, index) => `checkpoint/data/${index}`));
    expect(document).toMatchObject({
      flavour: 'checkpoint',
      root: 'checkpoint',
      storages: 8,
      dataBytes: 128,
    });
    expect(roles['data.pkl']).toMatchObject({
      role: 'content',
      loadedAs: 'pickle',
      document: { kind: 'pickle' },
    });
    expect(roles.version).toMatchObject({ role: 'content' });
  });

  it.each(['storage-is-pickle.pt', 'unreferenced-storage.pt'])(
    'does not take %s for numbers',
    async (name) => {
      const { document } = await parse(`malicious/${name}`);
      const suspects = document.members.filter(
        ({ sizeBytes, path }) => path.includes('/data/') && sizeBytes !== 8,
      );
      expect(suspects.map(({ role }) => role)).toEqual(['content']);
    },
  );

  it('runs each of two data.pkl, whichever a reader takes', async () => {
    const { document } = await parse('malicious/duplicate-last.pt');
    const pickles = document.members.filter(({ path }) => path.endsWith('data.pkl'));
    expect(pickles.map(({ document: read }) => read?.kind)).toEqual(['pickle', 'pickle']);
  });

  it.each(['scripted.pt', 'traced.pt', 'frozen.pt', 'mobile.ptl'])(
    'reads %s as TorchScript',
    async (name) => {
      const { document, roles } = await parse(`benign/${name}`);
      expect(document.flavour).toBe('torchscript');
      expect(roles['data.pkl']?.document?.kind).toBe('torchscript-pickle');
      const code = document.members.filter(({ path }) => path.endsWith('.py'));
      expect(code.length).toBeGreaterThan(0);
      expect(code.every(({ loadedAs }) => loadedAs === 'torchscript')).toBe(true);
      expect(document.operators.length > 0).toBe(name === 'mobile.ptl');
    },
  );

  it('judges a pickle of TorchScript with a foreign name as a pickle', async () => {
    // `__torch__` and `collections` have names of the same length as what replaces them.
    const bytes = readFileSync(join(CORPUS, 'benign', 'scripted.pt'));
    const at = bytes.indexOf('collections\nOrderedDict');
    bytes.write('SALLYPORT__\nInertMarker', at, 'latin1');
    const document = await parsePytorchZip(memorySource(bytes), context);
    const pickle = document.members.find(({ path }) => path.endsWith('/data.pkl'));
    expect(pickle?.document?.kind).toBe('pickle');
  });
});
