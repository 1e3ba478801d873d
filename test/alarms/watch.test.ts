import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openChannels } from '../../src/shared/alarms/channels.ts';
import { createNotifier } from '../../src/shared/alarms/notifier.ts';
import { readQuietHours } from '../../src/shared/alarms/quiet-hours.ts';
import { createAlarmWatch } from '../../src/shared/alarms/watch.ts';
import { type Config, type ConfigError, readConfig } from '../../src/shared/config/config.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { retryRows } from '../../src/shared/outbox/act-on-many.ts';
import { approveRun } from '../../src/shared/outbox/decide-run.ts';
import { makeAnew } from '../../src/shared/outbox/make-anew.ts';
import { approveRow } from '../../src/shared/outbox/operations.ts';
import { noteDown, noteUp } from '../../src/shared/outbox/system-gate.ts';
import { createApiFixture } from '../api/fixture.ts';
import { addDocument, addRun } from '../api/seed.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let servers: Server[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const server of servers) server.close();
  servers = [];
  await database.drop();
});

interface Got {
  path: string;
  body: Record<string, unknown> & { text: string };
}

/** Receives what channels post; answers with what `status` says. */
async function receiver(status = () => 200) {
  const got: Got[] = [];
  const read = async (request: IncomingMessage) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return JSON.parse(Buffer.concat(chunks).toString()) as Got['body'];
  };
  const server = createHttpServer(async (request, response) => {
    got.push({ path: request.url ?? '', body: await read(request) });
    response.writeHead(status()).end('{}');
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { got, url: `http://127.0.0.1:${(server.address() as { port: number }).port}` };
}

/** A mail server that takes everything. */
async function mailServer() {
  const letters: string[] = [];
  const server = createTcpServer((socket) => {
    let isData = false;
    let letter = '';
    let rest = '';
    const say = (line: string) => socket.write(`${line}\r\n`);
    socket.on('error', () => undefined);
    say('220 mail');
    socket.on('data', (data) => {
      const lines = (rest + data.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (isData) {
          letter += `${line}\n`;
          if (line !== '.') continue;
          isData = false;
          letters.push(letter);
          say('250 kept');
        } else if (/^DATA/i.test(line)) {
          isData = true;
          letter = '';
          say('354 go on');
        } else if (/^QUIT/i.test(line)) {
          say('221 bye');
          socket.end();
        } else say('250 ok');
      }
    });
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { letters, url: `smtp://127.0.0.1:${(server.address() as { port: number }).port}` };
}

const none: Config['alarms'] = {
  ...{ telegram: null, webhook: null, mail: null, quiet: null },
  ...{ waitMinutes: 15, downMinutes: 10 },
};
let now = new Date();
const watchOver = (alarms: Partial<Config['alarms']>) => {
  const settings = { ...none, ...alarms };
  return createAlarmWatch({
    db: database.db,
    log: silentLog,
    clock: { now: () => now, sleep: async () => undefined },
    notifier: createNotifier(openChannels(settings), silentLog),
    config: { alarms: settings, schedule: { cron: '0 9 * * 1-5', timezone: 'Europe/Moscow' } },
  });
};
const down = async (minutes: number) => {
  await database.db.transaction((tx) => noteDown(tx, '1c', { code: 'onec-down', message: '1С ответила 503.' }));
  await database.db.prisma.$executeRaw`
    update system_states set since = clock_timestamp() - ${minutes}::int * interval '1 minute' where system = '1c'`;
};
const up = () => noteUp(database.db.prisma, '1c');
const journal = () => database.db.prisma.integrationLog.findMany({ where: { step: 'alarm' }, orderBy: { id: 'asc' } });

describe('an alarm', () => {
  beforeEach(() => {
    now = new Date();
  });

  it('is told once, and once more when it is over, however often and from however many processes one looks', async () => {
    const { got, url } = await receiver();
    const watches = [watchOver({ webhook: url }), watchOver({ webhook: url })];
    const look = () => Promise.all(watches.map((watch) => watch.runOnce()));
    await down(12);
    for (let pass = 0; pass < 3; pass += 1) await look();
    expect(got).toHaveLength(1);
    expect(got[0]!.body).toMatchObject({
      event: 'alarms',
      opened: [{ code: 'down', subject: '1c', message: expect.stringMatching(/^1С не отвечает с .*503/) }],
      resolved: [],
    });
    await up();
    for (let pass = 0; pass < 3; pass += 1) await look();
    expect(got).toHaveLength(2);
    expect(got[1]!.body).toMatchObject({ opened: [], resolved: [{ code: 'down', subject: '1c' }] });
    expect(got[1]!.body.text).toMatch(/✅ Снова в порядке \(с .* до .*\): 1С не отвечает/);
    expect((await journal()).map(({ status }) => status)).toEqual(['failed', 'ok']);
    // It falls again: another alarm.
    await down(12);
    await look();
    expect(got).toHaveLength(3);
  });

  it('comes in one message with the others of its time', async () => {
    const { got, url } = await receiver();
    await down(12);
    await database.db.prisma.$executeRaw`
      insert into api_failures (budget, signature, at) select 'b', '429', clock_timestamp() from generate_series(1, 15)`;
    await watchOver({ webhook: url }).runOnce();
    expect(got).toHaveLength(1);
    expect((got[0]!.body.opened as { code: string }[]).map(({ code }) => code).sort()).toEqual([
      'down',
      'near-switch-off',
    ]);
  });

  it('keeps still in quiet hours: what is over by then is never told, what is not is told after them', async () => {
    const { got, url } = await receiver();
    const watch = watchOver({ webhook: url, quiet: readQuietHours('22:00-07:00') });
    now = new Date('2026-11-25T20:00:00Z');
    await down(12);
    await watch.runOnce();
    await up();
    await watch.runOnce();
    await down(12);
    await watch.runOnce();
    expect(got).toEqual([]);
    now = new Date('2026-11-26T05:00:00Z');
    await watch.runOnce();
    expect(got).toHaveLength(1);
    expect(got[0]!.body).toMatchObject({ opened: [{ code: 'down' }], resolved: [] });
  });

  it('is tried again while nobody was reached, and one channel that fails keeps no other back', async () => {
    let status = 500;
    const { got, url } = await receiver(() => status);
    const watch = watchOver({ webhook: url });
    await down(12);
    await watch.runOnce();
    expect(await journal()).toEqual([]);
    status = 200;
    await watch.runOnce();
    await watch.runOnce();
    expect(got).toHaveLength(2);
    const closed = watchOver({ webhook: url, telegram: { url: 'http://127.0.0.1:9', token: 'secret', chat: '1' } });
    await up();
    await closed.runOnce();
    expect(got).toHaveLength(3);
    const [, resolved] = await journal();
    const { deliveries } = resolved!.details as { deliveries: object[] };
    expect(deliveries).toEqual([
      { channel: 'telegram', error: 'ECONNREFUSED' },
      { channel: 'webhook', error: null },
    ]);
  });

  it('without any channel is kept, and told in the journal', async () => {
    await down(12);
    await watchOver({}).runOnce();
    expect((await journal()).map(({ message }) => message)).toEqual([expect.stringMatching(/^1С не отвечает/)]);
    expect(await database.db.prisma.alarm.count({ where: { toldAt: { not: null } } })).toBe(1);
  });
});

describe('documents that wait', () => {
  const waiting = () =>
    database.db.prisma.alarm.count({ where: { code: { in: ['waiting', 'no-worker'] }, resolvedAt: null } });
  /** As if all of it had been written an hour ago. */
  const old = () => database.db.prisma.$executeRaw`update outbox set created_at = created_at - interval '1 hour'`;

  it.each(['a whole run is approved', 'a group is retried', 'one is approved', 'one is made anew'])(
    'wait since %s, not since they were written',
    async (act) => {
      const { db } = database;
      const runId = await addRun(db);
      const status = ({ 'a group is retried': 'failed', 'one is made anew': 'done' } as const)[act] ?? 'held';
      const { outboxId } = await addDocument(db, { runId, status });
      await db.prisma.outboxLine.updateMany({
        data: status === 'done' ? { closedAt: new Date(), closedReason: 'deleted' } : {},
      });
      await old();
      const one = { outboxId, actor: 'Олег' };
      await {
        'a whole run is approved': () => approveRun(db, { runId, actor: 'Олег', outboxIds: [outboxId] }),
        'a group is retried': () => retryRows(db, { actor: 'Олег', outboxIds: [outboxId] }),
        'one is approved': () => approveRow(db, one),
        'one is made anew': () => makeAnew(db, one),
      }[act]!();
      expect((await db.prisma.outboxRow.findUniqueOrThrow({ where: { id: outboxId } })).status).toBe('pending');
      await watchOver({}).runOnce();
      expect(await waiting()).toBe(0);
      await db.prisma.$executeRaw`update outbox set released_at = released_at - interval '1 hour'`;
      await watchOver({}).runOnce();
      expect(await waiting()).toBe(1);
    },
  );
});

describe('documents that were refused', () => {
  const refuse = async (count: number, name: string) => {
    const runId = await addRun(database.db);
    for (let n = 0; n < count; n += 1) {
      const { outboxId } = await addDocument(database.db, {
        runId,
        kind: 'order',
        status: 'failed',
        errorCode: 'moysklad-item-missing',
      });
      await database.db.prisma.outboxRow.update({
        where: { id: outboxId },
        data: { errorMessage: `Нет «${name} ${n}»` },
      });
    }
  };

  it('are told by what they have in common with three examples at most, and again when they have doubled', async () => {
    const { got, url } = await receiver();
    const watch = watchOver({ webhook: url });
    await refuse(4, 'Лампа');
    await watch.runOnce();
    const [{ message }] = got[0]!.body.opened as [{ message: string }];
    expect(message).toMatch(/^Не создано документов: 4\. В МойСклад нет такого товара/);
    expect(message.match(/Нет «Лампа \d»/g)).toHaveLength(3);
    await refuse(3, 'Гирлянда');
    await watch.runOnce();
    expect(got).toHaveLength(1);
    await refuse(3, 'Люстра');
    await watch.runOnce();
    await watch.runOnce();
    expect(got).toHaveLength(2);
    expect(got[1]!.body).toMatchObject({ event: 'alarms', opened: [], grown: [{ subject: 'moysklad-item-missing' }] });
    expect(got[1]!.body.text).toContain('Стало больше (было 4): Не создано документов: 10.');
  });
});

describe('channels', () => {
  it('are remembered with the error of their last try, until they get through', async () => {
    let status = 500;
    const { url } = await receiver(() => status);
    const kept = () => database.db.prisma.alarmChannel.findMany();
    await down(12);
    await watchOver({ webhook: url }).runOnce();
    expect(await kept()).toMatchObject([{ name: 'webhook', error: 'ответ 500', sentAt: null }]);
    status = 200;
    await watchOver({ webhook: url }).runOnce();
    expect(await kept()).toMatchObject([{ name: 'webhook', error: null, sentAt: expect.any(Date) }]);
  });

  it('Telegram gets the bot’s chat and text, mail a letter in Russian', async () => {
    const [telegram, mail] = [await receiver(), await mailServer()];
    await down(12);
    await watchOver({
      telegram: { url: telegram.url, token: '123:abc', chat: '-100' },
      mail: { url: mail.url, from: 'hub@example.com', to: ['anna@example.com', 'oleg@example.com'] },
    }).runOnce();
    expect(telegram.got).toMatchObject([
      { path: '/bot123:abc/sendMessage', body: { chat_id: '-100', text: expect.stringMatching(/❗ 1С не отвечает/) } },
    ]);
    expect(mail.letters).toHaveLength(1);
    expect(mail.letters[0]).toMatch(/^To: anna@example\.com, oleg@example\.com$/m);
    expect(mail.letters[0]).toMatch(/^Subject: =\?UTF-8\?/m);
  });

  it('that refuse tell neither token nor address', async () => {
    const { url } = await receiver(() => 401);
    const notifier = createNotifier(
      openChannels({ ...none, telegram: { url, token: 'secret-token', chat: '1' }, webhook: `${url}/?key=secret-key` }),
      silentLog,
    );
    const deliveries = await notifier.send({ subject: 's', text: 't', opened: [], grown: [], resolved: [] });
    expect(deliveries.map(({ error }) => error)).toEqual(['ответ 401', 'ответ 401']);
    expect(JSON.stringify(deliveries)).not.toMatch(/secret|127\.0\.0\.1/);
  });
});

describe('POST /api/v1/alarms/test', () => {
  it('sends a test, says how each channel fared, and keeps who asked; without a channel it says what to set', async () => {
    const { got, url } = await receiver();
    const api = await createApiFixture();
    try {
      const notifier = createNotifier(openChannels({ ...none, webhook: url }), silentLog);
      const answer = await api.appWith({ notifier }).request('/api/v1/alarms/test', { method: 'POST' });
      expect([answer.status, await answer.json()]).toEqual([
        200,
        { deliveries: [{ channel: 'webhook', error: null }] },
      ]);
      expect(got[0]!.body).toMatchObject({ event: 'test', text: expect.stringContaining('проверка связи') });
      const acts = await api.deps.db.prisma.operatorAction.findMany({ where: { action: 'alarm-test' } });
      expect(acts.map(({ outcome }) => outcome)).toEqual(['done']);
      const refused = await api.app.request('/api/v1/alarms/test', { method: 'POST' });
      expect(refused.status).toBe(409);
      expect(await refused.json()).toMatchObject({
        code: 'no-alarm-channel',
        detail: expect.stringContaining('ALARM_'),
      });
      expect(await (await api.app.request('/api/v1/alarms?state=open')).json()).toEqual({
        items: [],
        next_cursor: null,
      });
    } finally {
      await api.close();
    }
  });
});

describe('settings of alarms', () => {
  const problems = (env: Record<string, string>) => {
    try {
      readConfig(env, 'database');
      return [];
    } catch (error) {
      return (error as ConfigError).problems.map(({ variable }) => variable);
    }
  };
  it('that are half given, or of a wrong form, are named', () => {
    expect(
      problems({ ALARM_TELEGRAM_TOKEN: 'x', ALARM_SMTP_URL: 'smtp://mail', ALARM_QUIET_HOURS: '22-7' }).sort(),
    ).toEqual(['ALARM_MAIL_FROM', 'ALARM_MAIL_TO', 'ALARM_QUIET_HOURS', 'ALARM_TELEGRAM_CHAT']);
    expect(problems({ ALARM_QUIET_HOURS: '22:00-07:00', ALARM_WEBHOOK_URL: 'https://example.com/x' })).toEqual([]);
  });
});
