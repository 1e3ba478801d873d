import { writeJournal } from '../shared/journal/journal.ts';
import type { Stall } from '../workers/liveness.ts';
import type { Services } from './services.ts';
import type { Shutdown } from './shutdown.ts';

/** EX_SOFTWARE of sysexits.h: the supervisor starts the process anew, and a person can tell the reason from the code. */
export const STALLED_EXIT_CODE = 70;

/** Ends the process when one of its workers is stuck, after a line in the journal. */
export const endStalled =
  ({ db, log, owner }: Services, shutdown: Shutdown) =>
  (stalls: Stall[]): void => {
    const named = stalls
      .map(({ queue, waiting, idleMs }) => `«${queue}»: ждут ${waiting}, не берёт ${Math.round(idleMs / 1000)} с`)
      .join('; ');
    void writeJournal(db.prisma, [
      {
        level: 'error',
        system: 'hub',
        step: 'liveness',
        status: 'failed',
        message: `Обработчик ${owner} перестал брать задания (${named}) и перезапускается.`,
        details: { code: 'worker-stalled', stalls, worker: owner, exit: STALLED_EXIT_CODE },
      },
    ])
      .catch((error: Error) => log.warn({ event: 'journal.failed', error: error.message }))
      .then(() => shutdown.begin('worker stalled', STALLED_EXIT_CODE));
  };
