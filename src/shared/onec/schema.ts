import { z } from 'zod';
import type { Milli } from '../planning/types.ts';
import { refusedBy1C } from './errors.ts';

/** A reference, lower case. */
export const key = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i)
  .transform((value) => value.toLowerCase());

/** number(15,3) of 1C as whole thousandths. A number in quotes is taken too: 1C writes Int64 so. */
export const milli = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/)
      .transform(Number),
  ])
  .transform((value): Milli => Math.round(value * 1000) + 0);

export const localDate = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);

/**
 * Checks one row of `object`. Refuses with `onec-property-missing` when 1C left a property out, `onec-property-null` when it
 * is null and `onec-property-invalid` for anything else: a number that was not said must never be read as zero.
 */
export function readRow<T>(object: string, schema: z.ZodType<T>, row: unknown): T {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path ?? [];
  const property = path.join('.') || '(строка целиком)';
  const value = path.reduce<unknown>(
    (inner, step) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[step],
    row,
  );
  const of = describeRow(row);
  const details = { object, property, row: of };
  if (value === undefined) {
    throw refusedBy1C({
      code: 'onec-property-missing',
      message: `1С не прислала свойство «${property}» объекта ${object}${of && ` (${of})`}. Проверьте права пользователя и версию конфигурации.`,
      details,
    });
  }
  if (value === null) {
    throw refusedBy1C({
      code: 'onec-property-null',
      message: `1С прислала пустое значение (null) вместо «${property}» объекта ${object}${of && ` (${of})`}. Пустое не считается нулём.`,
      details,
    });
  }
  const shown = typeof value === 'object' ? typeof value : JSON.stringify(value).slice(0, 80);
  throw refusedBy1C({
    code: 'onec-property-invalid',
    message: `1С прислала непонятное значение «${property}» объекта ${object}${of && ` (${of})`}: ${shown}.`,
    details,
  });
}

/** The keys that tell a person which row it was. */
function describeRow(row: unknown): string {
  if (typeof row !== 'object' || row === null) return '';
  return ['Ref_Key', 'Номенклатура_Key', 'Склад_Key', 'Склад']
    .flatMap((name) => {
      const value = (row as Record<string, unknown>)[name];
      return typeof value === 'string' ? [`${name} ${value}`] : [];
    })
    .join(', ');
}

const collection = z.object({ value: z.array(z.unknown()) });

/** The rows of a collection answer, each checked by `schema`. */
export function readRows<T>(object: string, schema: z.ZodType<T>, answer: unknown): T[] {
  return readRow(object, collection, answer).value.map((row) => readRow(object, schema, row));
}
