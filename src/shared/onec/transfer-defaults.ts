import { z } from 'zod';
import type { Clock } from '../clock/clock.ts';
import { OutcomeError } from '../errors/outcome.ts';
import { EMPTY_KEY, type Key } from '../planning/types.ts';
import type { Collections } from './collections.ts';
import type { OneCSettings } from './config.ts';
import { configurationError, findNamed, listed, readNamed } from './named-object.ts';
import { guid } from './odata.ts';
import type { CallOptions } from './port.ts';
import { key, localDate } from './schema.ts';
import type { Shape, Shapes } from './shapes.ts';
import { ACCEPTANCE_VARIANTS, TRANSFERS, type TransferDefaults } from './transfer-document.ts';

export const ORGANIZATIONS = 'Catalog_Организации';
export const PRIORITIES = 'Catalog_Приоритеты';
export const DEPARTMENTS = 'Catalog_СтруктураПредприятия';
export const USERS = 'Catalog_Пользователи';

/** What of an earlier order a new one takes after. */
const orderRow = z.object({
  Number: z.string(),
  Date: localDate,
  Организация_Key: key,
  Приоритет_Key: key,
  ВариантПриемкиТоваров: z.string(),
  ПеремещениеПодДеятельность: z.string(),
  Подразделение_Key: key,
  Ответственный_Key: key,
  Автор_Key: key,
});
type Whole = z.infer<typeof orderRow>;
/** Of a release that has not all of it. */
type Template = Pick<Whole, 'Number' | 'Date'> & Partial<Whole>;
type Field = Exclude<keyof Whole, 'Number' | 'Date'>;

/** FillValues of the standard configuration, for a base without a single transfer order. */
const FIRST_ORDER = { acceptance: 'РазделенаПоЗаказамИНакладным', activity: 'ПродажаОблагаетсяНДС' };

const KEPT_MS = 5 * 60_000;

/** Where a value of the header comes from. */
export type Source =
  | { from: 'setting'; variable: string }
  /** A posted order: of the same route, or the latest of any. */
  | { from: 'route' | 'latest'; number: string; date: string }
  /** The only organisation, the first priority. */
  | { from: 'only' | 'first' }
  /** FillValue of the configuration. */
  | { from: 'standard' }
  /** Left empty. */
  | { from: 'nowhere' }
  /** This release has no such property. */
  | { from: 'absent' };

export interface Chosen {
  value: string;
  source: Source;
}

export type ChosenDefaults = Record<keyof TransferDefaults, Chosen>;

export interface Route {
  senderKey: Key;
  recipientKey: Key;
}

/**
 * Fills a new order the way people of this base do: from the settings, else from the latest posted order of the same route,
 * else of any route, else from the only organisation and the first priority. Throws `onec-configuration` when the
 * organisation cannot be told. Answers are kept for five minutes.
 */
