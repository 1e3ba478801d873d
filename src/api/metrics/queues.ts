import type { Queue } from 'bullmq';
import { within } from '../deadline.ts';
import type { Family, Sample } from './family.ts';

/** A queue store that does not answer by then is reported as down. */
const QUEUE_ANSWER_MS = 2_000;

const JOB_STATES = ['active', 'waiting', 'prioritized', 'delayed', 'failed', 'completed'] as const;
/** States whose jobs stand in the order in which they came, so that finding the oldest costs next to nothing. */
const AGED_STATES = ['active', 'waiting'] as const;

interface Depth {
  queue: string;
  counts: Record<string, number>;
  /** When the oldest job of each state was added, in ms since 1970. */
  oldest: { state: string; atMs: number | null }[];
}

export async function queueFamilies(queues: Record<string, Queue>, now: Date): Promise<Family[]> {
  const asked = await Promise.all(
    Object.entries(queues).map(async ([queue, of]) => ({ queue, depth: await readDepth(queue, of) })),
  );
  const answered = asked.flatMap(({ depth }) => (depth === null ? [] : [depth]));
  const age = (atMs: number | null) => (atMs === null ? 0 : Math.max(0, (now.getTime() - atMs) / 1000));
  return [
    {
      name: 'hub_queue_up',
      help: '1: the queue store answered.',
      samples: asked.map(({ queue, depth }) => [{ queue }, depth === null ? 0 : 1]),
    },
    {
      name: 'hub_queue_jobs',
      help: 'Jobs by queue and state.',
      samples: answered.flatMap(({ queue, counts }) =>
        JOB_STATES.map((state): Sample => [{ queue, state }, counts[state] ?? 0]),
      ),
    },
    {
      name: 'hub_queue_oldest_seconds',
      help: 'Age of the oldest job in its state, by queue; 0 where there is none.',
      samples: answered.flatMap(({ queue, oldest }) =>
        oldest.map(({ state, atMs }): Sample => [{ queue, state }, age(atMs)]),
      ),
    },
  ];
}

/** NULL: the store did not answer in time. */
async function readDepth(queue: string, of: Queue): Promise<Depth | null> {
  const read = async () => {
    const counts = await of.getJobCounts(...JOB_STATES);
    const oldest = AGED_STATES.map(async (state) => {
      const last = (counts[state] ?? 0) - 1;
      // By its place from the newest: BullMQ's PostgreSQL backend (6.7) takes the wrong end of a list that is asked for ascending.
      const [job] = last < 0 ? [] : await of.getJobs([state], last, last);
      return { state, atMs: job?.timestamp ?? null };
    });
    return { queue, counts, oldest: await Promise.all(oldest) };
  };
  return within(QUEUE_ANSWER_MS, read()).catch(() => null);
}
