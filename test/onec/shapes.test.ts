import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/shared/log/log.ts';
import { settle } from '../../src/shared/onec/config.ts';
import { createEdmxReader } from '../../src/shared/onec/edmx.ts';
import { createOneCHttp } from '../../src/shared/onec/http.ts';
import { createShapes } from '../../src/shared/onec/shapes.ts';
import { failure, fixedClock } from './small-world.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const ORDER = 'Document_ЗаказНаПеремещение';
const STATUSES = 'СтатусыВнутреннихЗаказов';
const keep = new Set([ORDER, STATUSES]);

const HEAD =
  '<?xml version="1.0" encoding="UTF-8"?><edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx">' +
  '<edmx:DataServices><Schema Namespace="StandardODATA" xmlns="http://schemas.microsoft.com/ado/2009/11/edm">';
const TAIL = '</Schema></edmx:DataServices></edmx:Edmx>';
const type = (name: string, properties: string[]) =>
  `<EntityType Name="${name}"><Key><PropertyRef Name="Ref_Key"/></Key>${properties
    .map((one) => `<Property Name="${one}" Type="Edm.String" Nullable="true"/>`)
    .join('')}<NavigationProperty Name="Организация" Relationship="r" FromRole="a" ToRole="b"/></EntityType>`;
const wanted =
  type(ORDER, ['Ref_Key', 'Приоритет_Key']) +
  `<EnumType Name="${STATUSES}"><Member Name="КВыполнению"/><Member Name="Закрыт"/></EnumType>`;

/** A base whose service document and `$metadata` the test writes; counts what was asked. */
async function startBase(metadata: () => Iterable<string>, headers: Record<string, string> = {}) {
  const asked = { service: 0, metadata: 0 };
  const base = { names: ['Catalog_Склады', ORDER], status: 200 };
  const server = createServer(async (request, response) => {
    if (decodeURIComponent(request.url ?? '').includes('$metadata')) {
      asked.metadata += 1;
      response.writeHead(base.status, { 'content-type': 'application/xml', ...headers });
      for (const piece of metadata())
        if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve));
      response.end();
      return;
    }
    asked.service += 1;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ value: base.names.map((name) => ({ name, url: name })) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  closers.push(async () => server.closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const settings = settle({ url: `http://127.0.0.1:${port}/ut/odata/standard.odata`, user: 'Хаб', password: '' });
  const http = createOneCHttp(settings, { log: silentLog });
  closers.push(() => http.close());
  const time = { ms: 1_000_000 };
  const clock = { ...fixedClock, now: () => new Date(time.ms) };
  return { asked, base, time, shapes: createShapes(http, settings, { log: silentLog, clock, keep }) };
}

describe('what $metadata says of a base', () => {
  it('is read out of 16 MB as they come, and kept small', async () => {
    const filler = Array.from({ length: 40 }, (_, index) => `Реквизит${index}_Key`);
    let bytes = 0;
    const { shapes } = await startBase(function* () {
      yield HEAD;
      for (let index = 0; bytes < 16_000_000; index += 1) {
        const piece = type(`Catalog_Справочник${index}`, filler);
        bytes += Buffer.byteLength(piece);
        yield piece;
        if (index === 1000) yield wanted;
      }
      yield TAIL;
    });
    const before = process.memoryUsage().rss;
    const shape = await shapes.current();
    expect(bytes).toBeGreaterThan(16_000_000);
    expect(shape.known).toBe(true);
    expect([shape.has(ORDER, 'Приоритет_Key'), shape.has(ORDER, 'Автор_Key')]).toEqual([true, false]);
    expect([...shape.members(STATUSES)!]).toEqual(['КВыполнению', 'Закрыт']);
    // A whole document of that size would take several times as much, as text and then as a tree.
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
  });

  it('is read once for a composition, also by callers at the same time, and anew for another one', async () => {
    const { shapes, asked, base, time } = await startBase(() => [HEAD, wanted, TAIL]);
    await Promise.all([shapes.current(), shapes.current()]);
    await shapes.current({ published: new Set([...base.names].reverse()) });
    expect(asked.metadata).toBe(1);
    const listed = asked.service;
    for (let document = 0; document < 50; document += 1) await shapes.current();
    expect(asked).toEqual({ service: listed, metadata: 1 });
    base.names.push('AccumulationRegister_ЗапасыИПотребности');
    time.ms += 5 * 60_000;
    await shapes.current();
    expect(asked.metadata).toBe(2);
    shapes.forget();
    await shapes.current();
    expect(asked.metadata).toBe(3);
  });

  it('is taken as everything UT 11.5 has where the answer is no EDMX or cut short', async () => {
    for (const body of ['<html><body>Добро пожаловать</body></html>', HEAD + wanted]) {
      const { shapes } = await startBase(() => [body]);
      const shape = await shapes.current();
      expect([shape.known, shape.has(ORDER, 'Автор_Key'), shape.members(STATUSES)]).toEqual([false, true, null]);
    }
  });

  it('is asked for again after 1C was down', async () => {
    const { shapes, base, asked } = await startBase(() => [HEAD, wanted, TAIL]);
    base.status = 503;
    expect(await failure(shapes.current())).toMatchObject({ outcome: 'not-now', code: 'onec-down' });
    base.status = 200;
    expect((await shapes.current()).known).toBe(true);
    expect(asked.metadata).toBe(2);
  });
});

it('reads the same whatever way the text is cut', () => {
  const whole = HEAD + wanted + TAIL;
  for (const size of [1, 2, 7, 64]) {
    const reader = createEdmxReader((name) => keep.has(name));
    for (let at = 0; at < whole.length; at += size) reader.write(whole.slice(at, at + size));
    const { properties, enums } = reader.end();
    expect([...properties.get(ORDER)!]).toEqual(['Ref_Key', 'Приоритет_Key']);
    expect([...enums.keys()]).toEqual([STATUSES]);
  }
});
