import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The compiled project: plain JavaScript starts in half a second, so that a killed process is soon back. */
export interface Build {
  hub: string;
  sandbox: string;
  remove(): Promise<void>;
}

/** Compiles the project into a folder of its own, so that what is being tested does not change during the runs. */
export async function buildProject(): Promise<Build> {
  const folder = path.join(root, '.data', `build-${process.pid}`);
  await mkdir(folder, { recursive: true });
  const compiler = path.join(root, 'node_modules', '.bin', 'tsc');
  const child = spawn(compiler, ['-p', 'tsconfig.build.json', '--outDir', path.join(folder, 'dist')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      words += data.toString();
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`The project does not compile:\n${words}`);
  // What the compiled code reads beside itself: its version and the migrations.
  await cp(path.join(root, 'package.json'), path.join(folder, 'package.json'));
  await cp(path.join(root, 'prisma'), path.join(folder, 'prisma'), { recursive: true });
  return {
    hub: path.join(folder, 'dist/src/cli/hub.js'),
    sandbox: path.join(folder, 'dist/sandbox/main.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
