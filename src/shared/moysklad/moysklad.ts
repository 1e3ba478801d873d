import { z } from 'zod';
import { untilDoneOrAborted } from '../async/abortable.ts';
import type { Clock } from '../clock/clock.ts';
import { OutcomeError, refused, whileItStands } from '../errors/outcome.ts';
import type { Log } from '../log/log.ts';
import type { MakeOptions } from '../onec/port.ts';
import type { Order } from './answers.ts';
import type { Budget } from './budget.ts';
import { createCheck } from './check/check.ts';
import { type MoySkladConfig, withDefaults } from './config.ts';
import { createDocuments, madeOf } from './documents.ts';
import { createMoySkladHttp, type MoySkladHttp } from './http.ts';
import { createLinkFinder } from './link-finder.ts';
import { createLookup } from './lookup.ts';
import { sendMany } from './many-orders.ts';
import { matchLines } from './match.ts';
import { type OrderBody, orderBody, priceOf, sumOf } from './order.ts';
import { createOrderWatch } from './order-watch.ts';
import type { FoundLink, MadeOrder, ManyOptions, MoySklad, OrderCommand } from './port.ts';
import { createReferences } from './references.ts';

export { type Budget, createLocalBudget, createPostgresBudget } from './budget.ts';
export type { MatchBy, MoySkladConfig } from './config.ts';
export type { FoundLink, MoySklad, OrderCommand, OrderLine } from './port.ts';

export interface MoySkladDeps {
  budget: Budget;
  log: Log;
  clock: Clock;
  /** The way to МойСклад; left out: HTTP, within the budget. */
  http?: MoySkladHttp;
  /** Told of every look-up, found or not, before an order is made or refused. */
  onLinks?: (links: FoundLink[]) => Promise<void> | void;
}

/** «Object not found» about something our body refers to: perhaps only our memory of it is old. */
const REFERENCE_GONE = ['moysklad-1021', 'moysklad-1020', 'moysklad-1008', 'moysklad-2013'];

const isReferenceGone = (error: unknown) => error instanceof OutcomeError && REFERENCE_GONE.includes(error.code);

/** An order of many: what was sent for it, if anything, and what came back. */
interface Sent {
  command: OrderCommand;
  body?: OrderBody;
  order: Order | OutcomeError;
}

/** An expected end as a value; anything else is thrown on. */
function outcomeOf(error: unknown): OutcomeError {
  if (error instanceof OutcomeError) return error;
  throw error;
}

