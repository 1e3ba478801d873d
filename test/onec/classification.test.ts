import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/shared/clock/clock.ts';
import { findOutcome, type OutcomeError } from '../../src/shared/errors/outcome.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { settle } from '../../src/shared/onec/config.ts';
import { createOneCHttp } from '../../src/shared/onec/http.ts';
import { createOneC } from '../../src/shared/onec/onec.ts';
import { odataError, type Reply, startScripted } from './scripted-server.ts';

const OBJECT = 'Catalog_Склады';
const page = '<!DOCTYPE html><html><body>HTTP Error</body></html>';
const xml = (code: number, message: string) =>
  `<?xml version="1.0"?><m:error xmlns:m="x"><m:code>${code}</m:code><m:message xml:lang="ru">${message}</m:message></m:error>`;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function server(answer: Parameters<typeof startScripted>[0], over = {}) {
  const scripted = await startScripted(answer);
  const http = createOneCHttp(settle({ ...scripted.config, ...over }), { log: silentLog });
  closers.push(scripted.close, http.close);
  return { scripted, http };
}

async function failure(work: Promise<unknown>): Promise<OutcomeError> {
  const outcome = findOutcome(
    await work.then(
      () => undefined,
      (error: unknown) => error,
    ),
  );
  if (!outcome) throw new Error('the work did not fail with an outcome');
  return outcome;
}

async function both(reply: Reply, over = {}) {
  const { http, scripted } = await server(() => reply, over);
  const read = await failure(http.get(OBJECT, '/x?$format=json'));
  const reads = scripted.asked.length;
  const write = await failure(http.send('POST', OBJECT, '/x?$format=json', { a: 1 }));
  return { read, write, reads, writes: scripted.asked.length - reads };
}

