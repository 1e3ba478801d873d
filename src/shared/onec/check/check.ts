import type { StepOptions, SystemCheck } from '../../check/step.ts';
import { BARCODES } from '../barcodes.ts';
import type { Collections } from '../collections.ts';
import type { OneCSettings } from '../config.ts';
import type { OneCHttp } from '../http.ts';
import { ITEMS } from '../items.ts';
import { LIMITS } from '../limit-rows.ts';
import type { OneCCheckAsk } from '../port.ts';
import { readPublished } from '../service-document.ts';
import type { Shapes } from '../shapes.ts';
import type { StockRegister } from '../stock-register.ts';
import { STRATEGIES } from '../strategy.ts';
import type { ChosenDefaults, Route } from '../transfer-defaults.ts';
import { TRANSFERS } from '../transfer-document.ts';
import { UNITS } from '../units.ts';
import { WAREHOUSES } from '../warehouses.ts';
import { baseSteps } from './base-steps.ts';
import { cureOf } from './cures.ts';
import { dataSteps } from './data-steps.ts';
import { reachSteps } from './reach-steps.ts';

interface Deps {
  http: OneCHttp;
  settings: OneCSettings;
  collections: Collections;
  shapes: Shapes;
  strategies: { choose(published: ReadonlySet<string>): StockRegister };
  chooseDefaults(route: Route, options: StepOptions): Promise<ChosenDefaults>;
}

const NEEDED = [WAREHOUSES, ITEMS, UNITS, LIMITS, TRANSFERS];

/** See `OneC.check`. What one step reads, the next ones use; so a list of steps is good for one pass. */
export function createCheck({ http, settings, strategies, ...deps }: Deps): (ask?: OneCCheckAsk) => SystemCheck {
  return (ask) => {
    let asked: Promise<ReadonlySet<string>> | null = null;
    const published = (options: StepOptions) => {
      asked ??= readPublished(http, { ...options, urgent: true });
      return asked;
    };
    const stockRegister = async (options: StepOptions) => strategies.choose(await published(options));
    const { url, user } = settings;
    const needed = settings.barcodes ? [...NEEDED, BARCODES] : NEEDED;
    const reach = reachSteps({ published, needed, oneOf: STRATEGIES.at(-1)!.objects, url, user });
    const base = baseSteps({ ...deps, published, needed });
    const data = ask === undefined ? [] : dataSteps({ ...deps, ask, published, stockRegister });
    return { system: '1c', steps: [...reach, ...base, ...data], cureOf };
  };
}
