import type { Tx } from '../../shared/db/database.ts';
import type { SnapshotOptions } from '../../shared/onec/port.ts';

type Progress = Parameters<NonNullable<SnapshotOptions['onProgress']>>[0];

/** At most this often a run's progress is written. */
const WRITE_EVERY_MS = 300;

/** Writes a run's reading progress, throttled; a write that fails is no reason to stop reading. */
export function createProgressWriter(db: Tx, runId: string) {
  let lastWriteMs = 0;
  let writing: Promise<unknown> = Promise.resolve();
  return {
    note(progress: Progress): void {
      const nowMs = performance.now();
      if (nowMs - lastWriteMs < WRITE_EVERY_MS) return;
      lastWriteMs = nowMs;
      writing = writing
        .then(() => db.run.update({ where: { id: runId }, data: { progress: { ...progress } } }))
        .catch(() => undefined);
    },
    /** Resolves when nothing is being written any more. */
    async close(): Promise<void> {
      await writing;
    },
  };
}