describe('what an answer of 1C means', () => {
  it.each<[string, Reply, string, string]>([
    ['401 without a code', { status: 401, html: page }, 'not-now onec-credentials', 'not-now onec-credentials'],
    [
      '401 code 20',
      { status: 401, json: odataError(20, 'Нет прав') },
      'not-now onec-no-rights',
      'refused onec-no-rights',
    ],
    [
      '401 code 20 in XML',
      { status: 401, text: xml(20, 'Нет прав') },
      'not-now onec-no-rights',
      'refused onec-no-rights',
    ],
    ['403 HTML', { status: 403, html: page }, 'not-now onec-forbidden', 'not-now onec-forbidden'],
    [
      '404 code 8',
      { status: 404, json: odataError(8, 'Тип') },
      'not-now onec-not-published',
      'not-now onec-not-published',
    ],
    ['404 code 9', { status: 404, json: odataError(9, 'Нет') }, 'refused onec-not-found', 'refused onec-not-found'],
    ['404 HTML', { status: 404, html: page }, 'not-now onec-wrong-url', 'not-now onec-wrong-url'],
    [
      'a redirect',
      { status: 302, headers: { location: '/login?x=1' } },
      'not-now onec-wrong-url',
      'not-now onec-wrong-url',
    ],
    [
      '400 code 1',
      { status: 400, json: odataError(1, 'Литерал') },
      'refused onec-bad-request',
      'refused onec-bad-request',
    ],
    [
      '400 code 4',
      { status: 400, json: odataError(4, 'Значение') },
      'refused onec-bad-request',
      'refused onec-bad-request',
    ],
    [
      '400 code 6',
      { status: 400, json: odataError(6, 'Сегмент') },
      'refused onec-bad-request',
      'refused onec-bad-request',
    ],
    [
      '400 code 14',
      { status: 400, json: odataError(14, 'Опция') },
      'refused onec-bad-request',
      'refused onec-bad-request',
    ],
    ['400 HTML', { status: 400, html: page }, 'refused onec-bad-request', 'refused onec-bad-request'],
    ['400 code 15', { status: 400, json: odataError(15, 'Есть') }, 'refused onec-exists', 'refused onec-exists'],
    ['409 code 15', { status: 409, json: odataError(15, 'Есть') }, 'refused onec-exists', 'refused onec-exists'],
    ['405', { status: 405, json: odataError(19, 'Метод') }, 'refused onec-bad-request', 'refused onec-bad-request'],
    ['406', { status: 406, html: page }, 'not-now onec-session', 'not-now onec-session'],
    ['499 of a proxy', { status: 499, html: page }, 'not-now onec-timeout', 'unknown onec-timeout'],
    ['408', { status: 408 }, 'not-now onec-timeout', 'unknown onec-timeout'],
    ['429', { status: 429, html: page }, 'not-now onec-busy', 'not-now onec-busy'],
    [
      '500 code −1',
      { status: 500, json: odataError(-1, 'Нет') },
      'refused onec-business-refusal',
      'refused onec-business-refusal',
    ],
    [
      '500 code −1 in XML',
      { status: 500, text: xml(-1, 'Нет') },
      'refused onec-business-refusal',
      'refused onec-business-refusal',
    ],
    [
      '500 of another code',
      { status: 500, json: odataError(0, 'Сбой') },
      'not-now onec-down',
      'unknown onec-answer-lost',
    ],
    ['500 HTML', { status: 500, html: page }, 'not-now onec-down', 'unknown onec-answer-lost'],
    ['500 empty', { status: 500 }, 'not-now onec-down', 'unknown onec-answer-lost'],
    ['502', { status: 502, html: page }, 'not-now onec-down', 'unknown onec-answer-lost'],
    ['503 of the web server', { status: 503, html: page }, 'not-now onec-down', 'not-now onec-down'],
    [
      '503 of the base',
      { status: 503, json: odataError(0, 'Занято') },
      'not-now onec-down',
      'unknown onec-answer-lost',
    ],
    ['504', { status: 504, html: page }, 'not-now onec-timeout', 'unknown onec-timeout'],
    ['200 with a login page', { status: 200, html: page }, 'not-now onec-bad-answer', 'unknown onec-answer-lost'],
    [
      '200 with JSON cut short',
      { status: 200, text: '{"value":[{' },
      'not-now onec-bad-answer',
      'unknown onec-answer-lost',
    ],
    ['a cut connection', 'cut', 'not-now onec-down', 'unknown onec-answer-lost'],
  ])('%s', async (_, reply, read, write) => {
    const got = await both(reply);
    expect(`${got.read.outcome} ${got.read.code}`).toBe(read);
    expect(`${got.write.outcome} ${got.write.code}`).toBe(write);
    expect(got.read.system).toBe('1c');
    expect(got.writes, 'a write is sent exactly once').toBe(1);
  });

  it('no answer in time is "not now" for a read and "unknown" for a write', async () => {
    const got = await both('silence', { timeoutMs: 50 });
    expect([got.read.outcome, got.read.code]).toEqual(['not-now', 'onec-timeout']);
    expect([got.write.outcome, got.write.code]).toEqual(['unknown', 'onec-timeout']);
  });

  it('a dead host is "not now" for both: nothing can have been sent', async () => {
    const { scripted, http } = await server(() => ({ status: 200 }));
    await scripted.close();
    for (const error of [await failure(http.get(OBJECT, '/x')), await failure(http.send('POST', OBJECT, '/x', {}))]) {
      expect([error.outcome, error.code, error.details.networkCode]).toEqual(['not-now', 'onec-down', 'ECONNREFUSED']);
      expect(error.message).toContain('API_1C_URL');
    }
  });

  it('an unknown host name is "not now"', async () => {
    const http = createOneCHttp(
      settle({ url: 'http://no-such-host.invalid/odata/standard.odata', user: 'u', password: 'p' }),
      {
        log: silentLog,
      },
    );
    closers.push(http.close);
    const error = await failure(http.send('POST', OBJECT, '/x', {}));
    expect([error.outcome, error.code]).toEqual(['not-now', 'onec-down']);
  });

  it('repeats a read once when the connection is reset, and no more', async () => {
    const { http, scripted } = await server((_, index) => (index === 0 ? 'cut' : { status: 200, json: { value: [] } }));
    expect(await http.get(OBJECT, '/x')).toEqual({ value: [] });
    expect(scripted.asked).toHaveLength(2);
    expect((await both('cut')).reads).toBe(2);
  });

  it('knows that a write may be done although the web server answered 503', async () => {
    const { read, write } = await both({ status: 503, html: page });
    expect([read.mayExist, write.mayExist]).toEqual([undefined, true]);
  });

  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{}, 5_000],
  ])('of a server that asks for patience knows that it is not down, and how long to wait: %j', async (headers, ms) => {
    const { write } = await both({ status: 429, html: page, headers });
    expect([write.busy, write.retryAfterMs, write.mayExist]).toEqual([true, ms, undefined]);
  });

  it('says when to come back, where the server does', async () => {
    const { read } = await both({ status: 503, html: page, headers: { 'retry-after': '120' } });
    expect(read.retryAfterMs).toBe(120_000);
  });

  it("passes 1C's sentence on word for word", async () => {
    const sentence = 'Для отгрузки товара "Кабель & Ко" недостаточно свободного остатка\nв количестве 3 шт';
    const { write } = await both({ status: 500, json: odataError(-1, sentence) });
    expect(write.message).toContain(sentence);
    expect(write.details.said).toBe(sentence);
    const fromXml = await both({ status: 500, text: xml(-1, 'товара &quot;Кабель &amp; Ко&quot;') });
    expect(fromXml.write.details.said).toBe('товара "Кабель & Ко"');
  });

  it('tells people what to do: settings, rights, composition', async () => {
    expect((await both({ status: 401 })).read.message).toMatch(/API_1C_USER.*API_1C_PASSWORD/);
    expect((await both({ status: 401, json: odataError(20, 'x') })).read.message).toContain(OBJECT);
    const unpublished = (await both({ status: 404, json: odataError(8, 'x') })).read.message;
    expect(unpublished).toContain(OBJECT);
    expect(unpublished).toContain('Настройка автоматического REST-сервиса');
  });

  it('never puts the password or a header into an error', async () => {
    const { read, write } = await both({ status: 401 });
    const base64 = Buffer.from('Хаб:пароль').toString('base64');
    for (const error of [read, write]) {
      expect(JSON.stringify([error.message, error.details])).not.toMatch(/пароль"|authorization/i);
      expect(JSON.stringify([error.message, error.details])).not.toContain(base64);
    }
  });
});

