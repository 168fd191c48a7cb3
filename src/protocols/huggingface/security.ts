import { type FileReport, type Verdict, worstVerdict } from '#findings';
import type { Admission } from '#gate';
import { type Store, StoreError } from '#store';

/** What our report says, by path of the version; members of archives count for their outer file. */
export interface VersionSecurity {
  readonly isDone: boolean;
  of(path: string): FileSecurity;
}

interface FileSecurity {
  readonly verdict: Verdict | undefined;
  readonly findings: readonly { readonly rule: string; readonly message: string; readonly file: string }[];
}

/** The Hub's words for our verdicts. */
const LEVELS: Readonly<Record<Verdict, string>> = {
  clean: 'safe',
  undetermined: 'caution',
  unsafe: 'suspicious',
  malicious: 'unsafe',
};

export async function readSecurity(store: Store, admission: Admission | undefined): Promise<VersionSecurity> {
  const files = await readFiles(store, admission);
  const byPath = new Map<string, FileReport[]>();
  for (const file of files ?? []) {
    for (const path of findOuterPaths(file.path)) {
      const reports = byPath.get(path) ?? [];
      reports.push(file);
      byPath.set(path, reports);
    }
  }
  return {
    isDone: files !== undefined,
    of(path) {
      const reports = byPath.get(path) ?? [];
      return {
        verdict: reports.length === 0 ? undefined : worstVerdict(reports.map((report) => report.verdict)),
        findings: reports.flatMap((report) =>
          report.findings.map(({ rule, message }) => ({ rule, message, file: report.path })),
        ),
      };
    },
  };
}

/** `avScan` and `pickleImportScan` must be there for the Python client; we run neither as such. */
export function renderFileSecurity(security: VersionSecurity, path: string) {
  const { verdict, findings } = security.of(path);
  return {
    status: verdict === undefined ? (security.isDone ? 'unscanned' : 'queued') : LEVELS[verdict],
    avScan: null,
    pickleImportScan: null,
    sallyport: { verdict: verdict ?? null, findings: findings.slice(0, 20) },
  };
}

export function renderRepoSecurity(security: VersionSecurity, paths: readonly string[]) {
  const filesWithIssues = paths.flatMap((path) => {
    const { verdict } = security.of(path);
    return verdict === undefined || verdict === 'clean' ? [] : [{ path, level: LEVELS[verdict] }];
  });
  return { scansDone: security.isDone, filesWithIssues };
}

/** `!` separates members of archives, but may stand in a path too: each part before one could be the file. */
function findOuterPaths(path: string): readonly string[] {
  const paths = [path];
  for (let at = path.indexOf('!'); at > 0 && paths.length < 8; at = path.indexOf('!', at + 1)) {
    paths.push(path.slice(0, at));
  }
  return paths;
}

async function readFiles(store: Store, admission: Admission | undefined) {
  if (admission === undefined || admission.kind === 'pending') return undefined;
  try {
    return (await store.reports.get(admission.decision.reportDigest)).files;
  } catch (error) {
    // Evidence may be pruned before the decision that rested on it.
    if (error instanceof StoreError && error.code === 'not-found') return undefined;
    throw error;
  }
}
