/** An error that 1C's OData answers in its own words; `code` is one of 1C's codes 0–21, or −1. */
export class OnecError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.name = 'OnecError';
    this.status = status;
    this.code = String(code);
  }
}

export const badLiteral = (value: unknown, property: string) =>
  new OnecError(400, 1, `Ошибка при разборе значения «${String(value)}» свойства «${property}»`);
export const badValue = (value: unknown, property: string) =>
  new OnecError(400, 4, `Недопустимое значение «${String(value)}» свойства «${property}»`);
export const noSegment = (name: string) => new OnecError(400, 6, `Сегмент пути ${name} не найден!`);
export const noMethod = (name: string) => new OnecError(400, 6, `Метод не найден: ${name}`);
export const noEntityType = (name: string) => new OnecError(404, 8, `Тип сущности не найден: ${name}`);
export const noInstance = (type: string) =>
  new OnecError(404, 9, `Экземпляр сущности "${type}" не найден по переданному ключу.`);
export const badOption = (option: string, detail: string) =>
  new OnecError(400, 14, `Ошибка при разборе опции запроса ${option}: ${detail}`);
export const keyExists = () => new OnecError(400, 15, 'Сущность с таким ключом уже существует');
export const methodNotAllowed = (method: string) => new OnecError(405, 19, `Метод ${method} не поддерживается`);
export const internalError = () => new OnecError(500, -1, 'Внутренняя ошибка OData сервиса');
/** A refusal by the configuration's own code (posting, handlers): not a broken server, though it says 500. */
export const handlerError = (message: string) => new OnecError(500, -1, message);

/** JSON error body, as OData v3 of the platform writes it. */
export function errorJson(code: string, message: string): string {
  return JSON.stringify({ 'odata.error': { code, message: { lang: 'ru', value: message } } });
}

/** The same error for a client that did not ask for JSON. */
export function errorXml(code: string, message: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<m:error xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">' +
    `<m:code>${code}</m:code><m:message xml:lang="ru">${escapeXml(message)}</m:message></m:error>`
  );
}

/** What IIS answers before 1C ever sees the request: too long a URL, a forbidden character. */
export function iisPage(status: number, title: string): Response {
  const body =
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"><html><head>' +
    `<title>IIS 10.0 Detailed Error - ${status} - ${escapeXml(title)}</title></head>` +
    `<body><h2>HTTP Error ${status}</h2><h3>${escapeXml(title)}</h3></body></html>`;
  return new Response(body, { status, headers: { 'content-type': 'text/html; charset=utf-8' } });
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
