import { once } from 'node:events';
import got from 'got';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/shared/people/password.ts';
import { writePerson } from '../../src/shared/people/people.ts';
import { startHub, type TestHub } from '../support/hub.ts';
import { startHubProcess } from '../support/process.ts';
import { smallDataset } from '../support/small-dataset.ts';

const PASSWORD = 'pass-of-anna-4711';
const chosen = {
  ADMIN_TRIGGER_TOKEN: 'trigger-token-4711',
  ALARM_TELEGRAM_TOKEN: '4711:telegram-token',
  ALARM_TELEGRAM_CHAT: '1',
  // Nobody answers there: what failed is told, and must be told without the address.
  ALARM_TELEGRAM_URL: 'http://127.0.0.1:9',
  ALARM_WEBHOOK_URL: 'http://127.0.0.1:9/hook-secret-4711',
  ALARM_SMTP_URL: 'smtp://mailer:smtp-secret-4711@127.0.0.1:9',
  ALARM_MAIL_FROM: 'hub@example.com',
  ALARM_MAIL_TO: 'anna@example.com',
  OTEL_EXPORTER_OTLP_HEADERS: 'x-key=otel-secret-4711',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
};
const wrong = { API_1C_PASSWORD: 'wrong-1c-4711', MOYSKLAD_TOKEN: 'wrong-moysklad-4711' };

let hub: TestHub;
let secrets: string[];
let printed: string;
let answers: string[];

/** A hub at its most talkative, with everything that can go wrong outside, and what it printed, answered and wrote. */
beforeAll(async () => {
  const hash = await hashPassword(PASSWORD, { log2N: 10, r: 8, p: 1 });
  const env = { ...chosen, ADMIN_USERS: writePerson({ name: 'Анна', role: 'admin', hash }) };
  hub = await startHub({ backend: 'postgres', work: false, dataset: smallDataset({ moved: 4, ordered: 4 }), env });
  const { sandbox } = hub;
  const base64 = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString('base64');
  secrets = [
    ...[sandbox.onecPassword, base64(sandbox.onecUser, sandbox.onecPassword), sandbox.moyskladToken],
    ...[PASSWORD, hash.split('.').at(-1)!, 'trigger-token-4711', 'telegram-token', 'hook-secret-4711'],
    ...['smtp-secret-4711', 'otel-secret-4711', ...Object.values(wrong)],
    base64(sandbox.onecUser, wrong.API_1C_PASSWORD),
  ];
  await hub.fault({ system: '1c', kind: 'html', times: 1 });
  await hub.fault({ system: '1c', kind: 'status', status: 500, times: 1, match: { method: 'POST' } });
  await hub.fault({ system: 'moysklad', kind: 'status', status: 400, times: 1, match: { method: 'POST' } });
  await hub.fault({ system: 'moysklad', kind: 'drop-after', times: 1, match: { method: 'POST' } });

  const process = startHubProcess(['start'], { ...hub.env, PORT: '0' }, { logLevel: 'trace' });
  const { url } = await process.event('api.listening');
  const api = got.extend({
    prefixUrl: String(url),
    headers: { Authorization: `Bearer ${chosen.ADMIN_TRIGGER_TOKEN}` },
    throwHttpErrors: false,
    retry: { limit: 0 },
  });
  answers = [];
  const ask = async (method: 'get' | 'post', path: string, options: object = {}) => {
    const { body } = await api(path, { method, ...options });
    answers.push(body);
    return body;
  };
  await ask('post', 'console/login', { form: { name: 'Анна', password: PASSWORD } });
  await ask('post', 'console/login', { form: { name: 'Анна', password: `${PASSWORD}-no` } });
  await ask('get', 'metrics', { headers: { Authorization: 'Bearer nobody' } });
  const { run_id } = JSON.parse(await ask('post', 'api/v1/trigger/internal-replenishment', { json: {} }));
  await hub.follow(run_id);
  await ask('post', 'api/v1/alarms/test');
  for (const path of [
    'api/v1/logs?limit=500',
    'api/v1/outbox',
    'api/v1/alarms',
    'health/1c',
    'health/moysklad',
    'metrics',
  ])
    await ask('get', path);
  expect(await process.end('SIGTERM')).toBe(0);

  const check = startHubProcess(['check', 'all'], { ...hub.env, ...wrong }, { logLevel: 'trace' });
  await once(check.child, 'close');
  printed = process.output() + check.output();
}, 240_000);
afterAll(() => hub?.close());

const found = (text: string) => secrets.filter((secret) => secret !== '' && text.includes(secret));

describe('a hub that talks as much as it can', () => {
  it('was in trouble indeed, and said so', () => {
    for (const event of ['http.request', 'attempt.done', 'attempt.ended', 'process.stopped'])
      expect(printed, event).toContain(`"event":"${event}"`);
    expect(printed).toContain('✗');
    for (const channel of ['telegram', 'webhook', 'mail'])
      expect(answers.join()).toMatch(new RegExp(`"channel":"${channel}","error":"[^"]`));
  });

  it('prints no secret', () => expect(found(printed)).toEqual([]));

  it('answers with no secret', () => expect(found(answers.join('\n'))).toEqual([]));

  it('writes no secret into its database', async () => {
    const { pool } = hub.services.db;
    const { rows: tables } = await pool.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
    );
    expect(tables.length).toBeGreaterThan(10);
    for (const { name } of tables) {
      const { rows } = await pool.query<{ all: string | null }>(
        `select string_agg(t::text, ' ') as all from ${name} t`,
      );
      expect(found(rows[0]?.all ?? ''), name).toEqual([]);
    }
  });

  it('says in every line what it is, and whose work an attempt or a job was', () => {
    const lines = printed
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.filter(({ event }) => typeof event !== 'string')).toEqual([]);
    expect(lines.filter(({ event, outboxId }) => String(event).startsWith('attempt.') && !outboxId)).toEqual([]);
    expect(lines.filter(({ event, jobId }) => String(event).startsWith('job.') && !jobId)).toEqual([]);
  });
});
