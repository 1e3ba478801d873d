import { availableParallelism, cpus } from 'node:os';

/** Each bench prints a table of its own; a figure stands beside what it is to be compared with. */
const benches: Record<string, () => Promise<{ run(): Promise<void> }>> = {
  planner: () => import('./planner.ts'),
  relay: () => import('./relay.ts'),
  documents: () => import('./documents.ts'),
  latency: () => import('./latency.ts'),
  workers: () => import('./workers.ts'),
  moysklad: () => import('./moysklad.ts'),
  console: () => import('./console.ts'),
  footprint: () => import('./footprint.ts'),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0 || asked.includes('--help')) {
  console.error(`npm run bench -- [${Object.keys(benches).join(' | ')}]   (all of them without a name)`);
  process.exit(asked.includes('--help') ? 0 : 1);
}
console.log(`Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}`);
for (const [name, load] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n${name}`);
  await (await load()).run();
}
process.exit(0);
