import type { createApp } from '../../src/api/app.ts';
import { createNotifier } from '../../src/shared/alarms/notifier.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { hashPassword } from '../../src/shared/people/password.ts';
import { type Person, ROLES, type Role } from '../../src/shared/people/people.ts';
import { type ApiFixture, createApiFixture } from '../api/fixture.ts';

type App = ReturnType<typeof createApp>;

/** As cheap as a hash may be: tests log in often. */
const CHEAP = { log2N: 10, r: 8, p: 1 };
export const PASSWORD = 'correct horse battery';
export const names: Record<Role, string> = { viewer: 'Вера', operator: 'Олег', admin: 'Анна' };

export const somePeople = (): Promise<Person[]> =>
  Promise.all(ROLES.map(async (role) => ({ name: names[role], role, hash: await hashPassword(PASSWORD, CHEAP) })));

export interface ConsoleFixture extends ApiFixture {
  people: Person[];
  as(role: Role): Promise<Visitor>;
}

/** The API with one person of each role. */
export async function createConsoleFixture(): Promise<ConsoleFixture> {
  const api = await createApiFixture();
  const people = await somePeople();
  const { config } = api.deps;
  // A way to tell alarms that always gets through.
  const notifier = createNotifier([{ name: 'webhook', send: async () => undefined }], silentLog);
  const deps = { ...api.deps, notifier, config: { ...config, admin: { ...config.admin, token: 's3cret', people } } };
  const app = api.appWith(deps);
  return { ...api, deps, app, people, as: (role) => logIn(app, names[role]) };
}

/** Somebody with a browser: a cookie, and the token of the forms. */
export interface Visitor {
  cookie: string;
  csrf: string;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Sends a form as the page would: with its token, unless `csrf` says otherwise. */
  post(path: string, fields?: Record<string, string | string[]>, csrf?: string): Promise<Response>;
}

export async function logIn(app: App, name: string): Promise<Visitor> {
  const answer = await app.request('/console/login', form({ name, password: PASSWORD }));
  if (answer.status !== 303) throw new Error(`Login of ${name}: ${answer.status} ${await answer.text()}`);
  const cookie = answer.headers.get('Set-Cookie')?.split(';')[0] ?? '';
  const get = async (path: string, headers: Record<string, string> = {}) =>
    app.request(path, { headers: { Cookie: cookie, 'Accept-Language': 'ru', ...headers } });
  const page = await (await get('/console')).text();
  const csrf = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
  return {
    cookie,
    csrf,
    get,
    post: async (path, fields = {}, given = csrf) => app.request(path, form({ ...fields, _csrf: given }, cookie)),
  };
}

export function form(fields: Record<string, string | string[]>, cookie?: string): RequestInit {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one);
  return {
    method: 'POST',
    body,
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      ...(cookie === undefined ? {} : { Cookie: cookie }),
    },
  };
}
