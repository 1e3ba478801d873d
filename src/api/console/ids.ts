import { z } from 'zod';
import { isUuid } from '../fields/query-fields.ts';

/** A form carries the documents that the person saw, so that nothing else is touched; so many at most. */
export const MOST_AT_ONCE = 5_000;

/** Ids divided by commas: the frozen list of a confirmation. */
export const idList = z
  .string()
  .transform((text) => text.split(',').filter((one) => one !== ''))
  .refine((ids) => ids.length > 0 && ids.every(isUuid), { error: 'нужен список документов' })
  .refine((ids) => ids.length <= MOST_AT_ONCE, { error: `не больше ${MOST_AT_ONCE} за раз` })
  .transform((ids) => [...new Set(ids.map((id) => id.toLowerCase()))]);
