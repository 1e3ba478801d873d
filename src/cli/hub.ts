#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander';
import { report } from './report-error.ts';
import { version } from './version.ts';

// `hub status | head` closes our output early; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const program = new Command('hub')
  .description('Scans 1C for goods below their minimum; makes transfer orders in 1C and customer orders in МойСклад.')
  .version(version)
  .showHelpAfterError('(run with --help for what is allowed)')
  .configureHelp({ showGlobalOptions: true });

// Commands load their code when they run: `hub --help` need not load Prisma.
program
  .command('start')
  .description('run the API and the workers, or one of them')
  .option('--only <half>', 'api or worker', oneOf('api', 'worker'))
  .action(async (options: { only?: 'api' | 'worker' }) => (await import('./start.ts')).start(options));

program
  .command('demo')
  .description('everything embedded: one scan against the sandbox, watched, and a report read back from the sandbox')
  .option('--once', 'exit after the report, also on a terminal')
  .option('--stay', 'stay up after the report, also without a terminal')
  .option('--data <file>', 'CSV of your own: article,name,warehouse,stock,min,max[,pack]')
  .option('--seed <number>', 'another catalogue', wholeNumber, 1)
  .option('--port <number>', 'port of the API', wholeNumber)
  .action(async (options: object) => (await import('./demo/demo.ts')).demo(options as never));

program
  .command('scan')
  .description('run one scan now, here, and follow it to the last document')
  .option('--warehouse <name>', 'only this recipient: a name or a 1C key')
  .option('--dry-run', 'plan and print, make nothing; with the difference to the run before')
  .option('--force', 'plan although 1C told far less than last time, and what is snoozed too')
  .option('--why', 'print the plan with the explanation of each line')
  .option('--json', 'print the run, its lines and the difference as JSON, one object a line')
  .option('--no-follow', 'ask for the run and leave it to the workers')
  .option('--timeout <seconds>', 'give up when nothing has moved for so long', wholeNumber, 300)
  .action(async (options: object) => (await import('./scan/scan.ts')).scan(options as never));

program
  .command('check')
  .description(
    'look at 1C and МойСклад step by step: what works, what does not, and what to do about it; writes nothing',
  )
  .argument('[system]', '1c, moysklad or all', oneOf('1c', 'moysklad', 'all'), 'all')
  .option('--json', 'print each step as one JSON object a line')
  .action(async (system: '1c' | 'moysklad' | 'all', options: { json?: boolean }) =>
    (await import('./check/check.ts')).check(system, options),
  );

program
  .command('reconcile')
  .description('compare open documents with 1C and МойСклад now, and print what was found')
  .action(async () => (await import('./reconcile.ts')).reconcile());

program
  .command('prune')
  .description('drop now what is older than RETENTION_DAYS and matters no more, as the nightly job does')
  .option('--dry-run', 'print what would go, drop nothing')
  .action(async (options: object) => (await import('./prune.ts')).prune(options));

program
  .command('links')
  .description('show the items that cannot be ordered in МойСклад, and the money that waits for them')
  .option('--json', 'print them as JSON, one object a line')
  .option('--refresh', 'look everything up in МойСклад first')
  .action(async (options: object) => (await import('./links.ts')).links(options));

program
  .command('migrate')
  .description('apply the migrations that the database lacks')
  .action(async () => (await import('./migrate.ts')).migrate());

program
  .command('status')
  .description('show the state of database, migrations, queues, outbox and the last runs')
  .action(async () => (await import('./status.ts')).status());

program
  .command('user')
  .description('people of the console')
  .command('add')
  .argument('<name>', 'as the person will log in')
  .option('--role <role>', 'viewer, operator or admin', oneOf('viewer', 'operator', 'admin'), 'viewer')
  .description('print ADMIN_USERS with this person; the password is asked for, or read from a pipe')
  .action(async (name: string, options: { role: never }) => (await import('./user.ts')).addUser(name, options));

function oneOf(...allowed: string[]) {
  return (value: string) => {
    if (!allowed.includes(value)) throw new InvalidArgumentError(`Allowed: ${allowed.join(', ')}.`);
    return value;
  };
}

function wholeNumber(value: string): number {
  const parsed = Number(value);
  if (!Number.isInteger(parsed) || parsed < 0) throw new InvalidArgumentError('A whole number from 0 is needed.');
  return parsed;
}

await program.parseAsync().catch(report);
