import type pg from 'pg';

/** Makes documents with one line each, over two years up to now: nearly all made, some failed for one of twenty causes. */
export async function fillOutbox(client: pg.Client, rows: number): Promise<void> {
  await withoutIndexes(client, ['outbox', 'outbox_lines', 'run_lines'], async () => {
    await client.query(`
      insert into known_warehouses (key, name, role, seen_at)
      select md5('w' || n)::uuid, 'Магазин ' || n, 'recipient', now() from generate_series(0, 8) n
      union all select md5('donor')::uuid, 'Бестужевых', 'donor', now()`);
    await client.query(`
      insert into runs (id, trigger, status, scope, created_at, started_at, finished_at)
      select md5('run' || n)::uuid, 'schedule', 'completed', 'all', now() - (1000 - n) * interval '17 hours', now(), now()
      from generate_series(0, 999) n`);
    await client.query(`
      create table bench_documents as
      select n, uuidv7(-(interval '730 days') * (1 - n::float8 / ${rows})) as id, gen_random_uuid() as line, gen_random_uuid() as key,
        now() - (interval '730 days') * (1 - n::float8 / ${rows}) as at,
        case when n % 10 < 7 then 'transfer' else 'order' end as kind,
        case when n % 1000 < 5 then 'failed' when n % 1000 = 5 then 'unknown' when n % 1000 < 20 then 'superseded'
             when n % 1000 < 30 then 'cancelled' when n > ${rows} - 50 then 'held' else 'done' end as status,
        'АРТ-' || lpad((n * 7 % 50000)::text, 6, '0') as article
      from generate_series(0, ${rows - 1}) n`);
    await client.query(`
      insert into run_lines (id, run_id, recipient_key, recipient_name, item_key, item_name, article, characteristic_key, unit,
        minimum, free, on_order, hub_expected, projected, need, transferred, ordered, outcome, why)
      select line, md5('run' || n * 1000 / ${rows})::uuid, md5('w' || n % 9)::uuid, 'Магазин ' || n % 9, md5(article)::uuid,
        'Кабель ВВГнг ' || article, article, '00000000-0000-0000-0000-000000000000', 'м', 5, 0, 0, 0, 0, 5, 5, 0, 'transfer', '{}'
      from bench_documents`);
    await client.query(`
      insert into outbox (id, kind, status, run_id, document_key, queue, sender_key, sender_name, recipient_key,
        recipient_name, error_code, error_message, external_key, external_number, posted, created_at, updated_at, confirmed_at)
      select id, kind::outbox_kind, status::outbox_status, md5('run' || n * 1000 / ${rows})::uuid, key,
        case kind when 'transfer' then 'onec-transfer' else 'moysklad-order' end,
        case kind when 'transfer' then md5('donor')::uuid end, case kind when 'transfer' then 'Бестужевых' end, md5('w' || n % 9)::uuid, 'Магазин ' || n % 9,
        case when status in ('failed', 'unknown') then 'cause-' || n / 1000 % 20 end, case when status in ('failed', 'unknown') then 'Отказ' end,
        case status when 'done' then key::text end, case status when 'done' then '00-' || lpad(n::text, 8, '0') end, true,
        at, at, case status when 'done' then at + interval '3 seconds' end
      from bench_documents`);
    await client.query(`
      insert into outbox_lines (id, outbox_id, run_line_id, line_number, recipient_key, item_key, item_name, article, characteristic_key, quantity, closed_at, closed_reason)
      select gen_random_uuid(), id, line, 1, md5('w' || n % 9)::uuid, md5(article)::uuid, 'Кабель ВВГнг ' || article, article,
        '00000000-0000-0000-0000-000000000000', 5, case status when 'done' then at end, case status when 'done' then 'received' end
      from bench_documents`);
  });
}

/** Makes journal entries as documents give them: reading, sending, retries, refusals, what people did; each in its month. */
export async function fillJournal(client: pg.Client, rows: number, documents: number): Promise<void> {
  // A fresh database has only the months from now on.
  await client.query(`
    drop table integration_logs_past;
    select hub_journal_part('integration_logs_past', null, hub_journal_month(now(), -24));
    select hub_journal_part('integration_logs_' || to_char(low at time zone 'UTC', 'YYYY_MM'), low, hub_journal_month(low, 1))
    from generate_series(-24, -1) as n cross join lateral (select hub_journal_month(now(), n) as low) as month`);
  await withoutIndexes(client, ['integration_logs'], async () => {
    await client.query(`
      insert into integration_logs (ts, level, system, step, status, run_id, outbox_id, message, details, payload)
      select now() - (interval '730 days') * (1 - e::float8 / ${rows}), kind.level, kind.system, kind.step, kind.status,
        md5('run' || d.n * 1000 / ${documents})::uuid, d.id,
        kind.said || ' 00-' || lpad(d.n::text, 8, '0') || ': ' || d.article || ' Кабель ВВГнг',
        jsonb_build_object('ms', e % 900, 'start', 1, 'worker', 'hub-1'), jsonb_build_object('number', d.n, 'quantity', 5)
      from generate_series(0, ${rows - 1}) e
      join bench_documents d on d.n = (e::bigint * ${documents} / ${rows})
      cross join lateral (
        select * from (values
          (0, 39, 'info', 'hub', 'relay', 'ok', 'Документ поставлен в очередь'),
          (40, 68, 'info', '1c', 'create-transfer', 'ok', 'Создано перемещение'),
          (69, 80, 'info', 'moysklad', 'create-order', 'ok', 'Создан заказ покупателя'),
          (81, 92, 'info', '1c', 'create-transfer', 'started', 'Отправляется перемещение'),
          (93, 95, 'debug', '1c', 'snapshot', 'ok', 'Прочитаны остатки для'),
          (96, 97, 'warning', 'moysklad', 'create-order', 'retry', 'МойСклад просит подождать с заказом'),
          (98, 98, 'warning', '1c', 'create-transfer', 'unknown', 'Ответ 1С не пришёл на перемещение'),
          (99, 99, 'error', 'moysklad', 'create-order', 'refused', 'МойСклад не нашёл товар для заказа')
        ) k(low, high, level, system, step, status, said) where e % 100 between low and high and e % 100000 <> 7
        union all
        select 0, 0, 'info', 'hub', 'operator', 'ok', 'Документ отправлен на повтор' where e % 100000 = 7
      ) kind`);
  });
}

/** Loads without indexes and makes them afterwards, as they were: the quicker way for so many rows. Leaves fresh statistics. */
async function withoutIndexes(client: pg.Client, tables: string[], load: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes
     where tablename = any($1) and indexname not in (select conname from pg_constraint) and indexdef not like 'CREATE UNIQUE%'`,
    [tables],
  );
  for (const { name } of rows) await client.query(`drop index "${name}"`);
  await load();
  // Of a partitioned table each index is told as if its parts were to have none.
  for (const { definition } of rows) await client.query(definition.replace(' ON ONLY ', ' ON '));
  for (const table of tables) await client.query(`vacuum analyze ${table}`);
}
