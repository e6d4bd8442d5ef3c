import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The file that Node takes: else our code would get the package's ES modules, and other packages a second `graphql`.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['tests/**/*.test.ts', 'src/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'tests/fixtures/**'],
    environment: 'node',
    // Processes, not threads: a native module's crash takes one file with it, and a test may kill its own children.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    reporters: ['default'],
  },
});
