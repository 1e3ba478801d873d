import { seenWithin } from '../wait.ts';
import type { Fault } from './fault.ts';

const LOOKS_FOR_MS = 4_000;
const DOCUMENTS = ['transfer', 'order'] as const;

/** What people do while the hub works. */
export const peopleFaults = {
  'trigger-doubled': {
    pacedBy: 'documents',
    async inflict({ stack, dice }) {
      const times = dice.int(1, 3);
      const triggered = Promise.all(Array.from({ length: times }, () => stack.people.trigger())).then(() => times);
      return () => triggered;
    },
  },
  'operator-cancelled': {
    pacedBy: 'documents',
    async inflict({ stack, dice, cancelled }) {
      const wanted = dice.int(1, 2);
      let accepted = 0;
      await seenWithin(LOOKS_FOR_MS, async () => {
        const rows = await stack.people.rows(['pending', 'queued', 'failed'], DOCUMENTS);
        if (rows.length === 0) return false;
        const { id } = dice.pick(rows);
        if (await stack.people.act(id, 'cancel')) {
          cancelled.push(id);
          accepted += 1;
        }
        return accepted === wanted;
      });
      return async () => accepted;
    },
  },
  /** 1C refuses to post; an operator presses «повторить» while the scan still runs. */
  'operator-retried': {
    pacedBy: 'transfers',
    async inflict({ stack }) {
      await stack.outside.fault({
        system: '1c',
        kind: 'status',
        status: 500,
        code: -1,
        message: 'Недостаточно товара на складе',
        match: { method: 'POST', path: '/Post' },
        times: 1,
      });
      const retried = await seenWithin(LOOKS_FOR_MS, async () => {
        const [row] = await stack.people.rows(['failed'], DOCUMENTS);
        return row !== undefined && (await stack.people.act(row.id, 'retry'));
      });
      return async () => (retried ? 1 : 0);
    },
  },
} satisfies Record<string, Fault>;
