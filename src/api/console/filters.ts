import type { Context } from 'hono';
import type { z } from 'zod';
import { givenOf } from './query.ts';
import type { View } from './view.ts';

/** What a page with filters was asked for. What is wrong is told at its field; everything else stays as it was chosen. */
export interface Filters<T> {
  asked: T;
  /** As it was typed, also where it is wrong. */
  given: Record<string, string>;
  /** By field, in the page's language. */
  problems: Record<string, string>;
  isWrong: boolean;
}

/** Reads each parameter by itself; every field of `schema` may be left out. */
export function readFilters<S extends z.ZodObject>(c: Context, view: View, schema: S): Filters<z.output<S>> {
  const asked: Record<string, unknown> = {};
  const given: Record<string, string> = {};
  const problems: Record<string, string> = {};
  for (const [name, value] of Object.entries(givenOf(c))) {
    const field = schema.shape[name] as z.ZodType | undefined;
    if (field === undefined) continue;
    given[name] = [value].flat().join(',');
    const read = field.safeParse(value);
    if (read.success) asked[name] = read.data;
    else problems[name] = wrongValue(view, name, given[name]);
  }
  return { asked: asked as z.output<S>, given, problems, isWrong: Object.keys(problems).length > 0 };
}

/** What the field `name` of the form shows: what was typed there and what is wrong with it. */
export const fieldOf =
  ({ given, problems }: Pick<Filters<unknown>, 'given' | 'problems'>) =>
  (name: string) => ({ name, value: given[name], problem: problems[name] });

function wrongValue({ t }: View, name: string, value: string): string {
  const shown = value.slice(0, 60);
  const sentences: Record<string, string> = {
    from: t(`такого времени нет: ${shown}`, `no such time: ${shown}`),
    to: t(`такого времени нет: ${shown}`, `no such time: ${shown}`),
    limit: t('целое число от 100 до 2000', 'a whole number from 100 to 2000'),
    refresh: t('целое число секунд от 0 до 30', 'a whole number of seconds from 0 to 30'),
    run_id: t(
      'номер прогона целиком или его начало, от 4 знаков',
      'a whole run id or its beginning, 4 characters or more',
    ),
    cursor: t('эта страница списка устарела: начните с начала', 'this page of the list is out of date: begin anew'),
  };
  return sentences[name] ?? t(`нет такого значения: ${shown}`, `no such value: ${shown}`);
}
