import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random32 } from '../../../test/corpus/pickle-machine/mutate.ts';
import { pickleFormat } from './format.ts';

const ROOT = join(import.meta.dirname, '../../..');
const CORPUS = join(ROOT, 'test/corpus/pickle-machine');

function recognise(bytes: Uint8Array | string, name = 'notes.txt', sizeBytes?: number): boolean {
  const whole = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  const head = whole.subarray(0, 65_536);
  return pickleFormat.recognise({ name, sizeBytes: sizeBytes ?? whole.length, head, tail: head });
}

describe('pickleFormat', () => {
  it('recognises every sample under any name', () => {
    for (const kind of ['benign', 'malicious', 'malformed']) {
      for (const name of readdirSync(join(CORPUS, kind))) {
        const bytes = readFileSync(join(CORPUS, kind, name));
        for (const as of ['x.txt', 'x.json', 'x'])
          expect([name, as, recognise(bytes, as)]).toEqual([name, as, true]);
      }
    }
  });

  it('recognises a payload behind opcodes that do nothing', () => {
    const payload = "cos\nsystem\n(S'x'\ntR.";
    for (const before of [
      'N0'.repeat(20_000),
      'N0'.repeat(40_000),
      '(1'.repeat(100),
      'K\x010',
      ']0}0)0',
      'Vtext\n0',
      "S'a'\n0",
    ]) {
      expect(recognise(before + payload)).toBe(true);
    }
    expect(recognise(`X\0\0\x02\0${'y'.repeat(65_531)}`, 'x.txt', 200_000)).toBe(true);
    expect(recognise('cevil\nrun\n.')).toBe(true);
    expect(recognise('csubprocess\nPopen\ntruncated')).toBe(true);
  });

  it('takes no text of any kind for a pickle', () => {
    const words = readFileSync(join(ROOT, 'LICENSE'), 'utf8').match(/[A-Za-z]{1,12}/g) ?? [];
    const draw = random32(1);
    const word = () => words[draw() % words.length] ?? '';
    const lines = (count: number, line: () => string) => Array.from({ length: count }, line).join('\n');
    const makers: Readonly<Record<string, () => string>> = {
      'word list': () => lines(1 + (draw() % 100), word),
      'sorted list': () => lines(50, word).split('\n').sort().join('\n'),
      capitals: () => lines(1 + (draw() % 100), () => word().toUpperCase()),
      prose: () => lines(20, () => `${word()} ${word()}, ${word()}. ${word()}`),
      table: () => lines(20, () => `${word()},${draw() % 100},${word()}`),
      numbers: () => lines(20, () => `${draw() % 1000}.${draw() % 10}`),
      settings: () => lines(10, () => `${word()} = ${word()}`),
      identifiers: () => lines(50, () => `P${draw() % 99_999}`),
      printable: () =>
        lines(3, () => String.fromCharCode(...Array.from({ length: 30 }, () => 32 + (draw() % 95)))),
    };
    const taken: string[] = [];
    for (const [kind, make] of Object.entries(makers)) {
      for (let count = 0; count < 2000; count += 1) {
        const text = make();
        if (recognise(text)) taken.push(`${kind}: ${text.slice(0, 80)}`);
      }
    }
    expect(taken).toEqual([]);
  });

  it('takes lists and notices that begin with opcodes for what they are', () => {
    const texts = [
      'cat\ndog\nmouse\n',
      'ios\nandroid\nweb\n',
      'int\nfloat\nstr\n',
      '(c) 2026 Name\nAll rights reserved\nof this work\n',
      '(item one\nitem two)\n',
      'N.B. read this first\n',
      'Version 1.0\n',
      'Python\nPerl\nRuby\n',
      'I.\nII.\n',
    ];
    for (const text of texts) expect([text, recognise(text)]).toEqual([text, false]);
  });

  it('takes no JSON for a pickle', () => {
    fc.assert(fc.property(fc.json(), (text) => text.length < 2 || !recognise(text)));
  });

  it('takes no random bytes for a pickle', () => {
    const draw = random32(2);
    let taken = 0;
    for (let count = 0; count < 20_000; count += 1) {
      if (recognise(Buffer.from(Array.from({ length: 1 + (draw() % 300) }, () => draw() % 256)))) taken += 1;
    }
    expect(taken).toBeLessThan(4);
  });

  it('takes none of the files of this repository for a pickle', () => {
    const entries = ['src', 'test', 'docs'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }),
    );
    const texts = entries.filter(
      (entry) => entry.isFile() && /\.(ts|md|json|py|yml|html|css|sql)$/.test(entry.name),
    );
    const taken = texts
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !/\/(benign|malicious|malformed)\//.test(path))
      .filter((path) => recognise(readFileSync(path), path));
    expect(texts.length).toBeGreaterThan(100);
    expect(taken).toEqual([]);
  });
});
