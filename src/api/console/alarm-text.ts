import { causeOf } from '../../shared/errors/causes.ts';
import type { AlarmRecord } from '../queries/alarms.ts';
import type { View } from './view.ts';
import { queueName, systemName } from './words.ts';

/** What is wrong, in the page's language. The alarm's own words are Russian, for that is how people are told of it. */
export function alarmText(view: View, { code, subject, message, size }: AlarmRecord): string {
  if (view.lang === 'ru') return message;
  const texts: Record<string, () => string> = {
    'no-scan': () => 'Two scheduled scans in a row have not come. See that a worker runs (hub status).',
    down: () => `${systemName(view, subject)} does not answer. Documents wait, and no attempt is used up.`,
    waiting: () => `Documents wait too long in the queue “${queueName(view, subject)}”.`,
    'no-worker': () => `Nobody serves the queue “${queueName(view, subject)}”. Start a worker (npm run start:worker).`,
    'worker-stalled': () => `A worker takes no job although jobs wait: ${subject}.`,
    refused: () => `Documents not made: ${size ?? 'some'}. ${causeOf(subject, 'en')}`,
    'near-switch-off': () =>
      `МойСклад gave many equal failing answers within a minute (${subject}). At 200 it switches the user off.`,
  };
  return texts[code]?.() ?? message;
}
