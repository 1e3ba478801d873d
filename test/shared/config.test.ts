import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/shared/config/config.ts';

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
