import { z } from 'zod';
import { untilDoneOrAborted } from '../async/abortable.ts';
import type { Clock } from '../clock/clock.ts';
import { OutcomeError } from '../errors/outcome.ts';
import type { CallOptions } from '../onec/port.ts';
import { listOf, type Named, namedSchema } from './answers.ts';
import { type AttributeValue, resolveAttributes } from './attributes.ts';
import type { Settings } from './config.ts';
import { configurationError } from './errors.ts';
import type { MoySkladHttp } from './http.ts';
import { filterOf } from './lookup.ts';

/** What every order of the hub refers to. */
export interface References {
  organization: Named;
  agent: Named;
  store: Named | null;
  state: Named | null;
  priceType: Named;
  /** Custom fields that every order gets. */
  attributes: AttributeValue[];
}

export interface ReferenceSource {
  /** Each by itself, asked anew; NULL where the settings name none. */
  organization(options?: CallOptions): Promise<Named>;
  agent(options?: CallOptions): Promise<Named>;
  store(options?: CallOptions): Promise<Named | null>;
  state(options?: CallOptions): Promise<Named | null>;
  priceType(options?: CallOptions): Promise<Named>;
  attributes(options?: CallOptions): Promise<AttributeValue[]>;
  /** Resolved once and kept for minutes. `not-now` (`moysklad-configuration`) where a name or id is not there. */
  resolve(options?: CallOptions): Promise<References>;
  /** The next `resolve` asks anew: МойСклад said that something of it is gone. */
  forget(): void;
}

const KEPT_MS = 5 * 60_000;
const SHOWN_NAMES = 10;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
/** МойСклад's «object not found». */
const NOT_FOUND = 'moysklad-1021';

const namedList = listOf(namedSchema);
const metadataSchema = z.object({ states: z.array(namedSchema).optional() });

export function createReferences(
  settings: Settings,
  { http, clock }: { http: MoySkladHttp; clock: Clock },
): ReferenceSource {
  let kept: { until: number; all: Promise<References> } | undefined;

  /** A dictionary entry by id or exact name, from the first of `types` that has it. */
  const find = async (wanted: string, what: What, types: string[], options: CallOptions): Promise<Named> => {
    for (const type of types) {
      const query = { filter: filterOf('name', [wanted]), limit: 3 };
      const found = UUID.test(wanted)
        ? await byId(type, wanted, options)
        : (await http.get(namedList, `/entity/${type}`, query, options)).rows;
      if (found.length === 1) return found[0]!;
      if (found.length > 1) {
        throw configurationError(
          `В МойСклад несколько ${what.plural} с именем «${wanted}». Укажите id в ${what.variable}.`,
        );
      }
    }
    const some = await http.get(namedList, `/entity/${types[0]}`, { limit: SHOWN_NAMES }, options);
    throw missing(what, wanted, some.rows);
  };

  const byId = async (type: string, id: string, options: CallOptions): Promise<Named[]> => {
    try {
      return [await http.get(namedSchema, `/entity/${type}/${id.toLowerCase()}`, {}, options)];
    } catch (error) {
      if (error instanceof OutcomeError && error.code === NOT_FOUND) return [];
      throw error;
    }
  };

  const each: Omit<ReferenceSource, 'resolve' | 'forget'> = {
    organization: (options = {}) => find(settings.organization, WHAT.organization, ['organization'], options),
    // МойСклад takes an organization as a customer, too.
    agent: (options = {}) => find(settings.agent, WHAT.agent, ['counterparty', 'organization'], options),
    store: async (options = {}) => (settings.store ? find(settings.store, WHAT.store, ['store'], options) : null),
    async state(options = {}) {
      if (!settings.state) return null;
      const { states = [] } = await http.get(metadataSchema, '/entity/customerorder/metadata', {}, options);
      return among(states, settings.state, WHAT.state);
    },
    async priceType(options = {}) {
      const path = '/context/companysettings/pricetype';
      if (!settings.priceType) return http.get(namedSchema, `${path}/default`, {}, options);
      return among(await http.get(z.array(namedSchema), path, {}, options), settings.priceType, WHAT.priceType);
    },
    attributes: (options = {}) => resolveAttributes(http, settings.attributes ?? [], options),
  };

  const resolveAll = async (): Promise<References> => {
    const [organization, agent, store, state, priceType, attributes] = await Promise.all([
      each.organization(),
      each.agent(),
      each.store(),
      each.state(),
      each.priceType(),
      each.attributes(),
    ]);
    return { organization, agent, store, state, priceType, attributes };
  };

  return {
    ...each,
    resolve({ signal } = {}) {
      const now = clock.now().getTime();
      if (kept === undefined || now >= kept.until) {
        const mine = { until: now + KEPT_MS, all: resolveAll() };
        kept = mine;
        // A failure is not kept; those who waited for it together share it.
        mine.all.catch(() => {
          if (kept === mine) kept = undefined;
        });
      }
      return untilDoneOrAborted(kept.all, signal);
    },
    forget() {
      kept = undefined;
    },
  };
}

interface What {
  variable: string;
  /** «нет …» */
  single: string;
  /** «несколько …» */
  plural: string;
}

const WHAT = {
  organization: { variable: 'MOYSKLAD_ORGANIZATION', single: 'организации', plural: 'организаций' },
  agent: { variable: 'MOYSKLAD_AGENT', single: 'контрагента', plural: 'контрагентов' },
  store: { variable: 'MOYSKLAD_STORE', single: 'склада', plural: 'складов' },
  state: { variable: 'MOYSKLAD_STATE', single: 'статуса заказа покупателя', plural: 'статусов' },
  priceType: { variable: 'MOYSKLAD_PRICE_TYPE', single: 'типа цен', plural: 'типов цен' },
} satisfies Record<string, What>;

function among(all: Named[], wanted: string, what: What): Named {
  const found = all.filter(({ id, name }) => id === wanted.toLowerCase() || name === wanted);
  if (found.length === 1) return found[0]!;
  if (found.length === 0) throw missing(what, wanted, all);
  throw configurationError(`В МойСклад несколько ${what.plural} с именем «${wanted}». Укажите id в ${what.variable}.`);
}

function missing(what: What, wanted: string, some: Named[]): OutcomeError {
  const names = some.slice(0, SHOWN_NAMES).map(({ name }) => `«${name}»`);
  const exist = names.length > 0 ? `Есть: ${names.join(', ')}.` : 'Там нет ни одного, доступного этому пользователю.';
  return configurationError(`В МойСклад нет ${what.single} «${wanted}». Исправьте ${what.variable}. ${exist}`);
}
