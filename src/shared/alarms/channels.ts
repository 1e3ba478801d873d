import got, { HTTPError, RequestError } from 'got';
import type { Config } from '../config/config.ts';
import type { AlarmMessage } from './message.ts';

/** A way to reach people. */
export interface Channel {
  name: 'telegram' | 'webhook' | 'mail';
  /** Throws `ChannelError`, whose message holds neither addresses nor secrets. */
  send(message: AlarmMessage): Promise<void>;
}

export class ChannelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ChannelError';
  }
}

const TIMEOUT_MS = 10_000;
/** Telegram's limit is 4096 characters. */
const TELEGRAM_CHARACTERS = 4000;

/** The channels that are configured. */
export function openChannels({ telegram, webhook, mail }: Config['alarms']): Channel[] {
  return [
    ...(telegram === null ? [] : [telegramChannel(telegram)]),
    ...(webhook === null ? [] : [webhookChannel(webhook)]),
    ...(mail === null ? [] : [mailChannel(mail)]),
  ];
}

/** https://core.telegram.org/bots/api#sendmessage */
function telegramChannel({ url, token, chat }: NonNullable<Config['alarms']['telegram']>): Channel {
  return {
    name: 'telegram',
    send: ({ text }) =>
      post(`${url}/bot${token}/sendMessage`, {
        chat_id: chat,
        text: text.length > TELEGRAM_CHARACTERS ? `${text.slice(0, TELEGRAM_CHARACTERS)}…` : text,
        link_preview_options: { is_disabled: true },
      }),
  };
}

function webhookChannel(url: string): Channel {
  return {
    name: 'webhook',
    send: ({ subject, text, opened, grown, resolved }) =>
      post(url, {
        event: opened.length + grown.length + resolved.length > 0 ? 'alarms' : 'test',
        ...{ subject, text },
        opened: opened.map(({ id, code, subject: about, message, since }) => ({
          ...{ id, code, subject: about, message, since },
        })),
        grown: grown.map(({ id, code, subject: about, message, since }) => ({
          ...{ id, code, subject: about, message, since },
        })),
        resolved: resolved.map(({ id, code, subject: about, message, since, resolvedAt }) => ({
          ...{ id, code, subject: about, message, since, resolved_at: resolvedAt },
        })),
      }),
  };
}

/** Addresses carry tokens, and got's messages carry addresses: only status and code are told. */
async function post(url: string, json: object): Promise<void> {
  try {
    await got.post(url, { json, timeout: { request: TIMEOUT_MS }, retry: { limit: 0 } });
  } catch (error) {
    if (error instanceof HTTPError) throw new ChannelError(`ответ ${error.response.statusCode}`);
    throw new ChannelError(error instanceof RequestError ? error.code : 'не отправлено');
  }
}

function mailChannel({ url, from, to }: NonNullable<Config['alarms']['mail']>): Channel {
  return {
    name: 'mail',
    async send({ subject, text }) {
      // Loaded by whoever has a message to send.
      const { createTransport } = await import('nodemailer');
      const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS };
      const transport = createTransport({ url, ...timeouts });
      try {
        await transport.sendMail({ from, to: [...to], subject, text });
      } catch (error) {
        const { code, responseCode } = error as { code?: string; responseCode?: number };
        throw new ChannelError([code, responseCode].filter(Boolean).join(' ') || 'не отправлено');
      } finally {
        transport.close();
      }
    },
  };
}
