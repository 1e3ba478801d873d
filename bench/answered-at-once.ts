import { randomUUID } from 'node:crypto';
import { metadataXml, serviceDocument } from '../sandbox/onec/metadata.ts';
import { flavours } from '../sandbox/onec/schema/flavours.ts';
import type { Budget } from '../src/shared/moysklad/budget.ts';
import type { MoySkladHttp } from '../src/shared/moysklad/http.ts';
import type { MoySklad } from '../src/shared/moysklad/port.ts';
import type { OneCHttp } from '../src/shared/onec/http.ts';
import type { OneC } from '../src/shared/onec/port.ts';

const TRANSFERS = 'Document_ЗаказНаПеремещение';
const KEY = /guid(?:'|%27)([0-9a-f-]{36})/g;
const ofNewest = flavours['ut-11.5.20'];
const published = [...ofNewest.schema.values()];

/** 1C that takes every transfer order and posts it, in place of HTTP. `made` hears of each that was posted. */
export function onecHttpAtOnce(made: () => void): OneCHttp {
  const documents = new Map<string, Record<string, unknown>>();
  let number = 0;
  const row = (key: string) => ({
    ...{ Ref_Key: key, Description: 'Один', IsFolder: false, DeletionMark: false },
    ...{ ТипНоменклатуры: 'Товар', ИспользованиеХарактеристик: 'НеИспользовать' },
  });
  const keysIn = (path: string) => [...path.matchAll(KEY)].map(([, key]) => key!);
  return {
    async get(object, path) {
      if (path.startsWith('/?')) return serviceDocument(published, 'bench');
      const keys = keysIn(path);
      if (object !== TRANSFERS) return { value: keys.length > 0 ? keys.map(row) : [row(randomUUID())] };
      const document = documents.get(keys[0] ?? '');
      if (document === undefined) return { value: [] };
      documents.delete(keys[0]!);
      return document;
    },
    async stream(_object, _path, onText) {
      onText(metadataXml(published, ofNewest.enums));
    },
    async send(method, _object, path, body, options = {}) {
      const tell = (status: number, answer: string) =>
        options.onExchange?.({ method, path: TRANSFERS, sent: body ?? null, status, answer });
      const [key] = keysIn(path);
      if (key !== undefined) {
        documents.get(key)!.Posted = true;
        made();
        tell(200, '');
        return undefined;
      }
      number += 1;
      const document = { ...(body as { Ref_Key: string }), Number: `B-${number}`, Posted: false, DeletionMark: false };
      documents.set(document.Ref_Key, document);
      tell(201, JSON.stringify(document));
      return document;
    },
    close: async () => undefined,
  };
}

interface OrderSent {
  syncId: string;
  externalCode: string;
  organization: object;
  agent: object;
  positions: { quantity: number; price: number; assortment: object }[];
}

/** МойСклад that has every article once and takes every order, in place of HTTP. `made` hears of each. */
export function moyskladHttpAtOnce(made: () => void): MoySkladHttp {
  const priceType = { id: randomUUID(), name: 'Цена продажи' };
  let number = 0;
  const named = (type: string) => {
    const id = randomUUID();
    return { id, name: 'bench', meta: { href: `https://bench/entity/${type}/${id}`, type } };
  };
  const goods = (article: string) => ({
    ...named('product'),
    ...{ article, salePrices: [{ value: 1000, priceType }], effectiveVat: 20, effectiveVatEnabled: true },
  });
  const order = ({ syncId, externalCode, organization, agent, positions }: OrderSent) => {
    number += 1;
    made();
    const sum = positions.reduce((all, { quantity, price }) => all + quantity * price, 0);
    return {
      ...{ id: randomUUID(), name: `B-${number}`, syncId, externalCode, organization, agent, applicable: true, sum },
      positions: { meta: { size: positions.length }, rows: positions },
    };
  };
  return {
    async get(schema, path, { filter = '' } = {}) {
      const type = path.split('/')[2]!;
      if (path.startsWith('/context')) return schema.parse({ ...named('pricetype'), ...priceType });
      const articles = [...`${filter}`.matchAll(/article=([^;]+)/g)].map(([, article]) => article!);
      const none = type === 'variant' || path.endsWith('/attributes');
      const rows = none ? [] : articles.length > 0 ? articles.map(goods) : [named(type)];
      return schema.parse({ meta: { size: rows.length }, rows });
    },
    async post(schema, path, _query, body, options = {}) {
      const answer = order(body as OrderSent);
      options.onExchange?.({ method: 'POST', path, sent: body, status: 200, answer: JSON.stringify(answer) });
      return schema.parse(answer);
    },
    async postMany(schema, _path, _query, body) {
      return schema.parse((body as OrderSent[]).map(order));
    },
    close: () => undefined,
  };
}

/** 1C and МойСклад in place of the adapters. `made` hears of each document. */
export function adaptersAtOnce(made: () => void): { onec: OneC; moysklad: MoySklad } {
  let number = 0;
  const make = ({ key }: { key: string }) => {
    made();
    number += 1;
    return { key, number: `B-${number}`, url: null, posted: true, found: false };
  };
  const onec: Pick<OneC, 'makeTransfer'> = { makeTransfer: async (command) => make(command) };
  const moysklad: Pick<MoySklad, 'makeOrder' | 'makeOrders'> = {
    makeOrder: async (command) => make(command),
    makeOrders: async (commands) => commands.map(make),
  };
  return { onec: onec as OneC, moysklad: moysklad as MoySklad };
}

/** Nobody asks for leave where nothing goes over HTTP. */
export const noBudget: Budget = {
  take: async () => ({ release: async () => undefined }),
  hold: async () => undefined,
  narrow: async () => undefined,
  failed: async () => false,
};
