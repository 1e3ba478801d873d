import { keepDeliveries } from '../shared/alarms/alarm-store.ts';
import { testMessage } from '../shared/alarms/message.ts';
import type { Delivery } from '../shared/alarms/notifier.ts';
import type { ApiDeps } from './deps.ts';
import { ProblemError } from './problem.ts';

/** Sends the test and keeps who asked for it. Refuses where no channel is configured. */
export async function sendTest({ db, notifier }: Pick<ApiDeps, 'db' | 'notifier'>, actor: string): Promise<Delivery[]> {
  if (notifier.channels.length === 0) {
    throw new ProblemError({
      status: 409,
      code: 'no-alarm-channel',
      detail:
        'Сообщать некуда: задайте ALARM_TELEGRAM_TOKEN и ALARM_TELEGRAM_CHAT, ALARM_WEBHOOK_URL или ALARM_SMTP_URL.',
    });
  }
  const deliveries = await notifier.send(testMessage(actor));
  await keepDeliveries(db.prisma, deliveries);
  const failed = deliveries.some(({ error }) => error !== null);
  const details = { deliveries: deliveries.map(({ channel, error }) => ({ channel, error })) };
  await db.prisma.operatorAction.create({
    data: { actor, action: 'alarm-test', outcome: failed ? 'failed' : 'done', details },
  });
  return deliveries;
}
