import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { Config } from './config.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

function keysOf(schema: Schema, path: readonly string[] = []): string[] {
  if (schema.properties === undefined) return [path.join('.')];
  return Object.entries(schema.properties).flatMap(([key, inner]) => keysOf(inner, [...path, key]));
}

it('is documented key by key, and nothing else is', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([\w.]+)` \| `(\w+)` \|/gm)];
  const keys = keysOf(z.toJSONSchema(Config, { io: 'input' }) as Schema);
  expect(rows.map((row) => row[1]).sort()).toEqual(keys.sort());
  for (const [, key = '', name] of rows) {
    expect(name).toBe(
      `SALLYPORT_${key
        .replace(/([A-Z])/g, '_$1')
        .replaceAll('.', '_')
        .toUpperCase()}`,
    );
  }
});
