import type { KeptAlarm } from './alarm.ts';
import { localTime } from './local-time.ts';

/** One message for all that is new, and all that is over. */
export interface AlarmMessage {
  subject: string;
  text: string;
  opened: readonly KeptAlarm[];
  /** Told before, and much larger since. */
  grown: readonly KeptAlarm[];
  resolved: readonly KeptAlarm[];
}

/** Causes in one message; the rest is in the console. */
const SHOWN = 15;

export function composeMessage(
  { opened, grown, resolved }: Pick<AlarmMessage, 'opened' | 'grown' | 'resolved'>,
  timezone: string,
): AlarmMessage {
  const counts = [
    ...(opened.length > 0 ? [`новых: ${opened.length}`] : []),
    ...(grown.length > 0 ? [`выросли: ${grown.length}`] : []),
    ...(resolved.length > 0 ? [`снова в порядке: ${resolved.length}`] : []),
  ];
  const subject = `Хаб пополнения — ${counts.join(', ')}`;
  const lines = [
    ...opened.map(({ message }) => `❗ ${message}`),
    ...grown.map(({ message, toldSize }) => `❗ Стало больше (было ${toldSize}): ${message}`),
    ...resolved.map(({ message, since, resolvedAt }) => {
      const until = resolvedAt === null ? '' : ` до ${localTime(resolvedAt, timezone)}`;
      return `✅ Снова в порядке (с ${localTime(since, timezone)}${until}): ${message}`;
    }),
  ];
  const more = lines.length - SHOWN;
  const told = more > 0 ? [...lines.slice(0, SHOWN), `… и ещё: ${more}. Остальное — в консоли.`] : lines;
  return { subject, text: [subject, '', ...told].join('\n'), opened, grown, resolved };
}

/** What the test button sends. */
export const testMessage = (by: string): AlarmMessage => ({
  subject: 'Хаб пополнения — проверка связи',
  text: `Хаб пополнения — проверка связи\n\nТак придут тревоги хаба. Проверку запросил(а): ${by}.`,
  opened: [],
  grown: [],
  resolved: [],
});
