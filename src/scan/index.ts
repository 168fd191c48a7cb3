export { createScanner, type ScannerOptions } from './create-scanner.ts';
export type { DetectContext, Detector } from './detector.ts';
export { ScanError } from './scan-error.ts';
export type { Scanner, ScanOptions } from './scanner.ts';
