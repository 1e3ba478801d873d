import { AtRest, HandBack } from '../../shared/errors/hand-back.ts';
import { findOutcome } from '../../shared/errors/outcome.ts';
import { writeJournal } from '../../shared/journal/journal.ts';
import type { Handler } from '../../shared/queue/job.ts';
import { type ReconcileDeps, reconcileSystem } from './pass.ts';
import type { reconcile } from './reconcile.job.ts';

/**
 * One pass over one system. While that system is down the job waits as documents do, so that the pass is made as soon
 * as it is back. What it refuses is told in the journal, and tried again at the next tick.
 */
export const createReconcile =
  (deps: ReconcileDeps): Handler<typeof reconcile> =>
  async ({ system }, { signal }) => {
    try {
      await reconcileSystem(deps, system, signal);
    } catch (error) {
      if (error instanceof HandBack) throw error;
      if (signal.aborted) throw new HandBack('stopping', 0);
      const outcome = findOutcome(error);
      // Told once, where outcomes are mapped.
      if (outcome === undefined || outcome.outcome === 'not-now') throw error;
      await writeJournal(deps.db.prisma, [
        {
          level: 'error',
          system,
          step: 'reconcile',
          status: outcome.outcome === 'refused' ? 'refused' : 'retry',
          message: `Сверка с ${system === '1c' ? '1С' : 'МойСклад'} не удалась, ничего не изменено. ${outcome.message}`,
          details: { code: outcome.code, ...outcome.details },
        },
      ]);
      throw outcome.outcome === 'refused' ? new AtRest(outcome.code, outcome.message, error) : error;
    }
  };
