import type { FC } from 'hono/jsx';
import { z } from 'zod';
import { anyOfField, textField, uuidField } from '../../fields/query-fields.ts';
import { OUTBOX_KINDS, OUTBOX_STATUSES } from '../../queries/outbox.ts';
import { type Filters, fieldOf } from '../filters.ts';
import { Input, Select, severalOf } from '../parts.tsx';
import { instantIn } from '../period.ts';
import type { View } from '../view.ts';
import { documentKind, documentState } from '../words.ts';

export const documentFilters = {
  status: anyOfField(OUTBOX_STATUSES),
  kind: anyOfField(OUTBOX_KINDS),
  run_id: uuidField.optional(),
  donor: textField('Key or name of the donor.'),
  recipient: textField('Key or name of the recipient.'),
  cause: textField('Error code.'),
  asks: z.literal('yes').optional(),
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  q: textField('Part of an article, an item name or a document number, or a whole key.'),
};
type Asked = z.output<z.ZodObject<typeof documentFilters>>;

/** What the query takes. Days are whole ones of the hub's zone, the last one included. */
export function outboxFilter({ run_id: runId, asks, from, to, ...rest }: Asked, { timezone }: View) {
  const dayAfter = to === undefined ? undefined : new Date(Date.parse(to) + 86_400_000).toISOString().slice(0, 10);
  return {
    ...rest,
    runId,
    asks: asks === 'yes',
    ...(from !== undefined && { from: instantIn(timezone, `${from}T00:00`) ?? undefined }),
    ...(dayAfter !== undefined && { to: instantIn(timezone, `${dayAfter}T00:00`) ?? undefined }),
  };
}

export const DocumentFilters: FC<{
  view: View;
  filters: Filters<Asked>;
  warehouses: { name: string; role: string }[];
}> = ({ view, filters, warehouses }) => {
  const { t } = view;
  const { given } = filters;
  const field = fieldOf(filters);
  const states = OUTBOX_STATUSES.map((value) => ({ value, name: documentState(view, value).name }));
  const kinds = (['transfer', 'order'] as const).map((value) => ({ value, name: documentKind(view, value) }));
  return (
    <form class="filters" method="get" action="/console/documents">
      <Input
        {...field('q')}
        type="search"
        wide={true}
        label={t('Артикул, товар, склад, номер или ключ', 'Article, item, warehouse, number or key')}
      />
      <Select
        {...field('status')}
        label={t('Состояние', 'State')}
        any={t('любое', 'any')}
        {...severalOf(states, given.status)}
      />
      <Select {...field('kind')} label={t('Вид', 'Kind')} any={t('любой', 'any')} {...severalOf(kinds, given.kind)} />
      <Input {...field('donor')} label={t('Откуда', 'From where')} list="f-donors" />
      <Input {...field('recipient')} label={t('Куда', 'Where to')} list="f-recipients" />
      <Names id="f-donors" of={warehouses.filter(({ role }) => role === 'donor')} />
      <Names id="f-recipients" of={warehouses.filter(({ role }) => role === 'recipient')} />
      <Input {...field('from')} type="date" label={t('Создан или изменён с', 'Made or changed from')} />
      <Input {...field('to')} type="date" label={t('по', 'to')} />
      <Input {...field('cause')} label={t('Причина (код)', 'Cause (code)')} />
      <label class="check">
        <input type="checkbox" name="asks" value="yes" checked={given.asks === 'yes'} />
        {t('только с вопросом', 'only those that ask')}
      </label>
      {given.run_id === undefined ? null : <Input {...field('run_id')} label={t('Прогон', 'Run')} />}
      <button type="submit">{t('Показать', 'Show')}</button>
      <a class="button quiet" href="/console/documents">
        {t('Сбросить', 'Reset')}
      </a>
    </form>
  );
};

/** What a field offers while somebody types. */
const Names: FC<{ id: string; of: { name: string }[] }> = ({ id, of }) => (
  <datalist id={id}>
    {of.map(({ name }) => (
      <option value={name} />
    ))}
  </datalist>
);
