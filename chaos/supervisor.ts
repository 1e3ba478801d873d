import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { seenWithin, until } from './wait.ts';

export interface SupervisedOptions {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  /** Everything the process prints is kept here. */
  logFile: string;
  /** A line that says the process is ready holds this. */
  readyWhen: string;
  /** False: whoever wants it back starts it. Default true. */
  restart?: boolean;
}

/** How one life of a process ended. */
export interface Death {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The kill point that this life told of last, if it died of one. */
  killPoint: string | null;
}

/** A real process that is started again whenever it ends, as a container runtime would. */
export interface Supervised {
  name: string;
  deaths: Death[];
  /** What it told of exceptions that nobody caught, and signals that it did not hear. */
  uncaught: string[];
  /** Starts it, or waits for the start that is under way; `extra` is set for this life only. */
  start(extra?: Record<string, string>): Promise<void>;
  running(): boolean;
  ready(): Promise<void>;
  /** Sends a signal to the living process; false when none lives. */
  signal(signal: NodeJS.Signals): boolean;
  /** Ends it for good (until `start`); resolves with its exit code or the signal's name. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
  /** Settings that the next lives get, one each. */
  nextLives: Record<string, string>[];
  /** True while a life with settings of its own goes on. */
  special(): boolean;
}

const RESTART_MS = 100;
const READY_MS = 90_000;
/** Longer than the hub's own deadline (`SHUTDOWN_SECONDS`). A process that hears no signal is a finding, not a reason to wait. */
const STOP_MS = 60_000;

export function supervise(options: SupervisedOptions): Supervised {
  const { name, command, args, env, cwd, logFile, readyWhen } = options;
  const deaths: Death[] = [];
  const uncaught: string[] = [];
  const nextLives: Record<string, string>[] = [];
  let child: ChildProcess | undefined;
  let isReady = false;
  let isSpecial = false;
  let wanted = false;
  let restarting: NodeJS.Timeout | undefined;

  function launch(extra: Record<string, string> = {}): void {
    isReady = false;
    isSpecial = Object.keys(extra).length > 0;
    let killPoint: string | null = null;
    let tail = '';
    const own = spawn(command, args, {
      cwd,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env, ...extra },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = own;
    const read = (data: Buffer) => {
      appendFileSync(logFile, data);
      const lines = (tail + data.toString()).split('\n');
      tail = lines.pop() ?? '';
      for (const line of lines) {
        if (line.includes(readyWhen)) isReady = true;
        if (line.includes('"event":"process.uncaught-exception"')) uncaught.push(line);
        if (line.includes('"event":"killpoint.hit"')) killPoint = (JSON.parse(line) as { point: string }).point;
      }
    };
    own.stdout.on('data', read);
    own.stderr.on('data', read);
    // 'close', not 'exit': by then everything it printed has been read.
    own.once('close', (code, signal) => {
      appendFileSync(logFile, `--- ${new Date().toISOString()} ${name} ended: ${code ?? signal}\n`);
      deaths.push({ code, signal, killPoint: signal === 'SIGKILL' ? killPoint : null });
      if (child === own) child = undefined;
      isReady = false;
      if (wanted && options.restart !== false) {
        restarting = setTimeout(() => {
          restarting = undefined;
          if (wanted && child === undefined) launch(nextLives.shift());
        }, RESTART_MS);
      }
    });
  }

  const supervised: Supervised = {
    name,
    deaths,
    uncaught,
    nextLives,
    async start(extra) {
      wanted = true;
      if (child === undefined && restarting === undefined) launch(extra ?? nextLives.shift());
      await supervised.ready();
    },
    running: () => child !== undefined,
    special: () => child !== undefined && isSpecial,
    async ready() {
      await until(`${name} to be ready (its log: ${logFile})`, () => isReady, READY_MS);
    },
    signal: (signal) => child?.kill(signal) ?? false,
    async stop(signal = 'SIGKILL') {
      wanted = false;
      clearTimeout(restarting);
      restarting = undefined;
      const own = child;
      if (own === undefined) return 0;
      const ended = once(own, 'close') as Promise<[number | null, string | null]>;
      own.kill('SIGCONT');
      own.kill(signal);
      const late = setTimeout(() => {
        uncaught.push(`alive ${STOP_MS / 1000} s after ${signal}`);
        own.kill('SIGKILL');
      }, STOP_MS);
      const [code, by] = await ended;
      clearTimeout(late);
      return code ?? by ?? 0;
    },
  };
  return supervised;
}

/** Waits for a death that was not there before; NULL when it does not come. */
export const deathAfter = (process: Supervised, before: number, withinMs: number) =>
  seenWithin(withinMs, () => process.deaths[before]);
