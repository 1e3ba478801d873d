import { z } from '@hono/zod-openapi';

const shown = (input: unknown) => `«${String(input).slice(0, 100)}»`;

/** How many rows a page holds at most. */
export const limitField = (byDefault: number, max: number) => {
  const error = ({ input }: { input?: unknown }) => `целое число от 1 до ${max}, а не ${shown(input)}`;
  return z
    .string({ error })
    .refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= max, { error })
    .transform(Number)
    .default(byDefault)
    .openapi({ type: 'integer', minimum: 1, maximum: max, default: byDefault });
};

/** One or more of `values`: comma separated, or the parameter repeated. */
export const anyOfField = <const T extends string>(values: readonly T[]) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((given, context): T[] => {
      const chosen = [given]
        .flat()
        .flatMap((text) => text.split(','))
        .map((text) => text.trim());
      const wrong = chosen.filter((one) => !(values as readonly string[]).includes(one));
      if (wrong.length > 0) {
        context.addIssue({
          code: 'custom',
          message: `нет значения ${wrong.map(shown).join(', ')}; допустимо: ${values.join(', ')}`,
        });
      }
      return chosen as T[];
    })
    .optional()
    .openapi({ type: 'string', description: `Any of ${values.join(', ')}; several are comma separated.` });

/** A search text; blank counts as not given. */
export const textField = (description: string) =>
  z
    .string({ error: 'одно текстовое значение' })
    .max(200, { error: 'не длиннее 200 знаков' })
    .transform((text) => text.trim() || undefined)
    .optional()
    .openapi({ type: 'string', description });

export const uuidField = z.string().refine(isUuid, { error: ({ input }) => `нужен UUID, а не ${shown(input)}` });

/** An instant with its zone. A `+` that a URL turned into a space is put back. */
export const instantField = (description: string) =>
  z
    .string({ error: 'один момент времени' })
    .transform((text, context) => {
      const fixed = text.trim().replace(/ (?=\d\d:?\d\d$)/, '+');
      const instant = new Date(fixed);
      if (
        !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(fixed) ||
        Number.isNaN(instant.getTime())
      ) {
        context.addIssue({
          code: 'custom',
          message: `нужно время с часовым поясом, например 2026-03-02T09:00:00+03:00, а не ${shown(text)}`,
        });
        return z.NEVER;
      }
      return instant;
    })
    .optional()
    .openapi({ type: 'string', format: 'date-time', description });

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}
