import { z } from 'zod';
import type { CheckStep, Finding, StepOptions, SystemCheck } from '../../check/step.ts';
import type { Clock } from '../../clock/clock.ts';
import type { OutcomeError } from '../../errors/outcome.ts';
import { EMPTY_KEY } from '../../planning/types.ts';
import { readAttributes, unfilled } from '../attributes.ts';
import type { Settings } from '../config.ts';
import { CREDENTIALS_CODE } from '../errors.ts';
import type { MoySkladHttp } from '../http.ts';
import type { FoundLink, LinkItem, MoySkladCheckAsk } from '../port.ts';
import type { ReferenceSource } from '../references.ts';
import { createWeigher, type TokenKind } from '../weights.ts';

interface Deps {
  http: MoySkladHttp;
  settings: Settings;
  references: ReferenceSource;
  clock: Clock;
  findLinks(items: readonly LinkItem[], options: StepOptions): Promise<FoundLink[]>;
}

const employee = z.object({ id: z.string(), name: z.string().optional() });

const BASKET = 45;
const DAY_MS = 24 * 60 * 60 * 1000;
/** How far ahead a dearer weight is announced. */
const AHEAD_DAYS = 60;
const ORDERS = '/entity/customerorder';
/** Fewer of the sample that are found say that something is wrong with the way of matching, not with single goods. */
const GOOD_SHARE = 0.9;
const SHOWN = 10;

const kinds: Record<TokenKind, string> = {
  user: 'пользователь (логин или его токен)',
  solution: 'опубликованное решение',
  'draft-solution': 'решение в черновике или на модерации',
};

/** See `MoySklad.check`. Every step only reads. */
export function createCheck(deps: Deps, { sample }: MoySkladCheckAsk = {}): SystemCheck {
  const { http, settings, references, clock, findLinks } = deps;
  const named = (
    id: string,
    name: string,
    find: (options: StepOptions) => Promise<{ name: string } | null>,
    more: (found: { name: string }) => string = (found) => `«${found.name}»`,
  ): CheckStep => ({
    id,
    name,
    quick: false,
    needs: ['credentials'],
    async run(options) {
      const found = await find(options);
      return { result: 'ok', detail: found === null ? 'не задано: в заказах останется пустым' : more(found) };
    },
  });

  const steps: CheckStep[] = [
    {
      id: 'credentials',
      name: 'Связь и токен',
      quick: true,
      async run(options) {
        const { name } = await http.get(employee, '/context/employee', {}, options);
        return { result: 'ok', detail: `МойСклад отвечает и узнаёт хаб${name ? ` как «${name}»` : ''}` };
      },
    },
    {
      id: 'weight',
      name: 'Лимит запросов',
      quick: false,
      needs: ['credentials'],
      run: async () => judgeWeight(settings, clock.now()),
    },
    named('organization', 'Организация', (options) => references.organization(options)),
    named('agent', 'Контрагент', (options) => references.agent(options)),
    named('store', 'Склад', (options) => references.store(options)),
    named('state', 'Статус заказа', (options) => references.state(options)),
    named(
      'price-type',
      'Тип цен',
      (options) => references.priceType(options),
      ({ name }) => `«${name}»${settings.priceType ? '' : ' (главный в аккаунте; другой — в MOYSKLAD_PRICE_TYPE)'}`,
    ),
    {
      id: 'attributes',
      name: 'Доп. поля заказа',
      quick: false,
      needs: ['credentials'],
      run: (options) => judgeAttributes(deps, options),
    },
    {
      id: 'orders',
      name: 'Заказы покупателей',
      quick: false,
      needs: ['credentials'],
      async run(options) {
        await http.get(z.object({ rows: z.array(z.unknown()) }), ORDERS, { limit: 1 }, options);
        return {
          result: 'ok',
          detail: 'читаются',
          more: ['право создавать и проводить их покажет первый заказ: проверка ничего не пишет'],
        };
      },
    },
  ];
  if (sample !== undefined) {
    steps.push({
      id: 'sample',
      name: 'Товары по образцу',
      quick: false,
      needs: ['credentials', 'price-type'],
      async run(options) {
        const items = await sample(options);
        const links = await findLinks(
          items.map(({ name, ...item }) => ({ ...item, characteristicKey: EMPTY_KEY, itemName: name, unit: '' })),
          options,
        );
        return judgeSample(items, links, settings);
      },
    });
  }
  return { system: 'moysklad', steps, cureOf };
}

