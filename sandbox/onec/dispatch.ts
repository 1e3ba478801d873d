import { type Answers, createAnswers, type Format } from './answers.ts';
import { badOption, iisPage, methodNotAllowed, noEntityType, noInstance, noMethod, OnecError } from './errors.ts';
import { metadataXml, serviceDocument, serviceXml } from './metadata.ts';
import { parseKey, type Target } from './path.ts';
import { postTransfer, unpostTransfer } from './posting.ts';
import { parseBalanceCall, type Quoting } from './query/balance-call.ts';
import { filterRows, queryRows, showSelected } from './query/collection.ts';
import { targetOf } from './request.ts';
import { balanceProperties } from './schema/balance.ts';
import type { Entity } from './schema/entity.ts';
import { distributionQueue, stockDistribution } from './schema/registers.ts';
import {
  type ClientKeys,
  createTransfer,
  patchTransfer,
  removeTransfer,
  transferRow,
  transferShape,
} from './transfers.ts';
import { balanceQuestion, codeless, intsAsTheyAre, listedRows, shelfRows } from './traps.ts';
import type { Row } from './values.ts';
import { cutRows, type Withholding } from './withhold.ts';
import type { TransferDocument, World } from './world.ts';
import { parseBody } from './write.ts';

/** How this base differs from the usual one; every default is what was seen most. */
export interface BaseTraits {
  quoting: Quoting;
  castInCondition: boolean;
  clientKeys: ClientKeys;
  /** The composition: only these sets; NULL: all of the release. */
  published: Set<string> | null;
  /** Sets outside the composition all the same: 404 code 8. */
  unpublished: Set<string>;
  /** Sets that the user has no right to: 401 code 20. */
  denied: Set<string>;
  /** Sets that an update of the configuration took away. */
  removed: Set<string>;
  /** Answer properties that this base does not return. */
  withheld: Set<string>;
  /** Sets of which answers leave rows out. */
  partial: Withholding[];
}

export interface OnecRequest {
  method: string;
  path: string;
  options: URLSearchParams;
  format: Format;
  /** Address of `standard.odata`. */
  base: string;
  ifMatch: string | undefined;
  body(): Promise<string>;
}

const DOCUMENT = 'Document_ЗаказНаПеремещение';

/** Answers one authorised request. Throws `OnecError`. */
export async function dispatch(world: World, traits: BaseTraits, now: string, request: OnecRequest): Promise<Response> {
  const published = publishedOf(world, traits);
  const answers = intsAsTheyAre(withholding(createAnswers(request.format, request.base), traits.withheld), world);
  if (request.path === '') return serviceAnswer(published, request);
  if (request.path === '$metadata') return xmlAnswer(metadataXml(published, world.flavour.enums));
  if (request.path === '$batch' && world.gotchas.strikes(20)) throw new OnecError(501, -1, 'Произошла ошибка сервиса');
  const target = targetOf(request.path);
  const entity = published.find(({ name }) => name === target.set);
  if (!entity) {
    if (traits.removed.has(target.set)) world.gotchas.strikes(22);
    else if (published.length === 0) world.gotchas.strikes(21);
    throw noEntityType(target.set);
  }
  if (traits.denied.has(entity.name) && world.gotchas.strikes(2))
    throw new OnecError(401, 20, `Нарушение прав доступа! Объект: ${entity.name}`);
  if (target.member === '$count') return countAnswer(world, entity, request);
  if (target.member === 'Balance') return balanceAnswer(world, entity, target, traits, request, answers);
  if (entity.balance)
    throw new OnecError(501, -1, `Песочница не хранит наборы записей ${entity.name}: читайте Balance()`);
  if (entity.name === DOCUMENT) return documentAnswer(world, target, traits, now, request, answers);
  return objectAnswer(world, entity, target, traits, request, answers);
}

function serviceAnswer(published: Entity[], { format, base }: OnecRequest): Response {
  if (format === 'atom') return xmlAnswer(serviceXml(published, base));
  return Response.json(serviceDocument(published, base));
}

const xmlAnswer = (body: string) =>
  new Response(body, { headers: { 'content-type': 'application/xml;charset=utf-8' } });

/** Plain text that begins with a byte order mark, as 1C sends it. */
function countAnswer(world: World, entity: Entity, { options }: OnecRequest): Response {
  const count = filterRows(rowsOf(world, entity), entity.properties, options).length;
  return new Response(`${world.gotchas.strikes(1) ? '\uFEFF' : ''}${count}`, {
    headers: { 'content-type': 'text/plain;charset=utf-8' },
  });
}

function balanceAnswer(
  world: World,
  entity: Entity,
  target: Target,
  { quoting, castInCondition, partial }: BaseTraits,
  { method, path, options }: OnecRequest,
  answers: Answers,
): Response {
  const register = world.balances.get(entity.name);
  if (!register || target.key !== null) throw noMethod('Balance');
  if (method !== 'GET') throw methodNotAllowed(method);
  const call = parseBalanceCall(target.memberArguments, options, quoting);
  if (!castInCondition && call.condition?.includes('cast(')) throw badOption('Condition', 'не разобрано cast');
  const { dimensions, rows } = register.balance(balanceQuestion(call, world));
  const told = cutRows(
    partial,
    entity.name,
    `${path}?${options.get('Condition') ?? ''}`,
    shelfRows(entity, rows, world),
  );
  const page = queryRows(told, { properties: balanceProperties(entity, dimensions) }, options);
  return answers.collection(`${entity.name}/Balance`, page.rows, page.count);
}

