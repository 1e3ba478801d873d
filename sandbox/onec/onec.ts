import type { IncomingMessage } from 'node:http';
import { Hono } from 'hono';
import type { Dataset } from '../data/dataset.ts';
import { createAnswers, formatOf } from './answers.ts';
import { isAuthorised, unauthorised } from './auth.ts';
import { type ControlledStock, controlStock, controlTransfer, type TransferView } from './control-view.ts';
import { type BaseTraits, dispatch } from './dispatch.ts';
import { editTransfer, moveStock, postByHand, setLimit, type TransferEdit, unmark } from './edit.ts';
import { iisPage, OnecError } from './errors.ts';
import { createGotchas, type Gotcha, type Gotchas } from './gotchas.ts';
import { unpostTransfer } from './posting.ts';
import type { Quoting } from './query/balance-call.ts';
import { receiveTransfer } from './receive.ts';
import { decodeRequest, refusedByIis } from './request.ts';
import { type FlavourName, flavours } from './schema/flavours.ts';
import { seedWorld } from './seed/seed.ts';
import { type ClientKeys, removeTransfer } from './transfers.ts';
import { localTime } from './values.ts';
import type { Withholding } from './withhold.ts';

export interface OnecOptions {
  /** Release of UT. Default ut-11.5.20. */
  flavour?: FlavourName;
  /** The composition: only these sets. Default: all of the release. */
  published?: string[];
  /** IANA zone of the 1C server: its dates carry none. Default Europe/Moscow. */
  timeZone?: string;
  /** Which quoting inside `Balance(…)` the base understands. Default both. */
  quoting?: Quoting;
  /** Whether `cast(…)` inside the condition of `Balance(…)` is understood. Default true. */
  castInCondition?: boolean;
  /** Whether a `Ref_Key` sent by the client is kept. Default honoured. */
  clientKeys?: ClientKeys;
  /** Entity sets outside the published composition. */
  unpublished?: string[];
  /** Entity sets that the user has no right to. */
  denied?: string[];
  /** Traps set or taken away, by number; the rest as in `gotchas.ts`. */
  gotchas?: Partial<Record<Gotcha, boolean>>;
  /** How long the first request takes while trap 19 is set, in milliseconds. Default 15 000. */
  coldStartMs?: number;
  /** Properties that answers leave out. */
  withheld?: string[];
}

export interface OnecSandbox {
  app: Hono;
  transfers(): TransferView[];
  stock(): ControlledStock[];
  /** Goods of a posted order arrive. NULL: no such order; refuses an order that is not posted. */
  receive(key: string, factor: number): { КодСтроки: number; quantity: number }[] | 'not-posted' | null;
  /** A person unposts the order and marks it for deletion, or erases it. False: no such order. */
  remove(key: string, erase: boolean): boolean;
  /** A person acts on an order. NULL: no such order; a text: why 1C refused. */
  byHand(key: string, act: HandAct): { refusal: string | null } | null;
  /** Goods come from elsewhere, or are sold. */
  moveStock(change: { warehouseKey: string; itemKey: string; quantity: number }): void;
  /** What a person sets in «Товарные ограничения». False: no such acting row. */
  setLimit(limit: { warehouseKey: string; itemKey: string; minimum: number; maximum: number | null }): boolean;
  /** From now on answers about this set leave rows out, until it is asked for with a share of 1. */
  withholdRows(what: Omit<Withholding, 'cut'>): void;
  withheldRows(): Withholding[];
  /** Traps that are set, and how often each was met. */
  gotchas: Gotchas;
  /** An update of the configuration: these sets are gone from now on (trap 22), or the release is another one. */
  update(what: { remove?: readonly string[]; flavour?: FlavourName }): void;
  /** The background job of «Распределение запасов» stands still, or catches up. */
  distribute(runs: boolean): void;
  reset(dataset: Dataset): void;
}

/** What people do with an order in 1C's own form. */
export type HandAct = { act: 'post' | 'unpost' | 'unmark' } | { act: 'edit'; edit: TransferEdit };

interface Deps extends OnecOptions {
  dataset: Dataset;
  user: string;
  password: string;
  now: () => Date;
  /** Waits, or returns at once when the server closes. */
  sleep(ms: number): Promise<void>;
}

