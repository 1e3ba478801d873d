import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    pool: 'forks',
    maxWorkers: 3,
    // Files share what is loaded, and nothing else: each has a database, a Redis prefix and a sandbox of its own.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A second try keeps one slow moment of a busy machine from throwing a whole run away; the closing lines name whoever needed it.
    retry: 1,
    // The machine's own settings must not leak into tests: each test says what it needs.
    env: { TZ: 'UTC', NODE_ENV: 'test' },
  },
});
