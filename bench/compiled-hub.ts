import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Build } from '../chaos/build.ts';
import { systemClock } from '../src/shared/clock/clock.ts';

/** A process of the compiled hub: with tsx in it, its memory would tell of tsx. */
export function startCompiled(build: Build, args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [build.hub, 'start', ...args], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      SCAN_SCHEDULE: '0 4 29 2 *',
      ...env,
      LOG_LEVEL: 'info',
      LOG_FORMAT: 'json',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (data: Buffer) => {
    printed += data.toString();
  });
  return {
    child,
    /** The first log line with this event. */
    async printed(event: string): Promise<Record<string, unknown>> {
      for (;;) {
        const line = printed.split('\n').find((one) => one.includes(`"event":"${event}"`) && one.endsWith('}'));
        if (line !== undefined) return JSON.parse(line) as Record<string, unknown>;
        if (child.exitCode !== null) throw new Error(`The hub ended: ${printed}`);
        await systemClock.sleep(20);
      }
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** MiB that a process has in memory now, or has had at most. Linux only; elsewhere NaN. */
export async function memoryOf({ pid }: ChildProcess, line: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(new RegExp(`^${line}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024);
}