function objectAnswer(
  world: World,
  entity: Entity,
  target: Target,
  { partial }: BaseTraits,
  { method, options }: OnecRequest,
  answers: Answers,
): Response {
  if (target.member) throw noMethod(target.member);
  if (method !== 'GET') throw methodNotAllowed(method);
  const select = codeless(entity, options.get('$select'), world);
  if (select !== null) options.set('$select', select);
  if (target.key === null) {
    const rows = listedRows(entity, rowsOf(world, entity), world);
    const page = queryRows(rows, { properties: entity.properties }, options);
    const told = cutRows(partial, entity.name, options.get('$filter') ?? '', page.rows);
    return answers.collection(entity.name, told, page.count);
  }
  const key = parseKey(target.key);
  const row = key ? world.byKey.get(entity.name)?.get(key) : undefined;
  if (!row) throw noInstance(entity.name);
  return answers.object(entity.name, showSelected({ properties: entity.properties }, select)(row));
}

async function documentAnswer(
  world: World,
  target: Target,
  { clientKeys }: BaseTraits,
  now: string,
  request: OnecRequest,
  answers: Answers,
): Promise<Response> {
  const { method, options, base } = request;
  const shape = transferShape(world.flavour);
  const show = showSelected(shape, options.get('$select'));
  if (target.key === null) {
    if (target.member) throw noMethod(target.member);
    if (method === 'GET') {
      const page = queryRows(rowsOf(world, world.flavour.transferOrder), shape, options);
      return answers.collection(DOCUMENT, page.rows, page.count);
    }
    if (method !== 'POST') throw methodNotAllowed(method);
    const created = createTransfer(world, parseBody(await request.body()), now, clientKeys);
    if (!world.gotchas.strikes(23)) postTransfer(world, created);
    const lost = lostAnswer(world, created);
    if (lost) return lost;
    const location = `${base}/${encodeURIComponent(DOCUMENT)}(guid'${created.key}')`;
    return answers.object(DOCUMENT, show(transferRow(created)), { status: 201, headers: { location } });
  }
  const document = findDocument(world, target.key);
  if (target.member) return act(world, document, target.member, method);
  if (method === 'DELETE') {
    if (!world.gotchas.strikes(10)) throw methodNotAllowed(method);
    removeTransfer(world, document);
    return new Response(null, { status: 204 });
  }
  if (method === 'PATCH') {
    const stale = request.ifMatch !== undefined && request.ifMatch !== document.header.DataVersion;
    if (stale && !world.gotchas.strikes(9)) throw new OnecError(412, 0, 'Версия объекта изменилась');
    patchTransfer(world, document, parseBody(await request.body()));
  } else if (method !== 'GET') throw methodNotAllowed(method);
  return answers.object(DOCUMENT, show(transferRow(document)));
}

function act(world: World, document: TransferDocument, member: string, method: string): Response {
  if (member !== 'Post' && member !== 'Unpost') throw noMethod(member);
  if (method !== 'POST') throw methodNotAllowed(method);
  if (member === 'Post') postTransfer(world, document);
  else unpostTransfer(world, document);
  return new Response(null, { status: 200 });
}

function findDocument(world: World, keyText: string): TransferDocument {
  const key = parseKey(keyText);
  const document = key ? world.transfers.get(key) : undefined;
  if (!document) throw noInstance(DOCUMENT);
  return document;
}

function rowsOf(world: World, entity: Entity): Row[] {
  if (entity.name === DOCUMENT) return [...world.transfers.values()].map(transferRow);
  if (entity.name === stockDistribution.name) return world.distribution.rows();
  if (entity.name === distributionQueue.name) return world.distribution.queue();
  return world.sets.get(entity.name) ?? [];
}

/** Objects of this release that the composition holds. */
function publishedOf({ flavour, gotchas }: World, { published, unpublished, removed }: BaseTraits): Entity[] {
  if (gotchas.isSet(21)) return [];
  return [...flavour.schema.values()].filter(
    ({ name }) => (published?.has(name) ?? true) && !unpublished.has(name) && !(gotchas.isSet(22) && removed.has(name)),
  );
}

/** Trap 25: the order is made, and a proxy answers in 1C's place; once for each order. */
function lostAnswer({ gotchas }: World, document: TransferDocument): Response | null {
  return document.posts === 1 && gotchas.strikes(25) ? iisPage(502, 'Bad Gateway') : null;
}

/** Leaves named properties out of every answer row, as a base of another version would. */
function withholding(answers: Answers, withheld: Set<string>): Answers {
  if (withheld.size === 0) return answers;
  const strip = (row: Row): Row => Object.fromEntries(Object.entries(row).filter(([name]) => !withheld.has(name)));
  return {
    ...answers,
    collection: (set, rows, count) => answers.collection(set, rows.map(strip), count),
    object: (set, row, options) => answers.object(set, strip(row), options),
  };
}
