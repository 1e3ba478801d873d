import { z } from 'zod';
import type { CheckStep, Finding, StepOptions } from '../../check/step.ts';
import { findOutcome } from '../../errors/outcome.ts';
import { CHARACTERISTICS } from '../characteristics.ts';
import type { Collections } from '../collections.ts';
import { howToPublish, shownIn1C } from '../publication-path.ts';
import type { Shapes } from '../shapes.ts';
import { DISTRIBUTION_QUEUE } from '../stock-distribution-register.ts';
import { nearlyChosen, STRATEGIES, strategyFor } from '../strategy.ts';
import { DEPARTMENTS, ORGANIZATIONS, PRIORITIES } from '../transfer-defaults.ts';
import { TRANSFERS } from '../transfer-document.ts';
import { TRANSFER_ORDERS_REGISTER } from '../transfer-watch.ts';
import { howToAllow } from './cures.ts';

interface Deps {
  published(options: StepOptions): Promise<ReadonlySet<string>>;
  shapes: Shapes;
  collections: Collections;
  needed: readonly string[];
}

/** What the hub works without, and what it then cannot do. */
const USEFUL: Record<string, string> = {
  [TRANSFER_ORDERS_REGISTER]: 'сверка не узнает, что из перемещений уже получено',
  [CHARACTERISTICS]: 'проверка остатков встанет на первом товаре с характеристикой',
  [ORGANIZATIONS]: 'организацию для первого заказа не выбрать по имени',
  [PRIORITIES]: 'приоритет для первого заказа не выбрать',
  [DEPARTMENTS]: 'подразделение не выбрать по имени',
};

const anyRow = z.record(z.string(), z.unknown());

/** The publication as a whole: objects that are good to have, how stock is read, `$metadata`, rights. */
export function baseSteps({ published, shapes, collections, needed }: Deps): CheckStep[] {
  return [
    {
      id: 'useful',
      name: 'Желательные объекты',
      quick: false,
      needs: ['composition'],
      async run(options) {
        const there = await published(options);
        const missing = Object.keys(USEFUL).filter((name) => !there.has(name));
        if (missing.length === 0) return { result: 'ok', detail: 'опубликованы все' };
        return {
          result: 'warn',
          detail: `не опубликовано: ${missing.join(', ')}`,
          more: missing.map((name) => `«${shownIn1C(name)}»: без него ${USEFUL[name]}`),
          cure: howToPublish(missing),
        };
      },
    },
    {
      id: 'strategy',
      name: 'Откуда берутся остатки',
      quick: false,
      needs: ['composition'],
      run: async (options) => judgeStrategy(await published(options)),
    },
    {
      id: 'metadata',
      name: 'Описание базы ($metadata)',
      quick: false,
      needs: ['composition'],
      async run(options) {
        const shape = await shapes.current({ ...options, published: await published(options) });
        if (!shape.known) {
          return {
            result: 'warn',
            detail: 'не читается: хаб считает, что у базы есть всё, что есть в УТ 11.5',
            cure: 'Проверьте, отдаёт ли веб-сервер адрес …/odata/standard.odata/$metadata: он велик (до 17 МБ) и на полной базе собирается до полуминуты.',
          };
        }
        const lacks = ['Приоритет_Key', 'Автор_Key', 'ПеремещениеПодДеятельность'].filter(
          (property) => !shape.has(TRANSFERS, property),
        );
        const without =
          lacks.length === 0 ? 'все реквизиты' : `нет реквизитов ${lacks.join(', ')}, хаб их не заполняет`;
        return { result: 'ok', detail: `прочитано; у заказа на перемещение ${without}` };
      },
    },
    {
      id: 'rights',
      name: 'Права на чтение',
      quick: false,
      needs: ['composition'],
      async run(options) {
        const there = await published(options);
        const readable = (object: string) => collections.readSome(object, { top: 1 }, anyRow, options);
        for (const object of needed) await readable(object);
        const useful = Object.keys(USEFUL).filter(
          // A register of balances is asked in another way, by the step that reads them.
          (name) => there.has(name) && !name.startsWith('AccumulationRegister_'),
        );
        const closed: string[] = [];
        for (const object of useful) {
          try {
            await readable(object);
          } catch (error) {
            if (findOutcome(error)?.code !== 'onec-no-rights') throw error;
            closed.push(object);
          }
        }
        if (closed.length > 0) {
          return {
            result: 'warn',
            detail: `нет права читать ${closed.join(', ')}`,
            more: closed.map((name) => `без этого ${USEFUL[name]}`),
            cure: howToAllow(closed.join(', ')),
          };
        }
        return {
          result: 'ok',
          detail: `читаются все объекты: ${needed.length + useful.length}`,
          more: ['право записывать и проводить заказы покажет первый документ: проверка ничего не пишет'],
        };
      },
    },
  ];
}

function judgeStrategy(published: ReadonlySet<string>): Finding {
  const strategy = strategyFor(published);
  if (strategy) {
    const queue = strategy.objects.includes(DISTRIBUTION_QUEUE);
    const note = queue ? ['места, которые 1С ещё пересчитывает, в расчёт не берутся'] : [];
    return { result: 'ok', detail: strategy.title, more: note };
  }
  const [nearest] = nearlyChosen(published);
  const missing = nearest?.missing ?? STRATEGIES.at(-1)!.objects;
  return {
    result: 'fail',
    code: 'onec-no-stock-register',
    detail: nearest
      ? `для способа ${nearest.strategy.title} не опубликовано: ${missing.join(', ')}`
      : 'ни один регистр остатков не опубликован',
    more: STRATEGIES.map(({ title }) => `годится ${title}`),
    cure: howToPublish(missing),
  };
}
