import { HandBack } from '../../shared/errors/hand-back.ts';
import type { Handler } from '../../shared/queue/job.ts';
import { type PruneDeps, pruneOld } from './pass.ts';
import type { prune } from './prune.job.ts';

/** One pass over everything that has an end of life. Told to stop, it goes on another time. */
export const createPrune =
  (deps: PruneDeps): Handler<typeof prune> =>
  async (_payload, { signal }) => {
    try {
      await pruneOld(deps, signal);
    } catch (error) {
      if (signal.aborted) throw new HandBack('stopping', 0);
      throw error;
    }
  };
