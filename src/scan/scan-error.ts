import { AppError } from '#kernel';

/** A scan could not be had; what a file does wrong is coverage, not this. */
export class ScanError extends AppError<'cancelled' | 'closed' | 'sandbox-unavailable'> {}
