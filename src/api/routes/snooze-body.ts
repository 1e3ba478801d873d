import { z } from '@hono/zod-openapi';

const text = (max: number, what: string) =>
  z
    .string({ error: `${what}, строкой` })
    .trim()
    .min(1, { error: 'пустая строка' })
    .max(max, { error: `не длиннее ${max} знаков` });
const key = z.guid({ error: 'ключ 1С (GUID)' }).transform((value) => value.toLowerCase());

/** What is asked for. Says everything that is wrong, not only the first thing. */
export const snoozeBody = z
  .strictObject(
    {
      warehouse_id: text(200, 'ключ 1С или название склада').nullish(),
      item_key: key.nullish(),
      article: text(200, 'артикул').nullish(),
      characteristic_key: key.nullish(),
      reason: text(500, 'почему не заказывать'),
      until: z.iso.date({ error: 'день вида 2027-03-01' }).nullish(),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? 'нужен объект JSON' : undefined) },
  )
  .superRefine((given, context) => {
    const wrong = (name: string, message: string) => context.addIssue({ code: 'custom', path: [name], message });
    if (given.item_key && given.article) wrong('article', 'товар назван дважды: оставьте ключ или артикул');
    const item = given.item_key ?? given.article ?? null;
    if (item === null && !given.warehouse_id) wrong('warehouse_id', 'нужен склад, товар или оба');
    if (item === null && given.characteristic_key) wrong('characteristic_key', 'характеристика без товара');
  });

/** The same for OpenAPI: the library's own validator would answer in another shape. */
export const snoozeBodySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['reason'],
  properties: {
    warehouse_id: {
      type: ['string', 'null'],
      description: '1C key or name of a recipient; left out: every recipient.',
    },
    item_key: { type: ['string', 'null'], format: 'uuid', description: '1C key; left out: every item.' },
    article: {
      type: ['string', 'null'],
      description: 'Instead of item_key, for an item that some run has had a line for.',
    },
    characteristic_key: { type: ['string', 'null'], format: 'uuid', description: 'Left out: every characteristic.' },
    reason: { type: 'string', maxLength: 500 },
    until: {
      type: ['string', 'null'],
      format: 'date',
      description: 'The day on which it counts no more, in SCAN_TIMEZONE; left out: for good.',
    },
  },
} as const;
