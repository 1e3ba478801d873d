import { z } from '@hono/zod-openapi';
import type { Cause } from '../../shared/planning/difference.ts';
import { describeAdded, describeChange, describeGone } from '../../shared/planning/difference-text.ts';
import { fromMilli } from '../../shared/planning/quantity.ts';
import type { ComparedRun, RunComparison } from '../../shared/runs/compare-runs.ts';
import type { StoredLine } from '../../shared/runs/stored-lines.ts';
import { LINE_OUTCOMES } from '../queries/run-lines.ts';
import { whyView } from './why-view.ts';

const count = z.int().nonnegative();

/** What one plan decided for a place. Quantities are in the item's base unit. */
const decisionSchema = z.object({
  outcome: z.enum(LINE_OUTCOMES),
  takes: z.array(z.object({ donor: z.object({ key: z.string(), name: z.string() }), quantity: z.number() })),
  ordered: z.number(),
});

const placeSchema = z.object({
  recipient: z.object({ key: z.string(), name: z.string() }),
  item: z.object({
    key: z.string(),
    name: z.string(),
    article: z.string(),
    characteristic_key: z.string(),
    characteristic_name: z.string(),
    unit: z.string(),
  }),
  explanation: z.object({ ru: z.string(), en: z.string() }),
});

/** One input that differs. `before` and `after` are quantities, or for `pack`, `item` and `rules` what there was and is. */
const causeSchema = z.object({
  input: z.string(),
  donor: z.object({ key: z.string(), name: z.string() }).optional(),
  before: z.unknown(),
  after: z.unknown(),
});

const comparedSchema = z.object({
  run_id: z.uuid(),
  dry_run: z.boolean(),
  created_at: z.string(),
  plan_digest: z.string().nullable(),
});

export const differenceSchema = z
  .object({
    run: comparedSchema,
    /** What it is compared with; NULL: no earlier run planned the same, so that every line is new. */
    to: comparedSchema.nullable(),
    /** Complete, however many lines are shown. */
    counts: z.object({ added: count, gone: count, changed: count, same: count }),
    added: z.array(placeSchema.extend({ after: decisionSchema })),
    gone: z.array(placeSchema.extend({ before: decisionSchema })),
    changed: z.array(
      placeSchema.extend({ before: decisionSchema, after: decisionSchema, because: z.array(causeSchema) }),
    ),
  })
  .openapi('RunDifference');

/** At most `limit` lines of each kind. */
export function differenceView(
  run: ComparedRun,
  { before, difference: { added, gone, changed, same } }: RunComparison,
  limit: number,
): z.output<typeof differenceSchema> {
  return {
    run: comparedView(run),
    to: before === null ? null : comparedView(before),
    counts: { added: added.length, gone: gone.length, changed: changed.length, same },
    added: added.slice(0, limit).map((line) => ({
      ...placeView(line),
      explanation: { ru: describeAdded(line, line.names, 'ru'), en: describeAdded(line, line.names, 'en') },
      after: decisionView(line),
    })),
    gone: gone.slice(0, limit).map((line) => ({
      ...placeView(line),
      explanation: { ru: describeGone(line, line.names, 'ru'), en: describeGone(line, line.names, 'en') },
      before: decisionView(line),
    })),
    changed: changed.slice(0, limit).map((change) => ({
      ...placeView(change.after),
      explanation: {
        ru: describeChange(change, change.after.names, 'ru'),
        en: describeChange(change, change.after.names, 'en'),
      },
      before: decisionView(change.before),
      after: decisionView(change.after),
      because: change.because.map(causeView),
    })),
  };
}

const comparedView = ({ id, dryRun, createdAt, planDigest }: ComparedRun) => ({
  run_id: id,
  dry_run: dryRun,
  created_at: createdAt.toISOString(),
  plan_digest: planDigest,
});

const placeView = ({ recipientKey, itemKey, characteristicKey, names }: StoredLine) => ({
  recipient: { key: recipientKey, name: names.recipientName },
  item: {
    key: itemKey,
    name: names.itemName,
    article: names.article,
    characteristic_key: characteristicKey,
    characteristic_name: names.characteristicName,
    unit: names.unit,
  },
});

const decisionView = ({ outcome, takes, order, why }: StoredLine) => ({
  outcome,
  takes: takes.map(({ donorKey, quantity }) => ({
    donor: { key: donorKey, name: why.donors.find((step) => step.donorKey === donorKey)?.donorName ?? donorKey },
    quantity: fromMilli(quantity),
  })),
  ordered: fromMilli(order),
});

const causeView = (cause: Cause) => ({
  input: cause.input,
  ...(cause.input === 'donor' ? { donor: { key: cause.donorKey, name: cause.donorName } } : {}),
  before: whyView(cause.before),
  after: whyView(cause.after),
});
