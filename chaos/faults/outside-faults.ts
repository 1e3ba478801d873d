import type { Dice } from '../dice.ts';
import type { HttpFault } from '../outside.ts';
import { pause, seenWithin } from '../wait.ts';
import type { Fault } from './fault.ts';

const STRIKES_WITHIN_MS = 3_000;

/** An HTTP fault of the sandbox, struck a few times and counted by the sandbox itself. */
function http(pacedBy: Fault['pacedBy'], draw: (dice: Dice) => HttpFault): Fault {
  return {
    pacedBy,
    async inflict({ stack, dice }) {
      const id = await stack.outside.fault(draw(dice));
      return async () =>
        (await seenWithin(STRIKES_WITHIN_MS, async () => (await stack.outside.fired()).get(id) || null)) ?? 0;
    },
  };
}

/** The whole system is away for a while. */
function down(pacedBy: Fault['pacedBy'], system: HttpFault['system']): Fault {
  return {
    pacedBy,
    async inflict({ stack, dice }) {
      const id = await stack.outside.fault({ system, kind: 'down' });
      const over = pause(dice.int(300, 1_800)).then(async () => {
        const struck = (await stack.outside.fired()).get(id) ?? 0;
        await stack.outside.heal(id);
        return struck;
      });
      return () => over;
    },
  };
}

const write = { method: 'POST', path: 'Document_ЗаказНаПеремещение' };
const posting = { method: 'POST', path: '/Post' };
const read = { method: 'GET' };
const order = { method: 'POST', path: '/entity/customerorder' };
const onec = (draw: (dice: Dice) => Omit<HttpFault, 'system'>) =>
  http('transfers', (dice) => ({ system: '1c', ...draw(dice) }));
const moysklad = (draw: (dice: Dice) => Omit<HttpFault, 'system'>) =>
  http('orders', (dice) => ({ system: 'moysklad', ...draw(dice) }));

/** What 1C and МойСклад, and the lines between them and the hub, do to it. */
export const outsideFaults = {
  '1c-cut-before-write': onec((dice) => ({ kind: 'drop-before', match: write, times: dice.int(1, 4) })),
  '1c-cut-after-write': onec((dice) => ({ kind: 'drop-after', match: write, times: dice.int(1, 4) })),
  '1c-cut-after-posting': onec((dice) => ({ kind: 'drop-after', match: posting, times: dice.int(1, 3) })),
  '1c-cut-reading': onec((dice) => ({ kind: 'drop-after', match: read, times: dice.int(2, 5) })),
  '1c-slow': onec((dice) => ({ kind: 'latency', match: write, ms: dice.int(500, 2_500), times: dice.int(1, 4) })),
  '1c-429': onec((dice) => ({ kind: 'status', status: 429, match: write, times: dice.int(1, 3) })),
  '1c-html': onec((dice) => ({ kind: 'html', match: dice.pick([write, read]), times: dice.int(1, 3) })),
  '1c-licence-refused': onec((dice) => ({
    kind: 'html',
    status: dice.pick([500, 503]),
    message: 'Не обнаружено свободной лицензии!',
    match: dice.pick([write, read]),
    times: dice.int(1, 4),
  })),
  '1c-posting-refused': onec((dice) => ({
    kind: 'status',
    status: 500,
    code: -1,
    message: 'Недостаточно товара на складе',
    match: posting,
    times: dice.int(1, 2),
  })),
  '1c-down': down('transfers', '1c'),
  'moysklad-cut-before-write': moysklad((dice) => ({ kind: 'drop-before', match: order, times: dice.int(1, 4) })),
  'moysklad-cut-after-write': moysklad((dice) => ({ kind: 'drop-after', match: order, times: dice.int(1, 4) })),
  'moysklad-cut-reading': moysklad((dice) => ({ kind: 'drop-after', match: read, times: dice.int(2, 4) })),
  'moysklad-slow': moysklad((dice) => ({
    kind: 'latency',
    match: order,
    ms: dice.int(500, 2_500),
    times: dice.int(1, 3),
  })),
  'moysklad-429': moysklad((dice) => ({
    kind: 'status',
    status: 429,
    match: dice.pick([order, read]),
    times: dice.int(1, 2),
  })),
  'moysklad-timeout-after-write': moysklad((dice) => ({
    kind: 'status',
    status: dice.pick([408, 504]),
    after: true,
    match: order,
    times: dice.int(1, 3),
  })),
  'moysklad-html': moysklad((dice) => ({ kind: 'html', match: dice.pick([order, read]), times: dice.int(1, 3) })),
  'moysklad-refused': moysklad((dice) => ({
    kind: 'status',
    status: 412,
    code: 3000,
    match: order,
    times: dice.int(1, 2),
  })),
  'moysklad-down': down('orders', 'moysklad'),
} satisfies Record<string, Fault>;
