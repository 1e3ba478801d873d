import { lastSlot } from '../clock/last-slot.ts';
import type { Config } from '../config/config.ts';
import { causeOf } from '../errors/causes.ts';
import type { Alarm } from './alarm.ts';
import type { Facts } from './facts.ts';
import { localTime } from './local-time.ts';

export type Thresholds = Pick<Config['alarms'], 'waitMinutes' | 'downMinutes'>;

/** A slot's run may be asked for so late, see the schedule's tick. */
const SLOT_GRACE_MS = 20 * 60_000;
const MINUTE_MS = 60_000;
/** МойСклад switches a user off at 200 equal failing answers, or 200 answers 429, a minute; the hub's breaker stops far earlier. */
const NEAR = { failures: 20, rejections: 10 };

const systems: Record<string, string> = { '1c': '1С', moysklad: 'МойСклад' };

/** What is wrong, by the facts alone. Pure. */
export function judge(facts: Facts, schedule: Config['schedule'], thresholds: Thresholds): Alarm[] {
  return [
    ...noScan(facts, schedule),
    ...down(facts, schedule, thresholds),
    ...workers(facts, schedule, thresholds),
    ...waiting(facts, thresholds),
    ...refused(facts),
    ...nearSwitchOff(facts),
  ];
}

/** The last two slots have passed without a run. */
function noScan({ now, installed, lastSlot: latest }: Facts, schedule: Config['schedule']): Alarm[] {
  const last = lastSlot(schedule, new Date(now.getTime() - SLOT_GRACE_MS));
  const before = lastSlot(schedule, new Date(last.getTime() - 1000));
  if (installed === null || installed >= before || (latest !== null && latest >= before)) return [];
  const since = localTime(before, schedule.timezone);
  const message = `Проверок по расписанию не было дважды подряд, начиная с ${since}. Проверьте, что запущен хотя бы один обработчик (hub status).`;
  return [{ code: 'no-scan', subject: '', message }];
}

function down({ now, down: found }: Facts, { timezone }: Config['schedule'], { downMinutes }: Thresholds): Alarm[] {
  return found
    .filter(({ since }) => now.getTime() - since.getTime() >= downMinutes * MINUTE_MS)
    .map(({ system, since, reason }) => ({
      code: 'down',
      subject: system,
      message: `${systems[system] ?? system} не отвечает с ${localTime(since, timezone)}. ${reason ?? ''} Документы ждут, попытки не расходуются.`,
    }));
}

function workers(facts: Facts, { timezone }: Config['schedule'], thresholds: Thresholds): Alarm[] {
  const stalled = facts.workers.flatMap(({ owner, queue, stalledSince }): Alarm[] => {
    if (stalledSince === null) return [];
    const since = localTime(stalledSince, timezone);
    const message = `Обработчик ${owner} не берёт задания очереди «${queue}» с ${since}, хотя они ждут.`;
    return [{ code: 'worker-stalled', subject: `${owner}/${queue}`, message }];
  });
  const served = new Set(facts.workers.map(({ queue }) => queue));
  const unserved = late(facts, thresholds)
    .filter(({ queue }) => !served.has(queue))
    .map(({ queue, count }): Alarm => {
      const message = `Очередь «${queue}» никто не обслуживает, ждут: ${count}. Запустите обработчик (npm run start:worker).`;
      return { code: 'no-worker', subject: queue, message };
    });
  return [...stalled, ...unserved];
}

function waiting(facts: Facts, thresholds: Thresholds): Alarm[] {
  const served = new Set(facts.workers.map(({ queue }) => queue));
  return late(facts, thresholds)
    .filter(({ queue }) => served.has(queue))
    .map(({ queue, count, oldest }) => {
      const minutes = Math.floor((facts.now.getTime() - oldest.getTime()) / MINUTE_MS);
      const message = `В очереди «${queue}» самый старый документ ждёт ${minutes} мин, всего ждут: ${count}.`;
      return { code: 'waiting', subject: queue, message };
    });
}

const late = ({ now, waiting: rows }: Facts, { waitMinutes }: Thresholds) =>
  rows.filter(({ oldest }) => now.getTime() - oldest.getTime() >= waitMinutes * MINUTE_MS);

function refused({ refused: causes }: Facts): Alarm[] {
  return causes.map(({ code, examples, count }) => ({
    code: 'refused',
    subject: code,
    size: count,
    message: [`Не создано документов: ${count}. ${causeOf(code, 'ru')}`, exampleText(examples)].join(' ').trim(),
  }));
}

const EXAMPLE_CHARACTERS = 200;
const exampleText = (examples: readonly string[]): string =>
  examples.length === 0
    ? ''
    : `${examples.length === 1 ? 'Пример' : 'Примеры'}: ${examples.map((one) => (one.length > EXAMPLE_CHARACTERS ? `${one.slice(0, EXAMPLE_CHARACTERS)}…` : one)).join(' | ')}`;

function nearSwitchOff({ failures }: Facts): Alarm[] {
  return failures
    .filter(({ signature, count }) => count >= (signature === '429' ? NEAR.rejections : NEAR.failures))
    .map(({ signature, count }) => ({
      code: 'near-switch-off',
      subject: signature,
      message: `МойСклад за минуту отклонил одинаковых запросов: ${count} (${signature}). При 200 он отключает пользователя.`,
    }));
}
