import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface HubProcess {
  child: ChildProcess;
  /** Everything printed so far, both streams. */
  output(): string;
  /** Resolves with the first log event of this name. Rejects when the process ends before. */
  event(name: string): Promise<Record<string, unknown>>;
  /** Sends the signal and resolves with the exit code, or the signal's name. */
  end(signal: NodeJS.Signals): Promise<number | string>;
}

/** Starts `hub …` as a real process of its own. Its environment is what is given, and the machine's PATH and HOME. */
export function startHubProcess(
  args: string[],
  env: Record<string, string>,
  { logLevel = 'info' }: { logLevel?: string } = {},
): HubProcess {
  const child = spawn(process.execPath, [inject('hubProgram'), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env, LOG_LEVEL: logLevel, LOG_FORMAT: 'json' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      printed += data.toString();
      for (const listener of listeners) listener();
    });
  }
  return {
    child,
    output: () => printed,
    event: (name) =>
      new Promise((resolve, reject) => {
        const look = () => {
          for (const line of printed.split('\n')) {
            if (!line.includes(`"event":"${name}"`)) continue;
            done();
            resolve(JSON.parse(line) as Record<string, unknown>);
            return;
          }
        };
        const ended = () => {
          done();
          reject(new Error(`The process ended before it told ${name}:\n${printed.slice(-2000)}`));
        };
        const done = () => {
          listeners.delete(look);
          child.removeListener('exit', ended);
        };
        listeners.add(look);
        child.once('exit', ended);
        look();
      }),
    async end(signal) {
      if (child.exitCode !== null) return child.exitCode;
      if (child.signalCode !== null) return child.signalCode;
      const exited = once(child, 'exit');
      child.kill(signal);
      const [code, by] = (await exited) as [number | null, string | null];
      return code ?? by ?? 0;
    },
  };
}
