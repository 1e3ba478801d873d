import { z } from 'zod';
import type { CheckStep, StepOptions } from '../../check/step.ts';
import { findOutcome } from '../../errors/outcome.ts';
import { EMPTY_KEY, type Key, type Warehouse } from '../../planning/types.ts';
import type { Collections } from '../collections.ts';
import { resolveLimits } from '../limit-resolution.ts';
import { openLimits, SHARED } from '../limit-rows.ts';
import type { OneCCheckAsk } from '../port.ts';
import { key } from '../schema.ts';
import type { StockRegister } from '../stock-register.ts';
import {
  type Chosen,
  type ChosenDefaults,
  DEPARTMENTS,
  ORGANIZATIONS,
  PRIORITIES,
  type Route,
  type Source,
  USERS,
} from '../transfer-defaults.ts';
import { readWarehouses } from '../warehouses.ts';

interface Deps {
  ask: OneCCheckAsk;
  collections: Collections;
  stockRegister(options: StepOptions): Promise<StockRegister>;
  published(options: StepOptions): Promise<ReadonlySet<string>>;
  chooseDefaults(route: Route, options: StepOptions): Promise<ChosenDefaults>;
}

/** What the base holds for the hub: donors, limits, stock, and how an order would be filled. */
export function dataSteps({ ask, collections, stockRegister, published, chooseDefaults }: Deps): CheckStep[] {
  let warehouses: Warehouse[] = [];
  let withLimits: Key[] = [];
  const find = (name: string) => warehouses.find((one) => one.key === fold(name) || fold(one.name) === fold(name));
  const found = (names: readonly string[]) => names.flatMap((name) => find(name) ?? []);
  const recipients = () =>
    ask.recipients === null
      ? warehouses.filter((one) => withLimits.includes(one.key) && !found(ask.donors).includes(one))
      : found(ask.recipients);

  return [
    {
      id: 'warehouses',
      name: 'Склады хаба',
      quick: false,
      needs: ['rights'],
      async run(options) {
        warehouses = await readWarehouses(collections, options);
        const problems = [
          ...unknown('DONOR_WAREHOUSES', ask.donors, find),
          ...unknown('RECIPIENT_WAREHOUSES', ask.recipients ?? [], find),
        ];
        const names = warehouses.map(({ name }) => `«${name}»`).join(', ') || 'ни одного';
        if (problems.length > 0) {
          return {
            result: 'fail',
            code: 'unknown-warehouse',
            detail: `в 1С нет: ${problems.join(', ')}`,
            more: [`есть: ${names}`],
            cure: 'Исправьте название в настройке: оно должно совпадать с 1С до буквы (или укажите ключ). Пустой список — одна черта: DONOR_WAREHOUSES=-.',
          };
        }
        const donors = found(ask.donors).map(({ name }) => `«${name}»`);
        return {
          result: donors.length === 0 ? 'warn' : 'ok',
          detail:
            donors.length === 0 ? 'доноров нет: всё будет заказано в МойСклад' : `доноры найдены: ${donors.join(', ')}`,
          more: [`всего складов ${warehouses.length}: ${names}`],
          ...(donors.length === 0 && { cure: 'Если так не задумано, назовите склады-доноры в DONOR_WAREHOUSES.' }),
        };
      },
    },
    {
      id: 'limits',
      name: 'Товарные ограничения',
      quick: false,
      needs: ['warehouses'],
      async run(options) {
        const reader = await openLimits(collections, options);
        const shared = reader ? await reader.read(SHARED, options) : [];
        const counts: string[] = [];
        let all = 0;
        let left = 0;
        for (const warehouse of warehouses) {
          const resolved = resolveLimits(reader ? await reader.read(warehouse.key, options) : [], shared);
          left += Object.values(resolved.leftOut).reduce((sum, count) => sum + count, 0);
          if (resolved.limits.length === 0) continue;
          withLimits = [...withLimits, warehouse.key];
          all += resolved.limits.length;
          counts.push(`«${warehouse.name}»: ${resolved.limits.length}`);
        }
        if (recipients().length === 0) {
          return {
            result: 'warn',
            detail: `пополнять нечего: складов с действующими минимумами нет${left > 0 ? `, а не учтено строк: ${left}` : ''}`,
            cure: 'Задайте в 1С «Товарные ограничения» с методом «Поддержание запаса (min-max)» для складов-получателей.',
          };
        }
        const skipped = left === 0 ? [] : [`не учтено строк (не действуют, другой метод): ${left}`];
        return { result: 'ok', detail: `действующих минимумов ${all}`, more: [counts.join(', '), ...skipped] };
      },
    },
    {
      id: 'stock',
      name: 'Остатки',
      quick: false,
      needs: ['strategy', 'limits'],
      async run(options) {
        const register = await stockRegister(options);
        const read = [...found(ask.donors), ...recipients().slice(0, 1)];
        const told: string[] = [];
        let rows = 0;
        for (const { key: ref, name } of read) {
          const startedMs = performance.now();
          const stock = await register.read(ref, options);
          rows += stock.length;
          const waiting = (await register.unsettled?.(ref, options))?.length ?? 0;
          const seconds = ((performance.now() - startedMs) / 1000).toFixed(1).replace('.', ',');
          told.push(`«${name}»: ${stock.length} за ${seconds} с${waiting > 0 ? `, пересчитывается ${waiting}` : ''}`);
        }
        if (rows === 0) {
          await register.confirmEmpty(
            read.map((one) => one.key),
            options,
          );
          return {
            result: 'warn',
            detail: 'на проверенных складах пусто',
            cure: 'Сравните с отчётом «Остатки и доступность товаров»: если товар там есть, хабу видно не то.',
          };
        }
        return { result: 'ok', detail: `строк ${rows}`, more: told };
      },
    },
    {
      id: 'order-defaults',
      name: 'Шапка заказа',
      quick: false,
      needs: ['limits', 'metadata'],
      async run(options) {
        const [donor] = found(ask.donors);
        const [recipient] = recipients();
        if (!donor || !recipient) return { result: 'ok', detail: 'перемещать неоткуда или некуда: не нужна' };
        const chosen = await chooseDefaults({ senderKey: donor.key, recipientKey: recipient.key }, options);
        const names = await namesOf(chosen, await published(options), options);
        const usual = mostCommon(FIELDS.map(([field]) => told(chosen[field].source)));
        const lines = FIELDS.map(([field, title]) => `${title}: ${shown(chosen[field], names, usual)}`);
        return { result: 'ok', detail: `«${donor.name}» → «${recipient.name}», ${usual}:`, more: lines };
      },
    },
  ];

  async function namesOf(chosen: ChosenDefaults, there: ReadonlySet<string>, options: StepOptions) {
    const names = new Map<Key, string>();
    for (const [field, , object] of FIELDS) {
      const { value } = chosen[field];
      if (object === undefined || value === EMPTY_KEY || !there.has(object)) continue;
      const query = { select: Object.keys(namedRow.shape) };
      try {
        for (const row of await collections.byKeys(object, [value], query, namedRow, options))
          names.set(row.Ref_Key, row.Description);
      } catch (error) {
        // Told by the step about rights; the key stands for the name then.
        if (findOutcome(error)?.code !== 'onec-no-rights') throw error;
      }
    }
    return names;
  }
}

