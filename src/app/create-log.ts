import { pino } from 'pino';
import { AppError, type Log, type LogFields } from '#kernel';

/** Field names whose values never reach the log, wherever they stand. */
const SECRET_FIELDS = /^(authorization|token|secret|password|cookie|upstreamToken)$/i;

/** Our own tokens, and bearer credentials of any kind, inside texts. */
const SECRET_TEXT = /\bhf_[A-Za-z0-9_-]{20,}|\bBearer\s+[^\s"']+/g;

/** JSON lines on `destination`; secrets are taken out here, whatever a caller passes. */
export function createLog(options: {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly destination: { write(line: string): void };
}): Log {
  const sink = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: 'message',
    },
    options.destination,
  );
  const write = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) => {
    if (sink.isLevelEnabled(level)) sink[level](redact(fields ?? {}) as object, message);
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** Errors become plain data with their causes; depth is bounded so that cycles end. */
function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.replace(SECRET_TEXT, '[redacted]');
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 5) return '[deep]';
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Error) {
    return {
      name: value.name,
      ...(value instanceof AppError ? { code: value.code } : {}),
      message: redact(value.message),
      ...(value instanceof AppError ? {} : { stack: redact(value.stack) }),
      ...(value.cause === undefined ? {} : { cause: redact(value.cause, depth + 1) }),
    };
  }
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET_FIELDS.test(key) ? '[redacted]' : redact(inner, depth + 1),
    ]),
  );
}