function judgeWeight({ tokenKind, weight }: Settings, now: Date): Finding {
  const weigh = createWeigher(tokenKind, weight);
  const at = (date: Date) => weigh(ORDERS, date);
  const perWindow = (units: number) => Math.floor(BASKET / units);
  const units = at(now);
  const dearer = Array.from({ length: AHEAD_DAYS }, (_, index) => new Date(now.getTime() + (index + 1) * DAY_MS)).find(
    (date) => at(date) !== units,
  );
  const detail = `${kinds[tokenKind]}: запрос стоит ${units} из ${BASKET}, ${perWindow(units)} запросов за 3 с, не больше 5 сразу`;
  if (dearer === undefined) return { result: 'ok', detail };
  const day = new Intl.DateTimeFormat('ru', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'Europe/Moscow',
  });
  return {
    result: 'ok',
    detail,
    more: [
      `с ${day.format(dearer)} запрос будет стоить ${at(dearer)}: ${perWindow(at(dearer))} за 3 с. Хаб перейдёт сам`,
    ],
  };
}

async function judgeAttributes({ http, settings, references }: Deps, options: StepOptions): Promise<Finding> {
  const definitions = await readAttributes(http, options);
  const set = settings.attributes ?? [];
  const missing = unfilled(definitions, set);
  if (missing.length > 0) {
    const list = missing.map((name) => `«${name}»`).join(', ');
    return {
      result: 'fail',
      code: 'moysklad-attributes-missing',
      detail: `обязательные поля без значения: ${list}`,
      cure: `МойСклад не примет без них ни одного заказа. Задайте MOYSKLAD_ATTRIBUTES="${missing.map((name) => `${name}=значение`).join('; ')}" или снимите обязательность: Настройки → Заказы покупателей → Доп. поля.`,
    };
  }
  await references.attributes(options);
  const required = definitions.filter((one) => one.required).length;
  return { result: 'ok', detail: `обязательных: ${required}, хаб заполняет: ${set.length}` };
}

function judgeSample(items: readonly { name: string }[], links: readonly FoundLink[], settings: Settings): Finding {
  if (items.length === 0) return { result: 'warn', detail: 'в 1С не нашлось товаров для пробы' };
  const found = links.filter(({ status }) => status === 'found').length;
  const percent = Math.floor((found / items.length) * 100);
  const detail = `по полю ${settings.matchBy} найдено ${found} из ${items.length} (${percent} %)`;
  const bad = links.flatMap(({ problem, matchValue }, index) =>
    problem === null ? [] : [`${items[index]!.name}: ${problems[problem]}${matchValue ? ` («${matchValue}»)` : ''}`],
  );
  const more = [...bad.slice(0, SHOWN), ...(bad.length > SHOWN ? [`и ещё ${bad.length - SHOWN}`] : [])];
  const priceless = links.filter(({ status, price }) => status === 'found' && price === null).length;
  if (priceless > 0) more.push(`без цены этого типа: ${priceless}, в заказе она будет 0`);
  if (found === 0) {
    return {
      result: 'fail',
      code: 'moysklad-nothing-matches',
      detail,
      more,
      cure: 'Товары двух систем не связаны этим полем. Смените MOYSKLAD_MATCH_BY (article, code, externalCode, barcode) или заполните поле в МойСклад.',
    };
  }
  if (found < items.length * GOOD_SHARE) {
    return { result: 'warn', detail, more, cure: 'Полный список с суммами: npm run hub -- links --refresh.' };
  }
  return { result: 'ok', detail, more };
}

const problems: Record<NonNullable<FoundLink['problem']>, string> = {
  'no-value': 'в 1С поле пусто',
  missing: 'в МойСклад нет',
  archived: 'в МойСклад в архиве',
  many: 'в МойСклад несколько',
  unit: 'другая единица',
};

function cureOf({ code }: OutcomeError): string | undefined {
  if (code === CREDENTIALS_CODE) {
    return 'Создайте токен в МойСклад (Настройки → Обмен данными → Токены) и впишите в MOYSKLAD_TOKEN. Новый токен, полученный через API, отменяет прежние.';
  }
  if (code === 'moysklad-rights') {
    return 'Дайте сотруднику роль, которой видны организации, контрагенты, товары и заказы покупателей, и разрешён доступ к API. Если доступ отключён автоматически, его возвращает поддержка МойСклад.';
  }
  if (code === 'moysklad-unreachable') {
    return 'Проверьте MOYSKLAD_URL, DNS и выход в интернет с этой машины (порт 443, прокси).';
  }
  if (code === 'moysklad-tariff') return 'Для API нужен платный тариф: Настройки → Подписка.';
  return undefined;
}
