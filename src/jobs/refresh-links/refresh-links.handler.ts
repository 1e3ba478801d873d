import { HandBack } from '../../shared/errors/hand-back.ts';
import type { Handler } from '../../shared/queue/job.ts';
import { type LinksDeps, refreshAllLinks } from './pass.ts';
import type { refreshLinks } from './refresh-links.job.ts';

/** One pass over all items with limits. While МойСклад is down the job waits as documents do. */
export const createRefreshLinks =
  (deps: LinksDeps): Handler<typeof refreshLinks> =>
  async (_payload, { signal }) => {
    try {
      await refreshAllLinks(deps, signal);
    } catch (error) {
      if (signal.aborted) throw new HandBack('stopping', 0);
      throw error;
    }
  };
