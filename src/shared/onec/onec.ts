import type { Clock } from '../clock/clock.ts';
import type { Log } from '../log/log.ts';
import { createCheck } from './check/check.ts';
import { createCollections } from './collections.ts';
import { type OneCConfig, settle } from './config.ts';
import { createLocalDates } from './dates.ts';
import { createOneCHttp, type OneCHttp } from './http.ts';
import { LIMITS } from './limit-rows.ts';
import type { OneC } from './port.ts';
import { readSampleItems } from './sample-items.ts';
import { readPublished } from './service-document.ts';
import { createShapes } from './shapes.ts';
import { createSnapshotReader } from './snapshot.ts';
import { createStrategyChoice } from './strategy.ts';
import { createTransferMaker } from './transfer.ts';
import { createTransferDefaults, valuesOf } from './transfer-defaults.ts';
import { createTransferReader, TRANSFER_TYPES } from './transfer-document.ts';
import { createReferenceCheck } from './transfer-references.ts';
import { createTransferWatch } from './transfer-watch.ts';
import { readWarehouses } from './warehouses.ts';

export type { OneCConfig } from './config.ts';

export interface OneCDeps {
  log: Log;
  clock: Clock;
  /** The way to 1C; left out: HTTP. */
  http?: OneCHttp;
}

/** Connects the hub to one base of 1C:УТ 11.4 or 11.5 over OData. Opens no connection until it is asked something. */
export function createOneC(config: OneCConfig, { log, clock, ...deps }: OneCDeps): OneC {
  const settings = settle(config);
  const http = deps.http ?? createOneCHttp(settings, { log });
  const collections = createCollections(http, settings);
  const dates = createLocalDates(settings.timezone);
  const reader = createTransferReader(http, dates);
  const keep = new Set([...TRANSFER_TYPES, LIMITS]);
  const shapes = createShapes(http, settings, { log, clock, keep });
  const chooseDefaults = createTransferDefaults(collections, settings, { clock, shapes });
  const defaultsFor = async (...route: Parameters<typeof chooseDefaults>) => valuesOf(await chooseDefaults(...route));
  const requireReferences = createReferenceCheck(collections, { clock });
  const strategies = createStrategyChoice({ http, collections, settings });

  return {
    listWarehouses: (options) => readWarehouses(collections, options),
    readSnapshot: createSnapshotReader({ http, collections, settings, strategies }),
    findTransfer: (key, options) => reader.byKey(key, options),
    readTransfers: createTransferWatch({ http, collections, dates, settings }),
    makeTransfer: createTransferMaker({ http, reader, shapes, defaultsFor, requireReferences, dates, clock, log }),
    // Past the gate: a probe must not report 1C down because our own balances keep it busy.
    ping: async (options) => void (await readPublished(http, { ...options, urgent: true })),
    check: createCheck({ http, settings, collections, shapes, strategies, chooseDefaults }),
    sampleItems: (count, options) => readSampleItems(collections, { count, barcodes: settings.barcodes }, options),
    close: () => http.close(),
  };
}
