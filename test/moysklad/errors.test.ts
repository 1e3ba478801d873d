import { describe, expect, it } from 'vitest';
import { type Asked, answerError, networkError } from '../../src/shared/moysklad/errors.ts';

const read: Asked = { kind: 'read', path: '/entity/product' };
const write: Asked = { kind: 'write', path: '/entity/customerorder' };
const body = (code: number, parameter?: string) =>
  JSON.stringify({ errors: [{ error: `Ошибка ${code}`, code, ...(parameter && { parameter }) }] });

describe('an answer that is no success', () => {
  it.each([
    ['wrong token', write, 401, body(1056), 'not-now', 'moysklad-credentials'],
    ['401 without a word', write, 401, '', 'not-now', 'moysklad-credentials'],
    ['too many log-ins', write, 403, body(1048), 'not-now', 'moysklad-credentials'],
    ['no right to create', write, 403, body(1045), 'not-now', 'moysklad-rights'],
    ['no right to post, as 412', write, 412, body(1092), 'not-now', 'moysklad-rights'],
    ['access switched off', read, 403, '', 'not-now', 'moysklad-rights'],
    ['tariff', write, 402, body(1070), 'not-now', 'moysklad-tariff'],
    ['rate', write, 429, body(1049), 'not-now', 'moysklad-rate'],
    ['parallel', write, 429, body(1073), 'not-now', 'moysklad-parallel'],
    ['429 without a word', write, 429, '', 'not-now', 'moysklad-rate'],
    ['maintenance', write, 503, body(1074), 'not-now', 'moysklad-maintenance'],
    ['maintenance at a read', read, 503, body(1074), 'not-now', 'moysklad-maintenance'],
    ['408 after a write', write, 408, '', 'unknown', 'moysklad-server-error'],
    ['499 of a proxy after a write', write, 499, '<html>', 'unknown', 'moysklad-server-error'],
    ['425 of a proxy after a write', write, 425, '<html>', 'unknown', 'moysklad-server-error'],
    ['408 after a read', read, 408, '', 'not-now', 'moysklad-down'],
    ['503 of a proxy after a write', write, 503, '<html>', 'unknown', 'moysklad-server-error'],
    ['502 after a write', write, 502, '<html>', 'unknown', 'moysklad-server-error'],
    ['500 after a write', write, 500, '', 'unknown', 'moysklad-server-error'],
    ['took too long', write, 504, body(1088), 'unknown', 'moysklad-server-error'],
    ['500 after a read', read, 500, '', 'retry', 'moysklad-server-error'],
    ['502 after a read', read, 502, '<html>', 'not-now', 'moysklad-down'],
    ['503 after a read', read, 503, '', 'not-now', 'moysklad-down'],
    ['redirect', read, 308, '', 'not-now', 'moysklad-configuration'],
    ['404 of another server', read, 404, '<html>', 'not-now', 'moysklad-configuration'],
    ['unknown path', read, 404, body(1002), 'not-now', 'moysklad-configuration'],
    ['415 without a body', read, 415, '', 'not-now', 'moysklad-configuration'],
    ['required field', write, 412, body(3000, 'agent'), 'refused', 'moysklad-3000'],
    ['object not found', write, 404, body(1021), 'refused', 'moysklad-1021'],
    ['closed period', write, 412, body(17009), 'refused', 'moysklad-17009'],
    ['too big, in HTML', write, 413, '<html>', 'refused', 'moysklad-http-413'],
    ['changed meanwhile', write, 412, body(1065), 'retry', 'moysklad-1065'],
  ] as const)('%s', (_what, asked, status, text, outcome, code) => {
    const error = answerError(asked, { status, text, headers: {} });
    expect([error.outcome, error.code, error.system]).toEqual([outcome, code, 'moysklad']);
    expect(error.details.status).toBe(status);
  });

  it('for maintenance that broke into a write makes everybody wait, and knows that the document may exist', () => {
    const maintenance = { status: 503, text: body(1074), headers: {} };
    expect(answerError(write, maintenance).mayExist).toBe(true);
    expect(answerError(read, maintenance).mayExist).toBeUndefined();
  });

  it('says what МойСклад said, with code and field', () => {
    const error = answerError(write, { status: 412, text: body(3000, 'Ссылка'), headers: {} });
    expect(error.message).toBe('МойСклад отказал. Ответ: HTTP 412, «Ошибка 3000» (код 3000, поле «Ссылка»).');
  });

  it('takes X-Lognex-Retry-After for milliseconds, and a second for the parallel limit', () => {
    const headers = { 'x-lognex-retry-after': '1700' };
    expect(answerError(write, { status: 429, text: body(1049), headers }).retryAfterMs).toBe(1700);
    expect(answerError(write, { status: 429, text: body(1073), headers }).retryAfterMs).toBe(1000);
  });

  it('names the variable to fix where the credentials are wrong', () => {
    const error = answerError(read, { status: 401, text: body(1056), headers: {} });
    expect(error.message).toContain('Исправьте MOYSKLAD_TOKEN (или MOYSKLAD_LOGIN и MOYSKLAD_PASSWORD)');
  });
});

describe('no answer', () => {
  it.each([
    ['refused connection', write, { code: 'ECONNREFUSED' }, 'not-now', 'moysklad-unreachable'],
    ['unknown host', write, { code: 'ENOTFOUND' }, 'not-now', 'moysklad-unreachable'],
    ['no connection in time', write, { code: 'ETIMEDOUT', phase: 'connect' }, 'not-now', 'moysklad-unreachable'],
    ['no answer in time to a write', write, { code: 'ETIMEDOUT', phase: 'request' }, 'unknown', 'moysklad-answer-lost'],
    ['cut connection of a write', write, { code: 'ECONNRESET' }, 'unknown', 'moysklad-answer-lost'],
    ['something unheard-of with a write', write, {}, 'unknown', 'moysklad-answer-lost'],
    ['no answer in time to a read', read, { code: 'ETIMEDOUT', phase: 'request' }, 'not-now', 'moysklad-unreachable'],
    ['cut connection of a read', read, { code: 'ECONNRESET' }, 'not-now', 'moysklad-unreachable'],
  ] as const)('%s', (_what, asked, failure, outcome, code) => {
    const error = networkError(asked, { ...failure, cause: new Error('cause') });
    expect([error.outcome, error.code]).toEqual([outcome, code]);
  });
});
