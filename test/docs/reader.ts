import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCsvDataset } from '../../sandbox/data/csv.ts';
import { startSandbox } from '../../sandbox/server.ts';
import { createEmptyCopy, dropDatabase } from '../support/database.ts';
import { TEMPLATE } from '../support/global-setup.ts';
import { startHubProcess } from '../support/process.ts';
import { type Mark, root, type ShellBlock } from './markdown.ts';

/** Where somebody reads one page and does what it says, block after block. */
export interface Reader {
  /** Runs the block as written, by bash. Throws with the end of what was printed when it does not do what its mark says. */
  follow(block: ShellBlock): Promise<void>;
  leave(): Promise<void>;
}

/** For a block that hangs; on a busy machine the slowest takes a fraction of it. */
const PATIENCE_MS = 180_000;
/** What the machine that reads has of its own; the checkout is made of links, so these stay out of it. */
const OWN = new Set(['.git', '.env', '.data', 'dist', 'coverage']);

/**
 * A place as after `git clone && npm ci`: a folder that looks like the checkout, with a table of goods (`stock.csv`) in it; a
 * sandbox with the same goods; a database. The settings are in the environment, until the page makes an `.env`: then
 * they are filled in there, as the page asks its reader to, and nowhere else.
 */
export async function sitDown(): Promise<Reader> {
  const table = fileURLToPath(new URL('stock.csv', import.meta.url));
  const place = await mkdtemp(path.join(tmpdir(), 'hub-docs-'));
  for (const name of await readdir(root)) {
    if (!OWN.has(name)) await symlink(path.join(root, name), path.join(place, name));
  }
  await copyFile(table, path.join(place, 'stock.csv'));
  const sandbox = await startSandbox({ dataset: await loadCsvDataset(table) });
  const databaseUrl = await createEmptyCopy(TEMPLATE);
  const settings: Record<string, string> = {
    DATABASE_URL: databaseUrl,
    ...sandbox.environment,
    PORT: '0',
    ADMIN_TRIGGER_TOKEN: 'token-of-the-page',
  };
  const file = path.join(place, '.env');

  return {
    async follow({ text, mark }) {
      if (!mark?.runnable) throw new Error('This block is not marked runnable');
      const inFile = existsSync(file);
      if (inFile) await writeFile(file, filledIn(await readFile(file, 'utf8'), settings));
      const hub = mark.withHub ? startHubProcess(['start'], settings) : null;
      try {
        const env: Record<string, string> = inFile ? {} : { ...settings };
        if (hub !== null) {
          env.HUB = String((await hub.event('api.listening')).url);
          await hub.event('process.started');
        }
        await runBlock(text, mark, { place, env });
      } finally {
        await hub?.end('SIGTERM');
      }
    },
    async leave() {
      await sandbox.close();
      await dropDatabase(databaseUrl);
      await rm(place, { recursive: true, force: true });
    },
  };
}

/** The file with each setting at its `NAME=`, or at the end where there is no such line. */
function filledIn(file: string, settings: Record<string, string>): string {
  let filled = file;
  for (const [name, value] of Object.entries(settings)) {
    const line = new RegExp(`^${name}=.*$`, 'm');
    filled = line.test(filled) ? filled.replace(line, () => `${name}="${value}"`) : `${filled}\n${name}="${value}"`;
  }
  return filled;
}

async function runBlock(
  text: string,
  { until }: Extract<Mark, { runnable: true }>,
  { place, env }: { place: string; env: Record<string, string> },
): Promise<void> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn('bash', ['-euo', 'pipefail', '-c', text], {
    cwd: place,
    env: { PATH, HOME, npm_config_update_notifier: 'false', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let printed = '';
  let interrupted = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      printed += data.toString();
      if (until === null || interrupted || !printed.includes(until)) return;
      interrupted = true;
      // As Ctrl-C on a terminal: everything that the block has started hears it.
      signalGroup(child, 'SIGINT');
    });
  }
  let hung = false;
  const impatience = setTimeout(() => {
    hung = true;
    signalGroup(child, 'SIGKILL');
  }, PATIENCE_MS);
  // Not before everything that inherited its output has ended: whatever a block leaves running makes it hang.
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(impatience);
  const complain = (what: string) => new Error(`${what}. It printed last:\n${printed.slice(-3_000)}`);
  if (hung) throw complain(`The block did not end within ${PATIENCE_MS / 1_000} s`);
  if (until !== null && !interrupted) throw complain(`The block ended with ${code} before it printed “${until}”`);
  if (until === null && code !== 0) throw complain(`The block ended with ${code}`);
}

function signalGroup({ pid = 0 }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // Nobody is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
