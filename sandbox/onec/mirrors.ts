import { createRegister, type Movement, type Register } from './register.ts';
import {
  arrivalSchedule,
  freeBalance,
  physicalStock,
  shipmentSchedule,
  stockAndNeeds,
  toArrive,
  toShip,
} from './schema/registers.ts';
import { EMPTY_DATE, EMPTY_GUID, type Row } from './values.ts';

const WAREHOUSE = 'StandardODATA.Catalog_Склады';

interface Mirror {
  register: string;
  /** What this register writes when the other one moves. NULL: nothing. */
  of(movement: Movement): Omit<Movement, 'register'> | null;
}

/**
 * Other releases keep the same facts in other registers. What is written into «Запасы и потребности» and «Товары на складах»
 * is written there too, so that every release shows the same goods.
 */
const MIRRORS: readonly Mirror[] = [
  {
    register: freeBalance.name,
    of: (movement) =>
      isEarmarked(movement)
        ? null
        : onStock(movement, {
            ВНаличии: 'ВНаличии',
            РезервироватьНаСкладе: 'ВРезервеСоСклада',
            РезервироватьПоМереПоступления: 'ВРезервеПодЗаказ',
          }),
  },
  {
    register: arrivalSchedule.name,
    of: (movement) =>
      onStock(
        movement,
        { Поступит: 'КоличествоИзЗаказов', Заказано: 'КоличествоИзЗаказовСНеподтвержденными' },
        { ...purpose(movement), ДатаСобытия: movement.dimensions.ДатаСобытия ?? EMPTY_DATE },
      ),
  },
  {
    register: shipmentSchedule.name,
    of: (movement) => onStock(movement, { РезервироватьПоМереПоступления: 'КоличествоИзЗаказов' }, purpose(movement)),
  },
  {
    register: toShip.name,
    of(movement) {
      if (movement.register === physicalStock.name) {
        const { Склад_Key, ...rest } = movement.dimensions;
        return renamed(movement, { КОтгрузке: 'КОтгрузке' }, { ...rest, Склад_Key });
      }
      return onStock(movement, { РезервироватьНаСкладе: 'ВРезерве' }, purpose(movement));
    },
  },
  {
    register: toArrive.name,
    of(movement) {
      const { Заказ, Заказ_Type, ДатаСобытия } = movement.dimensions;
      const document = Заказ === undefined ? {} : { ДокументПоступления: Заказ, ДокументПоступления_Type: Заказ_Type };
      const mirrored = onStock(
        movement,
        { Заказано: 'КОформлениюПоступленийПоРаспоряжению' },
        { ...purpose(movement), ...document },
      );
      const planned = typeof ДатаСобытия === 'string' && ДатаСобытия !== EMPTY_DATE ? ДатаСобытия : movement.period;
      // Dated with the day the goods are expected: a balance «as of now» leaves them out.
      return mirrored && { ...mirrored, period: planned };
    },
  },
];

const MIRRORED = [freeBalance, arrivalSchedule, shipmentSchedule, toShip, toArrive];

/** Registers of other releases, and a way to write into those that they follow. */
export interface Mirrors {
  registers: Register[];
  /** The same register, which the others follow. */
  follow(register: Register): Register;
}

/** They are worked out when somebody reads them: most bases never do. */
export function createMirrors(): Mirrors {
  const news: { movement: Movement; sign: 1 | -1 }[] = [];
  const real = new Map(MIRRORED.map((one) => [one.name, createRegister(one, 'Склад_Key')]));
  const catchUp = () => {
    for (const { movement, sign } of news.splice(0)) {
      for (const mirror of MIRRORS) {
        const also = mirror.of(movement);
        if (also) real.get(mirror.register)!.add({ ...also, register: mirror.register }, sign);
      }
    }
  };
  return {
    registers: [...real.values()].map((register) => ({
      ...register,
      balance(call) {
        catchUp();
        return register.balance(call);
      },
    })),
    follow: (register) => ({
      ...register,
      add(movement, sign = 1) {
        register.add(movement, sign);
        news.push({ movement, sign });
      },
    }),
  };
}

const isEarmarked = ({ dimensions }: Movement) => (dimensions.Назначение_Key ?? EMPTY_GUID) !== EMPTY_GUID;
const purpose = ({ dimensions }: Movement): Row => ({ Назначение_Key: dimensions.Назначение_Key ?? EMPTY_GUID });

/** A movement of stock in a warehouse under other names. Departments keep no stock in these registers. */
function onStock(movement: Movement, names: Record<string, string>, more: Row = {}) {
  const { Склад, Склад_Type } = movement.dimensions;
  if (movement.register !== stockAndNeeds.name || Склад_Type !== WAREHOUSE) return null;
  return renamed(movement, names, { Склад_Key: Склад, ...more });
}

function renamed({ period, dimensions, quantities }: Movement, names: Record<string, string>, own: Row) {
  const moved = Object.entries(names).filter(([name]) => quantities[name] !== undefined && quantities[name] !== 0);
  if (moved.length === 0) return null;
  return {
    period,
    dimensions: {
      ...own,
      Номенклатура_Key: dimensions.Номенклатура_Key,
      Характеристика_Key: dimensions.Характеристика_Key ?? EMPTY_GUID,
    },
    quantities: Object.fromEntries(moved.map(([name, other]) => [other, quantities[name]!])),
  };
}
