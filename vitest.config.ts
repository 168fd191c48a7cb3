import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/e2e/**'],
    pool: 'threads',
    isolate: false,
    setupFiles: ['test/setup.ts'],
    testTimeout: 30_000,
  },
});