export function createTransferDefaults(
  collections: Collections,
  settings: OneCSettings,
  { clock, shapes }: { clock: Clock; shapes: Shapes },
): (route: Route, options?: CallOptions) => Promise<ChosenDefaults> {
  const kept = new Map<string, { until: number; value: ChosenDefaults }>();

  const latest = async (shape: Shape, filter: string, options?: CallOptions): Promise<Template | undefined> => {
    const select = Object.keys(orderRow.shape).filter((name) => shape.has(TRANSFERS, name));
    const query = { filter: `Posted eq true${filter}`, select, orderby: 'Date desc', top: 1 };
    // All that is asked for must come: what is missing then is no empty value.
    const asked = orderRow.pick(Object.fromEntries(select.map((name) => [name, true])) as Record<keyof Whole, true>);
    return (await collections.readSome<Template>(TRANSFERS, query, asked, options))[0];
  };

  const named = async (object: string, variable: string, value: string | undefined, options?: CallOptions) =>
    value === undefined
      ? undefined
      : setting(variable, await findNamed(collections, { object, variable, value }, options));

  async function read({ senderKey, recipientKey }: Route, options?: CallOptions): Promise<ChosenDefaults> {
    const shape = await shapes.current(options);
    const route = ` and СкладОтправитель_Key eq ${guid(senderKey)} and СкладПолучатель_Key eq ${guid(recipientKey)}`;
    const sameRoute = await latest(shape, route, options);
    let any: Promise<Template | undefined> | null = null;
    const earlier = async (field: Field): Promise<Chosen | undefined> => {
      const own = taken(sameRoute, field, 'route');
      if (own) return own;
      any ??= latest(shape, '', options);
      return taken(await any, field, 'latest');
    };
    const has = (field: Field) => shape.has(TRANSFERS, field);
    const nothing: Chosen = { value: EMPTY_KEY, source: { from: 'nowhere' } };
    const absent = (value: string): Chosen => ({ value, source: { from: 'absent' } });
    const responsible = await named(USERS, 'API_1C_RESPONSIBLE', settings.responsible, options);

    return {
      organizationKey:
        (await named(ORGANIZATIONS, 'API_1C_ORGANIZATION', settings.organization, options)) ??
        (await earlier('Организация_Key')) ??
        (await onlyOrganization(options)),
      priorityKey: !has('Приоритет_Key')
        ? absent(EMPTY_KEY)
        : ((await named(PRIORITIES, 'API_1C_PRIORITY', settings.priority, options)) ??
          (await earlier('Приоритет_Key')) ??
          (await firstPriority(options))),
      acceptance: acceptanceOf(shape) ??
        (await earlier('ВариантПриемкиТоваров')) ?? { value: FIRST_ORDER.acceptance, source: { from: 'standard' } },
      activity: !has('ПеремещениеПодДеятельность')
        ? absent('')
        : ((settings.activity === undefined ? undefined : setting('API_1C_VAT_ACTIVITY', settings.activity)) ??
          (await earlier('ПеремещениеПодДеятельность')) ?? {
            value: FIRST_ORDER.activity,
            source: { from: 'standard' },
          }),
      departmentKey:
        (await named(DEPARTMENTS, 'API_1C_DEPARTMENT', settings.department, options)) ??
        (await earlier('Подразделение_Key')) ??
        nothing,
      responsibleKey: responsible ?? (await earlier('Ответственный_Key')) ?? nothing,
      authorKey: has('Автор_Key') ? (responsible ?? (await earlier('Автор_Key')) ?? nothing) : absent(EMPTY_KEY),
    };
  }

  function acceptanceOf(shape: Shape): Chosen | undefined {
    const value = settings.acceptance;
    if (value === undefined) return undefined;
    const members = shape.members(ACCEPTANCE_VARIANTS);
    if (members === null || members.has(value)) return setting('API_1C_ACCEPTANCE', value);
    throw configurationError(
      `API_1C_ACCEPTANCE = «${value}»: у перечисления ${ACCEPTANCE_VARIANTS} такого значения нет. Есть: ${[...members].join(', ')}.`,
      { variable: 'API_1C_ACCEPTANCE', object: ACCEPTANCE_VARIANTS },
    );
  }

  async function onlyOrganization(options?: CallOptions): Promise<Chosen> {
    const all = await readNamed(collections, ORGANIZATIONS, options);
    if (all.length === 1) return { value: all[0]!.key, source: { from: 'only' } };
    throw configurationError(
      `Непонятно, от какой организации делать заказы на перемещение: проведённых заказов в 1С ещё нет. Задайте API_1C_ORGANIZATION. ${listed(all)}`,
      { variable: 'API_1C_ORGANIZATION', object: ORGANIZATIONS },
    );
  }

  async function firstPriority(options?: CallOptions): Promise<Chosen> {
    const [first] = await readNamed(collections, PRIORITIES, {
      ...options,
      orderby: 'РеквизитДопУпорядочивания,Ref_Key',
    });
    if (first) return { value: first.key, source: { from: 'first' } };
    throw configurationError('В 1С нет ни одного приоритета заказов, а заказ на перемещение без него не заполнен.', {
      variable: 'API_1C_PRIORITY',
      object: PRIORITIES,
    });
  }

  return async (route, options) => {
    const id = `${route.senderKey} ${route.recipientKey}`;
    const now = clock.now().getTime();
    const known = kept.get(id);
    if (known && known.until > now) return known.value;
    let value: ChosenDefaults;
    try {
      value = await read(route, options);
    } catch (error) {
      // A property gone with an update of the configuration, while the published names stayed the same.
      if (!(error instanceof OutcomeError && error.code === 'onec-bad-request')) throw error;
      shapes.forget();
      value = await read(route, options);
    }
    kept.set(id, { until: now + KEPT_MS, value });
    return value;
  };
}

/** What an earlier order says; undefined where it says nothing. */
function taken(order: Template | undefined, field: Field, from: 'route' | 'latest'): Chosen | undefined {
  const value = order?.[field];
  if (order === undefined || value === undefined || value === '' || value === EMPTY_KEY) return undefined;
  return { value, source: { from, number: order.Number.trim(), date: order.Date } };
}

const setting = (variable: string, value: string): Chosen => ({ value, source: { from: 'setting', variable } });

/** The values alone, for the document. */
export const valuesOf = (chosen: ChosenDefaults): TransferDefaults =>
  Object.fromEntries(Object.entries(chosen).map(([name, { value }]) => [name, value])) as unknown as TransferDefaults;
