import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/shared/config/config.ts';
import { readRedisAddress, showRedisAddress } from '../../src/shared/queue/redis-address.ts';

const right = {
  API_1C_URL: 'http://server/ut/odata/standard.odata/',
  API_1C_USER: 'Хаб',
  API_1C_PASSWORD: 'пароль',
  MOYSKLAD_TOKEN: 'token',
  MOYSKLAD_ORGANIZATION: 'ООО «Ромашка»',
  MOYSKLAD_AGENT: 'Поставка',
};

const problemsOf = (env: Record<string, string>) => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ variable }) => variable);
  }
};

describe('settings', () => {
  it('take the documented defaults', () => {
    const config = readConfig(right);
    expect(config.onec.url).toBe('http://server/ut/odata/standard.odata');
    expect(config.warehouses).toEqual({ recipients: null, donors: ['Бестужевых', 'Контейнер'], wholeOnly: [] });
    expect(config.planning).toEqual({ policy: 'fill-to-max', minimumOrders: new Map() });
    expect(config.schedule).toEqual({ cron: '0 9 * * 1-5', timezone: 'Europe/Moscow' });
    expect(config.documents).toEqual({ scope: 'item', posting: 'post', approval: 'auto', attempts: 8 });
    expect(config.outboxPollMs).toBe(30_000);
    expect(config.queues.work).toEqual(['scan', 'onec-transfer', 'moysklad-order', 'maintenance']);
    expect(config.http).toEqual({ host: '127.0.0.1', port: 8000, workerHealthPort: 0 });
  });

  it('have 1C’s barcodes read exactly where goods are matched by them', () => {
    expect(readConfig(right).onec.barcodes).toBe(false);
    const { onec, moysklad } = readConfig({ ...right, MOYSKLAD_MATCH_BY: 'barcode' });
    expect([moysklad.matchBy, onec.barcodes]).toEqual(['barcode', true]);
  });

  it('keep what is old for a year, for good with 0, and never for less than a month', () => {
    const days = (value?: string) => readConfig({ ...right, RETENTION_DAYS: value }).retention.days;
    expect([days(), days(''), days('31'), days('0')]).toEqual([365, 365, 31, null]);
    for (const wrong of ['1', '30', '-1', '36501', 'year']) expect(() => days(wrong)).toThrow('RETENTION_DAYS');
  });

  it('are frozen to the bottom', () => {
    const config = readConfig(right);
    expect(() => Object.assign(config.documents, { scope: 'route' })).toThrow(TypeError);
    expect(() => (config.warehouses.donors as string[]).push('x')).toThrow(TypeError);
  });

  it('report every wrong variable at once, each once, with the value and what is allowed', () => {
    const wrong = {
      NODE_ENV: 'prod',
      DATABASE_URL: 'mysql://a',
      REDIS_URL: 'http://x',
      API_1C_URL: 'server',
      API_1C_TIMEZONE: 'Mars/Base',
      API_1C_CONCURRENCY: '0',
      MOYSKLAD_URL: 'ftp://x',
      MOYSKLAD_MATCH_BY: 'name',
      MOYSKLAD_WEIGHT: 'heavy',
      MINIMUM_ORDERS: 'A-1',
      SCAN_SCHEDULE: 'every morning',
      SCAN_TIMEZONE: 'Moskau',
      DOCUMENT_SCOPE: 'all',
      TRANSFER_POSTING: 'yes',
      APPROVAL: 'maybe',
      PLAN_POLICY: 'ut-11.4',
      DONOR_WHOLE_ONLY: 'Сарай',
      OUTBOX_POLL_SECONDS: '0',
      DOCUMENT_ATTEMPTS: '1000',
      RUN_MIGRATIONS_ON_STARTUP: 'maybe',
      WORKER_QUEUES: 'scan,post',
      WORKER_CONCURRENCY: 'many',
      WORKER_HEALTH_PORT: '70000',
      PORT: 'http',
      LOG_LEVEL: 'loud',
      LOG_FORMAT: 'xml',
    };
    const missing = ['API_1C_USER', 'API_1C_PASSWORD', 'MOYSKLAD_TOKEN', 'MOYSKLAD_ORGANIZATION', 'MOYSKLAD_AGENT'];
    expect(problemsOf(wrong).sort()).toEqual([...Object.keys(wrong), ...missing].sort());
    expect(() => readConfig(wrong)).toThrow(/PORT +must be a whole number from 0 to 65535 \(it is "http"\)/);
    expect(() => readConfig(wrong)).toThrow(/WORKER_QUEUES +names no queue: post; allowed: scan, onec-transfer/);
  });

  it('take a donor that gives all or nothing by its name in any case, spelt as the donors are', () => {
    const { warehouses } = readConfig({ ...right, DONOR_WAREHOUSES: 'Запад,Восток', DONOR_WHOLE_ONLY: 'восток' });
    expect(warehouses.wholeOnly).toEqual(['Восток']);
    expect(() => readConfig({ ...right, DONOR_WHOLE_ONLY: 'Восток' })).toThrow(
      /DONOR_WHOLE_ONLY +names what DONOR_WAREHOUSES does not: Восток; donors are Бестужевых, Контейнер/,
    );
  });

  it('take Redis as one server, behind sentinels, or as a cluster', () => {
    for (const [url, shown] of [
      ['redis://host', 'redis://host'],
      ['rediss://user:hunter2@host:6380/2', 'rediss://user:***@host:6380/2'],
      ['redis-sentinel://a,b:26380/mymaster', 'redis-sentinel://a:26379,b:26380/mymaster'],
      [
        'rediss-sentinel://:hunter2@[fd00::1]:26379/m/3?sentinelPassword=hunter2',
        'rediss-sentinel://:***@[fd00::1]:26379/m/3',
      ],
      ['redis-cluster://user:hunter2@a:7000,b', 'redis-cluster://user:***@a:7000,b:6379'],
      ['redis+sentinel://a/mymaster', 'redis-sentinel://a:26379/mymaster'],
    ] as const) {
      expect(readConfig({ ...right, REDIS_URL: url }).queues.redisUrl).toBe(url);
      expect(showRedisAddress(url)).toBe(shown);
    }
    const whole = 'redis-sentinel://us%40er:p%2Fw%3A%C3%9F@a/m?sentinelUser=s&sentinelPassword=x%26y';
    expect(readRedisAddress(whole)).toEqual({
      address: {
        kind: 'sentinel',
        nodes: [{ host: 'a', port: 26_379 }],
        tls: false,
        username: 'us@er',
        password: 'p/w:ß',
        master: 'm',
        db: 0,
        sentinels: { username: 's', password: 'x&y' },
      },
    });
  });

  it.each([
    ['http://:hunter2@host', 'must be like redis://'],
    ['redis:hunter2', 'must be like redis://'],
    ['redis-sentinel://:hunter2@a:26379,b:26379', 'names no master'],
    ['redis-sentinel://:hunter2@a:26379,b:hunter2/m', 'has a wrong port at host 2: allowed are 1 to 65535'],
    ['redis-sentinel://:hunter2@a,,b/m', 'has no host name as host 2'],
    ['redis-sentinel://:hunter2@a/m/first', 'allowed is a number, like /MASTER/0'],
    ['redis-sentinel://:hunter2@a/m?password=hunter2', 'allowed: sentinelUser, sentinelPassword'],
    ['redis-sentinel://:hun/ter2@a/m', 'in a user or password write %2F'],
    ['redis-sentinel://:hunter2%@a/m', 'write %25'],
    ['redis-cluster://:hunter2@a:6379/1', 'a cluster has no databases'],
    ['redis-cluster://:hunter2@a:6379?db=1', 'where nothing may follow'],
    ['redis-cluster://:hunter2@', 'has no host name as host 1'],
    ['redis-cluster://:hunter2@a:0', 'has a wrong port at host 1'],
  ])('tell what of REDIS_URL=%s is wrong, what is allowed, and no password', (url, told) => {
    expect(() => readConfig({ ...right, REDIS_URL: url })).toThrow(told);
    expect(() => readConfig({ ...right, REDIS_URL: url })).not.toThrow(/hun.?ter2/);
  });

  it('take a prefix of queues with one pair of braces, which a cluster hashes, and no other', () => {
    for (const prefix of ['hub', '{hub}', 'shop-{hub}-1']) {
      expect(readConfig({ ...right, QUEUE_PREFIX: prefix }).queues.prefix).toBe(prefix);
    }
    for (const prefix of ['{}', '}hub{', '{hub', '{a}{b}']) {
      expect(problemsOf({ ...right, QUEUE_PREFIX: prefix })).toEqual(['QUEUE_PREFIX']);
    }
  });

  it('never print a secret that is wrong', () => {
    expect(() => readConfig({ ...right, DATABASE_URL: 'mysql://user:hunter2@host/db' })).not.toThrow(/hunter2/);
  });

  it('treat a blank variable as not set', () => {
    expect(readConfig({ ...right, PORT: '', REDIS_URL: ' ' }).http.port).toBe(8000);
  });

  it('refuse to start in production without a token for the API and without people', () => {
    expect(problemsOf({ ...right, NODE_ENV: 'production' })).toEqual(['ADMIN_TRIGGER_TOKEN', 'ADMIN_USERS']);
  });

  it('read people, and tell each bad entry by its place and not by its value', () => {
    const hash = `scrypt.15.8.3.${'s'.repeat(22)}.${'k'.repeat(43)}`;
    const good = readConfig({ ...right, ADMIN_USERS: `Анна:admin:${hash}, oleg@shop:operator:${hash}` });
    expect(good.admin.people.map(({ name, role }) => [name, role])).toEqual([
      ['Анна', 'admin'],
      ['oleg@shop', 'operator'],
    ]);
    const bad = [
      `anna:${hash}`,
      `anna:boss:${hash}`,
      'anna:admin:hunter2',
      `a<b:viewer:${hash}`,
      `anna:viewer:${hash},ANNA:admin:${hash}`,
    ];
    for (const value of bad) {
      expect(() => readConfig({ ...right, ADMIN_USERS: value })).toThrow(/ADMIN_USERS +entry [12] /);
      expect(() => readConfig({ ...right, ADMIN_USERS: value })).not.toThrow(/hunter2|kkk/);
    }
  });

  it('refuse a password hash whose check would cost more than a request may', () => {
    const hash = `scrypt.25.8.3.${'s'.repeat(22)}.${'k'.repeat(43)}`;
    expect(problemsOf({ ...right, ADMIN_USERS: `anna:admin:${hash}` })).toEqual(['ADMIN_USERS']);
  });

  it('refuse a warehouse that is both donor and recipient', () => {
    expect(problemsOf({ ...right, RECIPIENT_WAREHOUSES: 'Контейнер' })).toEqual(['RECIPIENT_WAREHOUSES']);
  });

  it('need neither 1C nor МойСклад for commands that only touch the database', () => {
    expect(readConfig({}, 'database').database.url).toBeNull();
  });

  it('trace only where a collector is named: the general address is completed, the one for traces is not', () => {
    expect(readConfig(right).tracing).toBeNull();
    const general = { ...right, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };
    expect(readConfig(general).tracing).toEqual({
      url: 'http://collector:4318/v1/traces',
      headers: {},
      serviceName: 'hub',
    });
    const own = { ...general, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://other/in', OTEL_SERVICE_NAME: 'hub-north' };
    expect(readConfig({ ...own, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc=, x = y' }).tracing).toEqual({
      url: 'https://other/in',
      headers: { authorization: 'Basic abc=', x: 'y' },
      serviceName: 'hub-north',
    });
  });

  it('never print the headers that a collector is sent', () => {
    const wrong = { ...right, OTEL_EXPORTER_OTLP_HEADERS: 'authorization' };
    expect(problemsOf(wrong)).toEqual(['OTEL_EXPORTER_OTLP_HEADERS']);
    expect(() => readConfig({ ...right, OTEL_EXPORTER_OTLP_HEADERS: 'hush=%' })).toThrow(/^(?!.*hush)/s);
  });
});
