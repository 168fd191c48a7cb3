import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#bytes';
import { type FileReport, type Verdict, worstVerdict } from '#findings';
import { FORMATS } from '#formats';
import { DETECTORS } from '../all.ts';
import { readEnds } from '../engine/ends.ts';
import { createKit } from '../engine/kit.ts';
import { DEFAULT_LIMITS } from '../engine/limits.ts';
import { scanSource } from '../engine/scan-source.ts';

const CORPUS = join(import.meta.dirname, '..', '..', '..', 'test', 'corpus');
const FOLDERS = [
  'compressed',
  'joblib',
  'json',
  'media',
  'numpy',
  'pytorch',
  'safetensors',
  'tar',
  'text',
  'zip',
];

/** Every other malicious sample would run a command, and is `malicious`. */
const OTHER_HARM: Readonly<Record<string, readonly [Verdict, rule: string]>> = {
  'compressed/bomb.bz2': ['unsafe', 'compressed/bomb'],
  'joblib/side-file-escape.pkl': ['unsafe', 'joblib/side-file-escape'],
  'json/duplicate-key.json': ['undetermined', 'json/duplicate-key'],
  'json/shard-elsewhere.json': ['unsafe', 'json/path-escape'],
  // Nobody can inflate method 99; PyTorch's reader refuses it, and so does Python's.
  'pytorch/method-lie.pt': ['undetermined', 'archive/disagreement'],
  'pytorch/torchscript-custom-op.pt': ['undetermined', 'torchscript/unknown-operator'],
  'pytorch/torchscript-from-file.pt': ['unsafe', 'torchscript/file-operator'],
  'pytorch/torchscript-save.pt': ['unsafe', 'torchscript/file-operator'],
  'tar/device.tar': ['unsafe', 'archive/unsafe-path'],
  'tar/link.tar': ['unsafe', 'archive/unsafe-path'],
  'tar/traversal.tar': ['unsafe', 'archive/unsafe-path'],
  'zip/traversal.zip': ['unsafe', 'archive/unsafe-path'],
};

/** Findings that a sample must have besides the one on its pickle. */
const TRAITS: Readonly<Record<string, string>> = {
  'compressed/behind.txt.gz': 'archive/hidden-bytes',
  'joblib/two-readings.pkl': 'joblib/second-reading',
  'media/zip-behind.png': 'file/polyglot',
  'numpy/pickle-behind.npy': 'numpy/trailing-bytes',
  'pytorch/backslash.pt': 'archive/disagreement',
  'pytorch/case-double.pt': 'archive/disagreement',
  'pytorch/directory-name.pt': 'archive/disagreement',
  'pytorch/duplicate-first.pt': 'archive/disagreement',
  'pytorch/duplicate-last.pt': 'archive/disagreement',
  'pytorch/encrypted-flag.pt': 'archive/disagreement',
  'pytorch/encrypted-flag-directory.pt': 'archive/disagreement',
  'pytorch/hidden.pt': 'archive/disagreement',
  'pytorch/legacy-behind.pt': 'pytorch/trailing-bytes',
  'pytorch/local-name.pt': 'archive/disagreement',
  'pytorch/other-root.pt': 'pytorch/foreign-record',
  'pytorch/pickle-prefix.pt': 'file/polyglot',
  'pytorch/prefix.pt': 'archive/hidden-bytes',
  'pytorch/storage-is-pickle.pt': 'pytorch/storage-mismatch',
  'pytorch/wrong-crc.pt': 'archive/broken-content',
  'safetensors/zip-behind.safetensors': 'safetensors/trailing-bytes',
  'tar/behind-end.tar': 'archive/hidden-bytes',
  'tar/double.tar': 'archive/disagreement',
  'zip/behind-text.md': 'archive/hidden-bytes',
  'zip/unicode-double.zip': 'archive/disagreement',
};

const kit = createKit(FORMATS, DETECTORS, DEFAULT_LIMITS);

async function scan(path: string): Promise<{ verdict: Verdict; rules: readonly string[]; told: unknown }> {
  const source = memorySource(readFileSync(join(CORPUS, path)));
  const reports: FileReport[] = [];
  await scanSource(
    kit,
    { path, source, ends: await readEnds(source), deadlineMs: 60_000 },
    (order, report) => {
      reports[order] = report;
    },
  );
  const told = reports.flatMap(({ findings, coverage }) => [...findings, ...coverage.gaps]);
  return {
    verdict: worstVerdict(reports.map(({ verdict }) => verdict)),
    rules: reports.flatMap(({ findings }) => findings.map(({ rule }) => rule)),
    told,
  };
}

function samplesOf(kind: string): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(CORPUS, folder, kind), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(CORPUS.length + 1)),
  );
}

describe('the corpus of containers', () => {
  it('has honest files that are clean, with nothing said of them', async () => {
    const paths = samplesOf('benign');
    for (const path of paths)
      expect(await scan(path), path).toEqual({ verdict: 'clean', rules: [], told: [] });
    expect(paths.length).toBeGreaterThan(100);
  });

  it('has malicious files that are all seen, with the trick they use', async () => {
    const paths = samplesOf('malicious');
    for (const path of paths) {
      const name = path.replace('/malicious', '');
      const { verdict, rules } = await scan(path);
      const [expected, rule] = OTHER_HARM[name] ?? ['malicious', TRAITS[name]];
      expect([name, verdict]).toEqual([name, expected]);
      if (rule !== undefined) expect(rules, name).toContain(rule);
    }
    expect(paths.length).toBeGreaterThan(90);
    const known = new Set(paths.map((path) => path.replace('/malicious', '')));
    expect([...Object.keys(OTHER_HARM), ...Object.keys(TRAITS)].filter((name) => !known.has(name))).toEqual(
      [],
    );
  });

  it('has malformed files that are never clean', async () => {
    for (const path of samplesOf('malformed')) {
      expect((await scan(path)).verdict, path).not.toBe('clean');
    }
  });
});
