import { timingSafeEqual } from 'node:crypto';

export interface Credentials {
  user: string;
  password: string;
}

/** True when the header is Basic with exactly these credentials in UTF-8 (1C behind IIS refuses cp1251). */
export function isAuthorised(header: string | undefined, { user, password }: Credentials): boolean {
  const match = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(header ?? '');
  if (!match) return false;
  const given = Buffer.from(match[1]!, 'base64');
  const wanted = Buffer.from(`${user}:${password}`, 'utf8');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** 401 as the web server answers it: HTML, no OData code. */
export function unauthorised(): Response {
  return new Response('<html><head><title>401 - Unauthorized</title></head><body><h1>401</h1></body></html>', {
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="1C"', 'content-type': 'text/html; charset=utf-8' },
  });
}