const namedRow = z.object({ Ref_Key: key, Description: z.string() });

const FIELDS: [field: keyof ChosenDefaults, title: string, object?: string][] = [
  ['organizationKey', 'организация', ORGANIZATIONS],
  ['priorityKey', 'приоритет', PRIORITIES],
  ['acceptance', 'вариант приёмки'],
  ['activity', 'деятельность (НДС)'],
  ['departmentKey', 'подразделение', DEPARTMENTS],
  ['responsibleKey', 'ответственный', USERS],
  ['authorKey', 'автор', USERS],
];

/** `usual` is said once, in the heading. */
function shown({ value, source }: Chosen, names: ReadonlyMap<Key, string>, usual: string): string {
  if (source.from === 'absent' || source.from === 'nowhere') return told(source);
  const name = names.get(value);
  const whence = told(source);
  return `${name === undefined ? value : `«${name}»`}${whence === usual ? '' : ` (${whence})`}`;
}

function told(source: Source): string {
  switch (source.from) {
    case 'setting':
      return `настройка ${source.variable}`;
    case 'route':
      return `как в последнем проведённом заказе этого маршрута ${source.number} от ${day(source.date)}`;
    case 'latest':
      return `как в последнем проведённом заказе ${source.number} от ${day(source.date)}`;
    case 'only':
      return 'единственная в базе';
    case 'first':
      return 'первый по порядку';
    case 'absent':
      return 'в этой версии УТ нет';
    case 'nowhere':
      return 'не заполняется';
    default:
      return 'стандартное значение УТ: проведённых заказов ещё нет';
  }
}

function mostCommon(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

/** `2026-03-02T10:00:00` as 02.03.2026. */
const day = (local: string) => local.slice(0, 10).split('-').reverse().join('.');

const unknown = (variable: string, names: readonly string[], find: (name: string) => Warehouse | undefined) =>
  names.filter((name) => !find(name)).map((name) => `«${name}» (${variable})`);

const fold = (text: string) => text.trim().toLocaleLowerCase('ru');