describe('the connection', () => {
  it('sends Cyrillic credentials as UTF-8 and asks for JSON', async () => {
    const { http, scripted } = await server(() => ({ status: 200, json: {} }));
    await http.get(OBJECT, '/x?$format=json');
    const { headers } = scripted.asked[0]!;
    expect(Buffer.from(headers.authorization!.split(' ')[1]!, 'base64').toString('utf8')).toBe('Хаб:пароль');
    expect(headers.accept).toBe('application/json;odata=nometadata');
  });

  it('keeps the session cookie, and asks a read once more without it when the session has died', async () => {
    const { http, scripted } = await server((_, index) =>
      index === 0
        ? { status: 200, json: {}, headers: { 'set-cookie': 'ibsession=abc; Path=/; HttpOnly' } }
        : index === 1
          ? { status: 404, html: page }
          : { status: 200, json: {} },
    );
    await http.get(OBJECT, '/1');
    await http.get(OBJECT, '/2');
    expect(scripted.asked.map(({ path, headers }) => [path, headers.cookie])).toEqual([
      ['1', undefined],
      ['2', 'ibsession=abc'],
      ['2', undefined],
    ]);
  });

  it('drops the cookie of a dead session also at a write, and never sends the write again', async () => {
    const { http, scripted } = await server((_, index) =>
      index === 0
        ? { status: 200, json: {}, headers: { 'set-cookie': 'ibsession=abc; Path=/; HttpOnly' } }
        : index === 1
          ? { status: 404, html: page }
          : { status: 200, json: {} },
    );
    await http.get(OBJECT, '/1');
    await failure(http.send('POST', OBJECT, '/2', {}));
    await http.get(OBJECT, '/3');
    expect(scripted.asked.map(({ headers }) => headers.cookie)).toEqual([undefined, 'ibsession=abc', undefined]);
  });

  it('asks for a session where the publication keeps none, once, starts anew when it died, and ends it', async () => {
    const { http, scripted } = await server(
      ({ headers }, index) =>
        headers.ibsession === 'start'
          ? { status: 200, json: {}, headers: { 'set-cookie': `ibsession=s${index}; Path=/` } }
          : index === 2
            ? { status: 400, html: page }
            : { status: 200, json: {} },
      { session: 'ibsession' },
    );
    await http.get(OBJECT, '/1');
    await http.get(OBJECT, '/2');
    await http.get(OBJECT, '/3');
    await http.close();
    expect(scripted.asked.map(({ path, headers }) => [path, headers.ibsession, headers.cookie])).toEqual([
      ['1', 'start', undefined],
      ['2', undefined, 'ibsession=s0'],
      ['3', undefined, 'ibsession=s0'],
      ['3', 'start', undefined],
      ['', 'finish', 'ibsession=s3'],
    ]);
  });

  it('goes on without a session where the publication knows of none', async () => {
    const { http, scripted } = await server(() => ({ status: 200, json: {} }), { session: 'ibsession' });
    await http.get(OBJECT, '/1');
    await http.get(OBJECT, '/2');
    expect(scripted.asked.map(({ headers }) => headers.ibsession)).toEqual(['start', 'start']);
  });

  it('never has more requests under way than it is allowed, and serves them in order', async () => {
    const { http, scripted } = await server(() => 'silence', { concurrency: 2 });
    const stops = [0, 1, 2, 3].map(() => new AbortController());
    const reads = stops.map(({ signal }, index) => failure(http.get(OBJECT, `/${index}`, { signal })));
    for (const [index, stop] of stops.entries()) {
      await scripted.received(Math.min(index + 2, 4));
      expect(scripted.asked).toHaveLength(Math.min(index + 2, 4));
      stop.abort();
      await reads[index];
    }
    expect(scripted.asked.slice(2).map(({ path }) => path)).toEqual(['2', '3']);
  });

  it('stops a read at the signal without calling it a failure of 1C', async () => {
    const { http, scripted } = await server(() => 'silence');
    const stop = new AbortController();
    const read = failure(http.get(OBJECT, '/x', { signal: stop.signal }));
    await scripted.received(1);
    stop.abort();
    const error = await read;
    expect([error.outcome, error.code]).toEqual(['not-now', 'onec-interrupted']);
  });

  it('does not know how a write ended that was stopped after sending', async () => {
    const { http, scripted } = await server(() => 'silence');
    const stop = new AbortController();
    const write = failure(http.send('POST', OBJECT, '/x', {}, { signal: stop.signal }));
    await scripted.received(1);
    stop.abort();
    expect((await write).outcome).toBe('unknown');
  });

  it('a write that waited for its turn and was stopped was certainly not sent', async () => {
    const { http, scripted } = await server(() => 'silence', { concurrency: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const holding = failure(http.get(OBJECT, '/x', { signal: first.signal }));
    await scripted.received(1);
    const waiting = failure(http.send('POST', OBJECT, '/x', {}, { signal: second.signal }));
    second.abort();
    expect((await waiting).outcome).toBe('not-now');
    first.abort();
    await holding;
    expect(scripted.asked).toHaveLength(1);
  });

  it('the probe does not wait behind a long calculation', async () => {
    const scripted = await startScripted((asked) =>
      asked.path === '' ? { status: 200, json: { value: [] } } : 'silence',
    );
    const onec = createOneC({ ...scripted.config, concurrency: 1 }, { log: silentLog, clock: systemClock });
    closers.push(scripted.close, onec.close);
    const stop = new AbortController();
    const busy = failure(onec.listWarehouses({ signal: stop.signal }));
    await scripted.received(1);
    await onec.ping();
    stop.abort();
    await busy;
  });
});
