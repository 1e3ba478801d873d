import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

// Chaos kills, freezes and restarts real processes for minutes: a run of its own, on a machine that does nothing else.
const chaos = mergeConfig(base, {});
chaos.test.include = ['test/chaos/*.chaos.ts'];
// No second try: what runs into its time limit goes on killing processes under the next.
chaos.test.retry = 0;
// More suites at once keep none of their limits on two processors.
chaos.test.maxConcurrency = 2;

export default defineConfig(chaos);
