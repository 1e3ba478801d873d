import type { Log } from '../log/log.ts';
import { type Channel, ChannelError } from './channels.ts';
import type { AlarmMessage } from './message.ts';

/** How one channel fared; `error` NULL: sent. */
export interface Delivery {
  channel: Channel['name'];
  error: string | null;
}

/** Sends one message to every channel. One that fails keeps no other back. */
export interface Notifier {
  channels: readonly Channel['name'][];
  send(message: AlarmMessage): Promise<Delivery[]>;
}

export function createNotifier(channels: readonly Channel[], log: Log): Notifier {
  return {
    channels: channels.map(({ name }) => name),
    send: (message) =>
      Promise.all(
        channels.map(async ({ name, send }): Promise<Delivery> => {
          try {
            await send(message);
            return { channel: name, error: null };
          } catch (error) {
            const told = error instanceof ChannelError ? error.message : 'не отправлено';
            log.warn({ event: 'alarm.not-sent', channel: name, error: told });
            return { channel: name, error: told };
          }
        }),
      ),
  };
}
