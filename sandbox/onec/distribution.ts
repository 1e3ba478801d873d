import { freeStock } from './free-rule.ts';
import type { Register } from './register.ts';
import { EMPTY_DATE, EMPTY_GUID, namedGuid, type Row } from './values.ts';

/**
 * «Распределение запасов»: what a background job works out of the movements. Where `lag` says so the job has not come yet:
 * rows stay as they were, and each place that moved since stands in the queue «Задания к распределению запасов».
 */
export interface Distribution {
  rows(): Row[];
  queue(): Row[];
  /** From now on the job does not run, until `catchUp`. */
  stall(): void;
  catchUp(): void;
}

export function createDistribution(stock: Register, now: () => string): Distribution {
  let stalled: { rows: Row[]; places: Map<string, string> } | null = null;
  return {
    rows: () => stalled?.rows ?? workOut(stock),
    queue() {
      if (stalled === null) return [];
      const before = stalled.places;
      const moved = [...figures(stock)].filter(([id, row]) => before.get(id) !== JSON.stringify(row));
      return moved.map(([id, row]) => ({
        ...placeOf(row),
        ИдентификаторЗаписи: namedGuid(`distribution:${id}`),
        ДатаЗаписи: now(),
      }));
    },
    stall() {
      const places = new Map([...figures(stock)].map(([id, row]) => [id, JSON.stringify(row)]));
      stalled = { rows: workOut(stock), places };
    },
    catchUp() {
      stalled = null;
    },
  };
}

function workOut(stock: Register): Row[] {
  return [...figures(stock).values()].flatMap((row) => {
    const number = (name: string) => Number(row[`${name}Balance`]);
    const [onHand, onStock, onArrival] = [
      number('ВНаличии'),
      number('РезервироватьНаСкладе'),
      number('РезервироватьПоМереПоступления'),
    ];
    const place = placeOf(row);
    const rows: Row[] = [];
    if (onHand !== 0 || onStock !== 0) {
      const free = freeStock(onHand, onStock, onArrival);
      const reserved = Math.round((onHand - free) * 1000) / 1000;
      rows.push({ ...place, Состояние: 'ОстатокНаСкладе', Запас: onHand, Резерв: reserved, Свободно: free });
    }
    // «Поступит» is what has a date; the rest of «Заказано» is not confirmed.
    const arriving = number('Поступит');
    const vague = Math.round((number('Заказано') - arriving) * 1000) / 1000;
    for (const [Состояние, quantity] of [
      ['ОжидаемоеПоступление', arriving],
      ['ПоступлениеНеПодтвержденное', vague],
    ] as const) {
      if (quantity !== 0) {
        rows.push({ ...place, Состояние, Запас: quantity, Свободно: quantity, ДатаПоступления: EMPTY_DATE });
      }
    }
    return rows;
  });
}

function figures(stock: Register): Map<string, Row> {
  const { rows } = stock.balance({
    condition: null,
    dimensions: ['Номенклатура', 'Характеристика', 'Склад', 'Назначение'],
    period: null,
  });
  return new Map(rows.map((row) => [Object.values(placeOf(row)).join('|'), row]));
}

const placeOf = (row: Row): Row => ({
  Номенклатура_Key: row.Номенклатура_Key,
  Характеристика_Key: row.Характеристика_Key ?? EMPTY_GUID,
  Склад: row.Склад,
  Склад_Type: row.Склад_Type,
  Назначение_Key: row.Назначение_Key ?? EMPTY_GUID,
});
