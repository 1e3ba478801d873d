import type { FC } from 'hono/jsx';
import type { Contacts } from '../../queries/contacts.ts';
import { Tag } from '../parts.tsx';
import type { View } from '../view.ts';
import { systemName, type Tone } from '../words.ts';

/** What is known of everything that the hub leans on. */
export interface SystemsNow {
  systems: { system: string; state: string; since: Date; reason: string | null }[];
  contacts: Contacts;
  queue: { backend: string; ok: boolean; detail?: string };
  /** NULL while it answers. */
  queueAwaySince: Date | null;
}

export const Systems: FC<{ view: View; now: SystemsNow }> = ({ view, now }) => {
  const { t } = view;
  const up = (name: string, since: string | null): Row => ({
    name,
    tone: 'good',
    state: t('отвечает', 'up'),
    since,
    reason: null,
  });
  interface Row {
    name: string;
    tone: Tone;
    state: string;
    since: string | null;
    /** When it was last heard of. */
    seen?: string;
    reason: string | null;
  }
  const outside = ['1c', 'moysklad'].map((system): Row => {
    const known = now.systems.find((one) => one.system === system);
    if (known?.state !== 'down') {
      const contact = system === '1c' ? now.contacts.onec : now.contacts.moysklad;
      if (contact === null) {
        return {
          ...up(systemName(view, system), null),
          tone: 'calm',
          state: t('ещё не спрашивали', 'not asked yet'),
        };
      }
      const seen = `${t('последний ответ', 'last answer')} ${view.shortTime(contact)}`;
      return { ...up(systemName(view, system), known === undefined ? null : view.shortTime(known.since)), seen };
    }
    return {
      name: systemName(view, system),
      tone: 'bad',
      state: t('не отвечает', 'down'),
      since: view.shortTime(known.since),
      reason: known.reason,
    };
  });
  const queue: Row = now.queue.ok
    ? up(now.queue.backend === 'redis' ? 'Redis' : t('Очереди (в PostgreSQL)', 'Queues (in PostgreSQL)'), null)
    : {
        name: now.queue.backend === 'redis' ? 'Redis' : t('Очереди', 'Queues'),
        tone: 'bad',
        state: t('не отвечает', 'down'),
        since: view.shortTime(now.queueAwaySince),
        reason: now.queue.detail ?? null,
      };
  return (
    <dl class="facts">
      {[...outside, queue, up('PostgreSQL', null)].map((one) => (
        <>
          <dt>{one.name}</dt>
          <dd>
            <Tag word={{ name: one.state, tone: one.tone }} />
            {one.since === null ? null : ` ${t('с', 'since')} ${one.since}`}
            {one.seen === undefined ? null : <span class="soft">, {one.seen}</span>}
            {one.reason === null ? null : <p>{one.reason}</p>}
          </dd>
        </>
      ))}
    </dl>
  );
};
