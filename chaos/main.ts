import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { buildProject } from './build.ts';
import { runLine, summary } from './report.ts';
import type { Backend } from './stack.ts';
import { playSuite } from './suite.ts';

interface Options {
  runs: number;
  seed: number;
  backend: Backend;
  stacks: number;
  only?: number[];
  plant?: string;
  keep?: boolean;
}

await new Command('npm run chaos --')
  .description(
    'Kills, cuts, freezes and empties what the hub is made of while it scans, heals it, and lets a judge count.',
  )
  .addOption(new Option('--backend <store>', 'where the queues live').choices(['redis', 'postgres']).default('redis'))
  .option('--runs <number>', 'runs of the suite', atLeastOne, 20)
  .option('--seed <number>', 'draws the suite', wholeNumber, 1)
  .option('--stacks <number>', 'runs side by side', atLeastOne, Math.max(1, Math.min(4, availableParallelism())))
  .option('--only <numbers>', 'only these runs of the suite, comma separated', wholeNumbers)
  .addOption(
    new Option('--plant <bug>', 'plant a bug and see it found').choices(['no-look', 'no-sweep', 'done-at-enqueue']),
  )
  .option('--keep', 'keep the logs of the processes also when nothing was wrong')
  .action(chaos)
  .parseAsync();

async function chaos({ runs, seed, backend, stacks, only, plant, keep = false }: Options): Promise<void> {
  const build = await buildProject();
  try {
    const result = await playSuite({
      ...{ runs, seed, backend, stacks, build, keep },
      ...(only ? { only } : {}),
      // A planted bug may keep rows moving for ever; there is no use in waiting long for them.
      ...(plant ? { plant, patienceMs: 15_000 } : {}),
      onRun: (one) => console.log(runLine(one)),
      onNote: console.log,
    });
    console.log(
      `\nnpm run chaos -- --backend ${backend} --runs ${runs} --seed ${seed}${only ? ` --only ${only}` : ''}`,
    );
    console.log(summary(result));
    process.exitCode = result.ok ? 0 : 1;
  } finally {
    await build.remove();
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A whole number from 0 is needed.');
  return Number(text);
}

function atLeastOne(text: string): number {
  const number = wholeNumber(text);
  if (number === 0) throw new InvalidArgumentError('At least 1 is needed.');
  return number;
}

function wholeNumbers(text: string): number[] {
  return text.split(',').map((one) => wholeNumber(one.trim()));
}
