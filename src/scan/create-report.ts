import { type Engine, type FileReport, type Report, worstVerdict } from '#findings';

/**
 * Joins what the scanner said of each file.
 *
 * @param scans one list per outer file, the outer file first, as `Scanner.scanFile` gives them
 */
export function createReport(engine: Engine, scans: readonly (readonly FileReport[])[]): Report {
  const files = scans.flat();
  const outer = scans.flatMap((scan) => scan.slice(0, 1));
  return {
    schema: 'sallyport.report/1',
    engine,
    verdict: worstVerdict(files.map((file) => file.verdict)),
    coverage: {
      fileCount: files.length,
      sizeBytes: outer.reduce((sum, file) => sum + file.coverage.sizeBytes, 0),
      readBytes: outer.reduce((sum, file) => sum + file.coverage.readBytes, 0),
      gapCount: files.reduce((sum, file) => sum + file.coverage.gaps.length, 0),
    },
    files,
  };
}
