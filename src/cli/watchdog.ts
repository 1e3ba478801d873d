import { Worker } from 'node:worker_threads';
import type { Phase } from '../workers/lifecycle.ts';

const BEAT_MS = 1_000;

/**
 * Ends this process by SIGKILL when its event loop has not turned for `stallMs`: code that never yields starves timers
 * and signals alike, so that nothing inside the loop, not even a health check, can notice. A second thread can. Time in
 * which the whole process stands still (SIGSTOP, a laptop asleep) is not counted. What was under way is like after any
 * sudden death: leases run out, the next process looks before it sends.
 */
export function startWatchdog({ stallMs }: { stallMs: number }): Phase {
  const beats = new Int32Array(new SharedArrayBuffer(8));
  const heart = setInterval(() => Atomics.add(beats, 0, 1), BEAT_MS / 2);
  heart.unref();
  const thread = new Worker(WATCH, {
    eval: true,
    workerData: { beats, beatMs: BEAT_MS, allowed: Math.max(2, Math.ceil(stallMs / BEAT_MS)) },
  });
  thread.unref();
  return {
    name: 'watchdog',
    async stop() {
      clearInterval(heart);
      await thread.terminate();
    },
  };
}

/** Counts its own waits instead of reading a clock, and writes past the streams of the thread that hangs. */
const WATCH = `
const { writeSync } = require('node:fs');
const { workerData: { beats, beatMs, allowed } } = require('node:worker_threads');
let last = -1;
for (let missed = 0; ; ) {
  Atomics.wait(beats, 1, 0, beatMs);
  const now = Atomics.load(beats, 0);
  missed = now === last ? missed + 1 : 0;
  last = now;
  if (missed < allowed) continue;
  writeSync(2, JSON.stringify({ level: 60, time: Date.now(), pid: process.pid, event: 'process.hung', seconds: missed * beatMs / 1000 }) + '\\n');
  process.kill(process.pid, 'SIGKILL');
}`;
