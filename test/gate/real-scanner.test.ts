import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createScanner, type Scanner } from '#scan';
import { makeSafetensors, makeTorchCheckpoint } from '../support/make-checkpoint.ts';
import { openTestStore, type TestStore } from '../support/test-store.ts';
import { Harness } from './harness.ts';

const MIB = 1024 * 1024;

/** What loading would call, and nothing ever does: the marker is inert. */
const MALICIOUS = Buffer.from("cos\nsystem\n(S'echo sallyport-test-marker'\ntR.", 'latin1');
const UNCLEAR = Buffer.from('\x80\x02cinhouse.loader\nrestore\n)R.', 'latin1');

let test: TestStore;
let scanner: Scanner;
let checkpoint: Buffer;
let safetensors: Buffer;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-gate-'));
  const paths = [join(folder, 'model.pt'), join(folder, 'model.safetensors')] as const;
  await makeTorchCheckpoint(paths[0], 4 * MIB, 8);
  await makeSafetensors(paths[1], 4 * MIB, 8);
  [checkpoint, safetensors] = await Promise.all([readFile(paths[0]), readFile(paths[1])]);
  await rm(folder, { recursive: true });
  [test, scanner] = await Promise.all([openTestStore(), createScanner({ processes: 1 })]);
}, 60_000);
afterAll(async () => {
  await scanner[Symbol.asyncDispose]();
  await test[Symbol.asyncDispose]();
});

const config = () => ({
  path: 'config.json',
  content: Buffer.from(JSON.stringify({ hidden: Math.random() })),
});

describe('the gate with the real scanner', () => {
  it('lets honest models through, having read a small part of them', async () => {
    await using h = await Harness.over(test.store, scanner);
    h.origin.push([
      config(),
      { path: 'README.md', content: Buffer.from('# A model\n') },
      { path: 'pytorch_model.bin', content: checkpoint, isLfs: true },
      { path: 'model.safetensors', content: safetensors, isLfs: true },
    ]);
    const { decision } = await h.served();
    expect(decision).toMatchObject({ effect: 'allow', verdict: 'clean', reasons: [] });
    expect(decision.readBytes).toBeLessThan(MIB);
    expect(h.origin.calls.download).toBe(2); // the two small ones
    // Judged by ranges and looked at whole agree, so that the end is released.
    expect((await h.pull('pytorch_model.bin')).equals(checkpoint)).toBe(true);
    expect((await h.pull('model.safetensors')).equals(safetensors)).toBe(true);
  });

  it('blocks a checkpoint that would run a command, and says what', async () => {
    await using h = await Harness.over(test.store, scanner);
    h.origin.push([config(), { path: 'pytorch_model.bin', content: MALICIOUS, isLfs: true }]);
    const { refusal, decision } = await h.refusal();
    expect(decision).toMatchObject({ effect: 'block', verdict: 'malicious' });
    expect(refusal).toMatchObject({
      effect: 'block',
      policyRule: 'balanced/malicious',
      file: 'pytorch_model.bin',
    });
    expect(refusal.line).toMatch(
      /^Blocked by policy balanced\/malicious: pickle\/[a-z-]+ in pytorch_model\.bin \(.*system.*\).* See http:\/\/gate\.test\/decisions\/[0-9a-f-]+$/,
    );
  });

  it('holds what it does not understand until a person has approved it', async () => {
    await using h = await Harness.over(test.store, scanner);
    h.origin.push([config(), { path: 'weights.bin', content: UNCLEAR, isLfs: true }]);
    const { refusal, decision } = await h.refusal();
    expect(refusal).toMatchObject({
      effect: 'hold',
      policyRule: 'balanced/undetermined',
      file: 'weights.bin',
    });
    const settlement = { state: 'approved' as const, by: 'ada', reason: 'ours', at: h.clock.now() };
    await test.store.decisions.settle(decision.id, settlement);
    expect((await h.pull('weights.bin')).equals(UNCLEAR)).toBe(true);
  });

  it('never completes a malicious file whose ranges were benign', async () => {
    await using h = await Harness.over(test.store, scanner);
    const evil = Buffer.concat([MALICIOUS, Buffer.alloc(checkpoint.length - MALICIOUS.length)]);
    h.origin.push([{ path: 'pytorch_model.bin', content: evil, shown: checkpoint, isLfs: true }]);
    await expect(h.pull('pytorch_model.bin')).rejects.toMatchObject({ code: 'not-admitted' });
    expect((await h.refusal()).decision.verdict).toBe('malicious');
  });

  it('keeps what an archive is full of as evidence, whatever its members are called', async () => {
    await using h = await Harness.over(test.store, scanner);
    const broken = Buffer.from(checkpoint);
    broken.write('\u0000\ud800\r\n', checkpoint.indexOf('archive/data/3'), 'utf8');
    h.origin.push([{ path: 'pytorch_model.bin', content: broken, isLfs: true }]);
    const { refusal, decision } = await h.refusal();
    expect(refusal.line).toMatch(/^[\x20-\x7e]{1,300}$/);
    const report = await test.store.reports.get(decision.reportDigest);
    expect(report.verdict).not.toBe('clean');
  });
});
