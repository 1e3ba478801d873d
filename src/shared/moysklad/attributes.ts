import { z } from 'zod';
import type { CallOptions } from '../onec/port.ts';
import { listOf, metaSchema, namedSchema } from './answers.ts';
import type { AttributeSetting } from './config.ts';
import { configurationError } from './errors.ts';
import type { MoySkladHttp } from './http.ts';
import { filterOf } from './lookup.ts';

/** A custom field of customer orders («Доп. поле») as the account defines it. */
const attributeSchema = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  required: z.boolean().optional(),
  meta: metaSchema,
  customEntityMeta: z.object({ href: z.string() }).optional(),
});
export type AttributeDefinition = z.infer<typeof attributeSchema>;

/** As an order carries it. */
export interface AttributeValue {
  meta: { href: string; type: string; mediaType: 'application/json' };
  value: unknown;
}

const attributeList = z.object({ rows: z.array(attributeSchema) });
const entries = listOf(namedSchema);

export const readAttributes = async (http: MoySkladHttp, options: CallOptions = {}): Promise<AttributeDefinition[]> =>
  (await http.get(attributeList, '/entity/customerorder/metadata/attributes', {}, options)).rows;

/** Required fields that no setting fills: МойСклад would refuse every order for them (code 3000). */
export function unfilled(definitions: readonly AttributeDefinition[], settings: readonly AttributeSetting[]): string[] {
  return definitions
    .filter(({ required, id, name }) => required && !settings.some((one) => one.name === name || one.name === id))
    .map(({ name }) => name);
}

/** The values of the settings, in the form of each field's type. Throws `moysklad-configuration` naming what is wrong. */
export async function resolveAttributes(
  http: MoySkladHttp,
  settings: readonly AttributeSetting[],
  options: CallOptions = {},
): Promise<AttributeValue[]> {
  const definitions = await readAttributes(http, options);
  const missing = unfilled(definitions, settings);
  if (missing.length > 0) {
    throw configurationError(
      `В МойСклад у заказа покупателя обязательны поля ${missing.map((name) => `«${name}»`).join(', ')}, без них он не примет ни одного заказа. Задайте их: MOYSKLAD_ATTRIBUTES="${missing[0]}=значение".`,
    );
  }
  return Promise.all(
    settings.map(async ({ name, value }) => {
      const found = definitions.find((one) => one.name === name || one.id === name);
      if (found === undefined) {
        const there = definitions.map((one) => `«${one.name}»`).join(', ') || 'ни одного';
        throw configurationError(
          `В МойСклад у заказа покупателя нет поля «${name}». Исправьте MOYSKLAD_ATTRIBUTES. Есть: ${there}.`,
        );
      }
      const { href, type } = found.meta;
      return {
        meta: { href, type, mediaType: 'application/json' as const },
        value: await toValue(http, found, value, options),
      };
    }),
  );
}

async function toValue(http: MoySkladHttp, field: AttributeDefinition, value: string, options: CallOptions) {
  const wrong = (allowed: string) =>
    configurationError(
      `Значение «${value}» не подходит полю «${field.name}» (тип ${field.type}) в MOYSKLAD_ATTRIBUTES: нужно ${allowed}.`,
    );
  switch (field.type) {
    case 'string':
    case 'text':
    case 'link':
      return value;
    case 'long':
      if (!/^-?\d{1,15}$/.test(value)) throw wrong('целое число');
      return Number(value);
    case 'double':
      if (!/^-?\d+([.,]\d+)?$/.test(value)) throw wrong('число');
      return Number(value.replace(',', '.'));
    case 'boolean':
      if (!['true', 'false', 'да', 'нет'].includes(value.toLowerCase())) throw wrong('да или нет');
      return ['true', 'да'].includes(value.toLowerCase());
    case 'time':
      if (!/^\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?$/.test(value))
        throw wrong('дата вида 2026-12-01 или 2026-12-01 10:00');
      return `${value.slice(0, 10)} ${value.slice(11, 16) || '00:00'}:00`;
    case 'file':
      throw wrong('другое поле: файлы хаб не прикладывает');
    default: {
      // A dictionary of the account's own, or one of МойСклад's (store, project, counterparty …).
      const own = (field.customEntityMeta?.href ?? '').split('/').at(-1);
      const path = field.type === 'customentity' ? `/entity/customentity/${own}` : `/entity/${field.type}`;
      const query = { filter: filterOf('name', [value]), limit: 2 };
      const { rows } = await http.get(entries, path, query, options);
      if (rows.length !== 1)
        throw wrong(rows.length === 0 ? 'имя из справочника этого поля' : 'имя, которое в справочнике одно');
      const { href, type } = rows[0]!.meta;
      return { meta: { href, type, mediaType: 'application/json' } };
    }
  }
}
