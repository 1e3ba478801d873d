import type { Fault } from './faults.ts';

const moySkladErrors: Record<number, { status: number; error: string }> = {
  1049: { status: 429, error: 'Превышено ограничение на количество запросов в единицу времени' },
  1073: { status: 429, error: 'Превышено ограничение на одновременное количество запросов' },
  1074: { status: 503, error: 'Сервис временно недоступен: идут технические работы' },
};
const WINDOW_MS = 3000;

/** The answer of a fault of kind `status`, `down` or `html`, in the words of the system it strikes. */
export function faultAnswer(fault: Fault): Response {
  if (fault.kind === 'html') return page(fault, fault.status ?? 502);
  if (fault.kind === 'down')
    return fault.system === '1c' ? page(fault, fault.status ?? 503) : moySklad(fault, 503, 1074);
  if (fault.system === '1c') return onec(fault, fault.status ?? 500);
  const status = fault.status ?? 500;
  return moySklad(fault, status, status === 429 ? 1049 : status === 503 ? 1074 : 1036);
}

function onec(fault: Fault, status: number): Response {
  const code = String(fault.code ?? '-1');
  const value = fault.message ?? 'Внутренняя ошибка OData сервиса';
  const body = { 'odata.error': { code, message: { lang: 'ru', value } } };
  return answer(fault, status, JSON.stringify(body), { 'content-type': 'application/json;charset=utf-8' });
}

function moySklad(fault: Fault, defaultStatus: number, defaultCode: number): Response {
  const code = Number(fault.code ?? defaultCode);
  const status = fault.status ?? defaultStatus;
  const error = fault.message ?? moySkladErrors[code]?.error ?? 'Внутренняя ошибка сервера';
  const moreInfo = `https://dev.moysklad.ru/doc/api/remap/1.2/#error_${code}`;
  return answer(fault, status, JSON.stringify({ errors: [{ error, code, moreInfo }] }), {
    'content-type': 'application/json;charset=utf-8',
    ...(status === 429 ? limitHeaders(code) : {}),
  });
}

/** The rate limit speaks in milliseconds; the limit of parallel requests has no useful waiting time. */
function limitHeaders(code: number): Record<string, string> {
  const wait = code === 1073 ? '0' : String(WINDOW_MS);
  return {
    'X-RateLimit-Limit': '45',
    'X-RateLimit-Remaining': '0',
    'X-Lognex-Retry-TimeInterval': String(WINDOW_MS),
    'X-Lognex-Reset': wait,
    'X-Lognex-Retry-After': wait,
    'X-Lognex-Auth': code === 1073 ? '429005' : '429002',
  };
}

/** What a web server or proxy in front says: HTML, nothing of the system's own format. */
function page(fault: Fault, status: number): Response {
  const title = fault.message ?? (status === 503 ? 'Service Unavailable' : 'Bad Gateway');
  const html = `<html><head><title>${status} ${title}</title></head><body><h2>HTTP Error ${status}. ${title}</h2></body></html>`;
  return answer(fault, status, html, { 'content-type': 'text/html; charset=utf-8' });
}

function answer(fault: Fault, status: number, body: string, headers: Record<string, string>): Response {
  const own = fault.body;
  const chosen = own === undefined ? body : typeof own === 'string' ? own : JSON.stringify(own);
  return new Response(chosen, { status, headers: { ...headers, ...fault.headers } });
}