/** 1C:УТ behind IIS, in memory. Mount `app` at `…/odata/standard.odata`. */
export function createOnecSandbox(deps: Deps): OnecSandbox {
  const { user, password, now, timeZone = 'Europe/Moscow', quoting = 'both', clientKeys = 'honoured' } = deps;
  const traits: BaseTraits = {
    quoting,
    castInCondition: deps.castInCondition ?? true,
    clientKeys,
    published: deps.published === undefined ? null : new Set(deps.published),
    unpublished: new Set(deps.unpublished),
    denied: new Set(deps.denied),
    removed: new Set(),
    withheld: new Set(deps.withheld),
    partial: [],
  };
  const gotchas = createGotchas({ ...(deps.denied && { 2: true }), ...deps.gotchas });
  let isCold = true;
  const warmUp = async () => {
    if (!isCold || !gotchas.strikes(19)) return;
    isCold = false;
    await deps.sleep(deps.coldStartMs ?? 15_000);
  };
  const zone = () => (gotchas.isSet(18) ? timeZone : 'UTC');
  const local = (days = 0) => localTime(new Date(now().getTime() - days * 86_400_000), zone());
  const flavour = flavours[deps.flavour ?? 'ut-11.5.20'];
  let world = seedWorld(deps.dataset, { flavour, gotchas }, local);

  const app = new Hono<{ Bindings: { incoming: IncomingMessage } }>();
  app.all('*', async (c) => {
    const [rawPath = '', rawQuery = ''] = splitOnce(c.env.incoming.url ?? '', '?');
    const [prefix, below] = splitOnce(rawPath, 'standard.odata');
    const refusal = refusedByIis(below ?? '', rawQuery, gotchas);
    if (refusal) return iisPage(404, refusal);
    if (!isAuthorised(c.req.header('authorization'), { user, password })) return unauthorised();
    const base = `http://${c.req.header('host') ?? 'localhost'}${prefix}standard.odata`;
    const accept = c.req.header('accept');
    try {
      await warmUp();
      const { path, options } = decodeRequest(below ?? '', rawQuery);
      const format = formatOf(accept, options);
      return await dispatch(world, traits, local(), {
        ...{ method: c.req.method, path, options, format, base },
        ifMatch: c.req.header('if-match'),
        body: () => c.req.text(),
      });
    } catch (error) {
      if (!(error instanceof OnecError)) throw error;
      return createAnswers(formatOf(accept, new URLSearchParams(rawQuery)), base).error(error);
    }
  });

  return {
    app: app as unknown as Hono,
    transfers: () => [...world.transfers.values()].map((document) => controlTransfer(world, document)),
    stock: () => controlStock(world),
    receive(key, factor) {
      const document = world.transfers.get(key);
      if (!document) return null;
      return document.header.Posted === true ? receiveTransfer(world, document, factor, local()) : 'not-posted';
    },
    remove(key, erase) {
      const document = world.transfers.get(key);
      if (!document) return false;
      if (erase) {
        removeTransfer(world, document);
        return true;
      }
      unpostTransfer(world, document);
      document.header.DeletionMark = true;
      return true;
    },
    byHand(key, order) {
      const document = world.transfers.get(key);
      if (!document) return null;
      if (order.act === 'edit') return { refusal: editTransfer(world, document, order.edit) };
      if (order.act === 'post') return { refusal: postByHand(world, document) };
      if (order.act === 'unpost') unpostTransfer(world, document);
      else unmark(world, document);
      return { refusal: null };
    },
    moveStock: (change) => moveStock(world, local(), change),
    setLimit: (limit) => setLimit(world, limit),
    withholdRows(what) {
      const others = traits.partial.filter(
        ({ set, warehouseKey }) => set !== what.set || warehouseKey !== what.warehouseKey,
      );
      traits.partial = what.share === 1 ? others : [...others, { ...what, cut: 0 }];
    },
    withheldRows: () => traits.partial,
    gotchas,
    update({ remove = [], flavour: next }) {
      if (next !== undefined) world.flavour = flavours[next];
      for (const set of remove) traits.removed.add(set);
      if (remove.length > 0) gotchas.set(22, true);
    },
    distribute(runs) {
      if (runs) world.distribution.catchUp();
      else world.distribution.stall();
    },
    reset(dataset) {
      traits.partial = [];
      traits.removed.clear();
      gotchas.reset();
      isCold = true;
      world = seedWorld(dataset, { flavour, gotchas }, local);
    },
  };
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