/** The adapter to МойСклад's JSON API 1.2. See `port.ts` for the contract. */
export function createMoySklad(config: MoySkladConfig, deps: MoySkladDeps): MoySklad {
  const settings = withDefaults(config);
  const http = deps.http ?? createMoySkladHttp(settings, deps);
  const lookup = createLookup(http, settings.matchBy);
  const references = createReferences(settings, { http, clock: deps.clock });
  const documents = createDocuments(http);
  const findLinks = createLinkFinder({ http, matchBy: settings.matchBy, references });

  const meant = async (command: OrderCommand, options: MakeOptions): Promise<OrderBody> => {
    const resolved = await references.resolve(options);
    const matched = await matchLines(command.lines, {
      lookup,
      matchBy: settings.matchBy,
      onLinks: deps.onLinks,
      priceOf: (goods) => priceOf(goods, resolved.priceType.id),
      signal: options.signal,
    });
    return orderBody(command, matched, resolved, settings);
  };

  /** Once more with fresh references, where МойСклад says that one is gone. It refused, so nothing was made. */
  const send = async (command: OrderCommand, body: OrderBody, options: MakeOptions) => {
    try {
      return { body, order: await documents.send(body, options) };
    } catch (error) {
      if (!isReferenceGone(error)) throw error;
      references.forget();
      const fresh = await meant(command, options);
      return { body: fresh, order: await documents.send(fresh, options) };
    }
  };

  /** All articles are looked up together; an order whose goods are not to be found gets its own refusal. */
  const meantMany = async (commands: readonly OrderCommand[], options: ManyOptions) => {
    const resolved = await references.resolve(options);
    const found: FoundLink[] = [];
    const matching = commands.map((command) =>
      matchLines(command.lines, {
        lookup,
        matchBy: settings.matchBy,
        onLinks: (links) => void found.push(...links),
        priceOf: (goods) => priceOf(goods, resolved.priceType.id),
        // One listener for all of them, below.
        signal: undefined,
      }).then(
        (matched) => orderBody(command, matched, resolved, settings),
        (error: unknown) => outcomeOf(error),
      ),
    );
    const bodies = await untilDoneOrAborted(Promise.all(matching), options.signal);
    await deps.onLinks?.(found);
    // A system that is down is no refusal of a single order.
    const down = bodies.find((body) => body instanceof OutcomeError && body.outcome !== 'refused');
    if (down !== undefined) throw down;
    return bodies;
  };

  /** Sends what has a body; once more with fresh references what МойСклад says refers to something gone. */
  const sendAll = async (
    commands: readonly OrderCommand[],
    bodies: (OrderBody | OutcomeError)[],
    options: ManyOptions,
    again = true,
  ): Promise<Sent[]> => {
    const sendable = bodies.filter((body): body is OrderBody => !(body instanceof OutcomeError));
    const answers = sendable.length === 0 ? [] : await sendMany(http, sendable, options);
    let at = 0;
    const sent = bodies.map((body, index): Sent => {
      const command = commands[index]!;
      return body instanceof OutcomeError ? { command, order: body } : { command, body, order: answers[at++]! };
    });
    const gone = sent.filter(({ body, order }) => body !== undefined && isReferenceGone(order));
    if (gone.length === 0 || !again) return sent;
    references.forget();
    const fresh = gone.map(({ command }) => command);
    const repeat = async () => sendAll(fresh, await meantMany(fresh, options), options, false);
    // The others are made by now: whatever becomes of the repeat must not be said of them.
    const repeated = await repeat().catch((error: unknown) => {
      const outcome = outcomeOf(error);
      return fresh.map((command): Sent => ({ command, order: outcome }));
    });
    const byKey = new Map(repeated.map((one) => [one.command.key, one]));
    return sent.map((one) => byKey.get(one.command.key) ?? one);
  };

  /** The order is there, perhaps not all of it. Goods archived or renamed since then must not make it look as if it were not. */
  const proveEarlier = async (command: OrderCommand, earlier: Order, options: MakeOptions) => {
    let body: OrderBody;
    try {
      body = await meant(command, options);
    } catch (error) {
      if (!(error instanceof OutcomeError && error.outcome === 'refused')) throw error;
      deps.log.warn({
        event: 'moysklad.goods-changed',
        outboxId: command.outboxId,
        number: earlier.name,
        code: error.code,
      });
      return documents.proveQuantities(earlier, command, options);
    }
    await documents.completeAndProve(earlier, body, options);
  };

  /** Said of an order that costs otherwise than meant: the account raises prices to its minimum without a word. */
  const made = (order: Order, body: OrderBody): MadeOrder => {
    const meantSum = sumOf(body);
    if (order.sum === undefined || Math.abs(order.sum - meantSum) <= body.positions.length) return madeOf(order, false);
    deps.log.warn({ event: 'moysklad.sum-differs', number: order.name, meant: meantSum, stored: order.sum });
    return { ...madeOf(order, false), sums: { meant: meantSum, stored: order.sum } };
  };

  return {
    ...createOrderWatch(http),
    async makeOrder(command, options) {
      refuseUnfit(command);
      const earlier = options.lookFirst ? await documents.findEarlier(command, options) : null;
      // At once, so that a refusal by a line's article still counts as one where surely nothing was made.
      if (options.lookFirst) await options.onStep?.('looked');
      if (earlier) {
        await whileItStands(() => proveEarlier(command, earlier, options));
        await options.onStep?.('compared');
        return madeOf(earlier, true);
      }
      const body = await meant(command, options);
      if (!options.lookFirst) await options.onStep?.('looked');
      const sent = await send(command, body, options);
      await options.onStep?.('sent');
      const whole = await whileItStands(() => documents.completeAndProve(sent.order, sent.body, options));
      await options.onStep?.('compared');
      return made(whole, sent.body);
    },
    async makeOrders(commands, options) {
      for (const command of commands) refuseUnfit(command);
      const first = await meantMany(commands, options);
      await options.onStep?.('looked');
      const sent = await sendAll(commands, first, options);
      await options.onStep?.('sent');
      const results = await Promise.all(
        sent.map(async ({ body, order }): Promise<MadeOrder | OutcomeError> => {
          if (order instanceof OutcomeError) return order;
          try {
            await whileItStands(() => documents.prove(order, body!, options));
          } catch (error) {
            return outcomeOf(error);
          }
          return made(order, body!);
        }),
      );
      await options.onStep?.('compared');
      return results;
    },
    findLinks,
    async ping(options = {}) {
      await http.get(z.object({ id: z.string() }), '/context/employee', {}, options);
    },
    check: (ask) => createCheck({ http, settings, references, clock: deps.clock, findLinks }, ask),
    async close() {
      http.close();
    },
  };
}

function refuseUnfit({ lines, outboxId }: OrderCommand): void {
  const bad = lines.find(({ quantity }) => !(Number.isSafeInteger(quantity) && quantity > 0));
  if (lines.length > 0 && bad === undefined) return;
  throw refused({
    code: 'moysklad-order-unfit',
    message: bad
      ? `Количество «${bad.itemName}» должно быть больше нуля, а в документе ${outboxId} оно ${bad.quantity / 1000}.`
      : `В документе ${outboxId} нет ни одной строки.`,
    system: 'moysklad',
    details: { outboxId, lines: lines.length },
  });
}
