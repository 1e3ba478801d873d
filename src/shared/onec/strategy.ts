import { notNow } from '../errors/outcome.ts';
import { createBalances } from './balances.ts';
import type { Collections } from './collections.ts';
import type { OneCSettings } from './config.ts';
import {
  ARRIVAL_SCHEDULE,
  createFreeBalanceRegister,
  FREE_BALANCE_REGISTER,
  SHIPMENT_SCHEDULE,
} from './free-balance-register.ts';
import type { OneCHttp } from './http.ts';
import { howToPublish } from './publication-path.ts';
import { createShelfRegisters, SHELF_REGISTER, TO_ARRIVE_REGISTER, TO_SHIP_REGISTER } from './shelf-registers.ts';
import {
  createStockDistributionRegister,
  DISTRIBUTION_QUEUE,
  STOCK_DISTRIBUTION_REGISTER,
} from './stock-distribution-register.ts';
import { createStockNeedsRegister, STOCK_NEEDS_REGISTER } from './stock-needs-register.ts';
import type { StockRegister } from './stock-register.ts';
import { createWarehouseBalances } from './warehouse-balances.ts';

/** A way to read stock, and what has to be published for it. */
export interface Strategy {
  /** First the one it is named by. */
  objects: readonly [string, ...string[]];
  /** Russian, for people: which releases, and by which registers. */
  title: string;
}

const STOCK_NEEDS: Strategy = {
  objects: [STOCK_NEEDS_REGISTER],
  title: '«Запасы и потребности» (УТ 11.5.18 и новее)',
};
const DISTRIBUTION: Strategy = {
  objects: [STOCK_DISTRIBUTION_REGISTER, DISTRIBUTION_QUEUE],
  title: '«Распределение запасов» (УТ 11.5.7 – 11.5.17)',
};
const FREE_BALANCE: Strategy = {
  objects: [FREE_BALANCE_REGISTER, ARRIVAL_SCHEDULE, SHIPMENT_SCHEDULE],
  title: '«Свободные остатки» и графики поступления и отгрузки (УТ 11.4)',
};
const SHELF: Strategy = {
  objects: [SHELF_REGISTER, TO_SHIP_REGISTER, TO_ARRIVE_REGISTER],
  title: '«Товары на складах», «Товары к отгрузке», «Товары к поступлению» (любая УТ 11.4 и 11.5)',
};

/** In order of preference. What a base has is decided by what it publishes, never by its version number. */
export const STRATEGIES: readonly Strategy[] = [STOCK_NEEDS, DISTRIBUTION, FREE_BALANCE, SHELF];

/** The first strategy all of whose objects are published. NULL: none is. */
export const strategyFor = (published: ReadonlySet<string>): Strategy | null =>
  STRATEGIES.find(({ objects }) => objects.every((one) => published.has(one))) ?? null;

/** Strategies that lack something, the one that lacks least first. */
export const nearlyChosen = (published: ReadonlySet<string>) =>
  STRATEGIES.map((strategy) => ({ strategy, missing: strategy.objects.filter((one) => !published.has(one)) }))
    .filter(({ strategy, missing }) => missing.length > 0 && missing.length < strategy.objects.length)
    .sort((a, b) => a.missing.length - b.missing.length);

interface Deps {
  http: OneCHttp;
  collections: Collections;
  settings: OneCSettings;
}

/** Picks by what is published now and keeps what was learnt about the base; another choice as soon as the first is gone. */
export function createStrategyChoice({ http, collections, settings }: Deps) {
  const balances = createBalances(http, settings);
  const byWarehouse = createWarehouseBalances(balances);
  const registers = new Map<Strategy, StockRegister>([
    [STOCK_NEEDS, createStockNeedsRegister(balances)],
    [DISTRIBUTION, createStockDistributionRegister(collections, settings)],
    [FREE_BALANCE, createFreeBalanceRegister(byWarehouse)],
    [SHELF, createShelfRegisters(byWarehouse)],
  ]);
  return {
    /** Throws `onec-no-stock-register` when no strategy is published whole. */
    choose(published: ReadonlySet<string>): StockRegister {
      const strategy = strategyFor(published);
      if (!strategy) throw noRegister(published);
      return registers.get(strategy)!;
    },
  };
}

function noRegister(published: ReadonlySet<string>) {
  const wanted = STRATEGIES.map(({ objects }) => objects[0]);
  const found = STRATEGIES.flatMap(({ objects }) => objects).filter((name) => published.has(name));
  const [nearest] = nearlyChosen(published);
  const how = nearest
    ? `Ближе всего ${nearest.strategy.title}, не хватает: ${nearest.missing.join(', ')}. ${howToPublish(nearest.missing)}`
    : `Годится ${STRATEGIES.map(({ title }) => title).join('; или ')}. ${howToPublish(SHELF.objects)}`;
  return notNow({
    code: 'onec-no-stock-register',
    system: '1c',
    message: `Остатки читать не из чего: ни один набор регистров не опубликован целиком (${wanted.join(', ')}). ${
      found.length > 0 ? `Опубликованы: ${found.join(', ')}. ` : ''
    }${how}`,
    details: { wanted, found, missing: nearest?.missing ?? [] },
  });
}
