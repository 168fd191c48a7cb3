import { AppError } from '#kernel';

/** The configuration cannot be used; the message names the key and where it came from. */
export class ConfigError extends AppError<'invalid' | 'unreadable'> {}
