import type { Config } from '../../shared/config/config.ts';
import { HandBack } from '../../shared/errors/hand-back.ts';
import { claimOrders } from '../../shared/outbox/array-store.ts';
import type { JobContext } from '../../shared/queue/job.ts';
import { type ArrayEnd, jobOf, type MakeManyDeps, makeMany } from './make-many.ts';

export interface OrderArraysDeps extends MakeManyDeps {
  /** `arraySize`: orders in one array; less than 2: never. */
  config: Pick<Config, 'moysklad'>;
}

/** Orders that go together; one for all jobs of a process. */
export interface OrderArrays {
  /**
   * Makes this row's order and others that wait, in one request, or waits for the request that another job of this process sends
   * with this order in it. Tells what came of it for this job; where the row goes in no array: `alone`.
   */
  join(outboxId: string, context: JobContext): Promise<ArrayEnd>;
}

/** With fewer waiting an array saves too little to be worth that one lost answer leaves them all unknown. */
const ENOUGH = 10;

/** An array under way. */
interface UnderWay {
  /** The job that sends it. */
  leader: string;
  /** By the job of each of its rows. */
  ends: Promise<Map<string, ArrayEnd>>;
}

export function createOrderArrays(deps: OrderArraysDeps): OrderArrays {
  const { db, desk, owner, leaseMs, log, quarantine } = deps;
  const { arraySize } = deps.config.moysklad;
  /** By the jobs of the rows in it. */
  const underWay = new Map<string, UnderWay>();
  /** Jobs that wait for an array which another one sends. */
  const waiting = new Map<string, JobContext>();

  let lastClaim: Promise<unknown> = Promise.resolve();
  /** Jobs claim one after another: what the one before claims mostly holds the row of the next. */
  const inTurn = <T>(claim: () => Promise<T>): Promise<T> => {
    const turn = lastClaim.then(claim);
    lastClaim = turn.catch(() => undefined);
    return turn;
  };

  async function begin(outboxId: string, context: JobContext): Promise<UnderWay | null> {
    const { jobId } = context;
    const orders = await claimOrders(db.quick, { outboxId, jobId, owner, leaseMs, least: ENOUGH, most: arraySize });
    if (orders.length === 0) return null;
    log.info({ event: 'array.begun', rows: orders.length });
    const leader = { outboxId, context };
    const array = { leader: jobId, ends: makeMany(deps, orders, leader, waiting) };
    const jobs = orders.map(({ row }) => jobOf(row, leader));
    for (const job of jobs) underWay.set(job, array);
    const forget = () => {
      for (const job of jobs) underWay.delete(job);
    };
    array.ends.then(forget, forget);
    return array;
  }

  async function endIn({ leader, ends }: UnderWay, context: JobContext): Promise<ArrayEnd> {
    const { jobId } = context;
    if (leader === jobId) return (await ends).get(jobId)!;
    waiting.set(jobId, context);
    try {
      return (await ends).get(jobId)!;
    } catch {
      // It ended without telling how; whoever begins the row next learns that from its lease.
      return 'alone';
    } finally {
      waiting.delete(jobId);
    }
  }

  return {
    async join(outboxId, context) {
      if (arraySize < 2) return 'alone';
      const { jobId, signal } = context;
      const leave = await quarantine.enter(signal).catch(() => {
        throw new HandBack('stopping', 0);
      });
      try {
        // As most are whose array came back before they were delivered.
        if (!underWay.has(jobId) && (await desk.isDone(outboxId))) {
          log.info({ event: 'attempt.nothing-to-do', outboxId, status: 'done' });
          return 'made';
        }
        const array = await inTurn(async () => underWay.get(jobId) ?? (await begin(outboxId, context)));
        return array === null ? 'alone' : await endIn(array, context);
      } finally {
        leave();
      }
    },
  };
}
