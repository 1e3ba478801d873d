import type { createObserver } from './observe.ts';
import { judge, type Seen, type Verdict } from './verdict.ts';

export interface Timing {
  /** From the trigger's answer to the first and to the last document, in milliseconds; NULL without documents. */
  firstDocumentMs: number | null;
  lastDocumentMs: number | null;
}

/** Looks into the sandbox after the run and prints what it found. True when every need has exactly one document. */
export async function reportFrom(
  observer: ReturnType<typeof createObserver>,
  before: Pick<Seen, 'before' | 'limits' | 'donors'>,
  timing: Timing,
  print: (line: string) => void,
): Promise<boolean> {
  const [transfers, orders] = await Promise.all([observer.transfers(), observer.orders()]);
  const seen = { ...before, transfers, orders };
  const open = judge({ ...seen, matches: new Map() }).open.map((need) => need.article);
  const matches = new Map<string, number>();
  for (const article of new Set(open)) matches.set(article, await observer.matches(article));
  const verdict = judge({ ...seen, matches });
  for (const line of lines(verdict, seen, timing)) print(line);
  return verdict.open.length === 0 && verdict.faults.length === 0;
}

function lines(verdict: Verdict, seen: Pick<Seen, 'transfers' | 'orders'>, timing: Timing): string[] {
  const row = (name: string, value: string | number) => `  ${name.padEnd(44, ' ')}${value}`;
  const { kinds } = verdict;
  const living = seen.transfers.filter((one) => !one.DeletionMark);
  const ofEach = <T>(documents: T[], numberOf: (one: T) => string) => documents.slice(0, 5).map(numberOf);
  const first = [...ofEach(living, (one) => one.Number), ...ofEach(seen.orders, (one) => `МС ${one.name}`)];
  const clean = verdict.open.length === 0 && verdict.faults.length === 0;
  return [
    '',
    'Отчёт: прочитано обратно из 1С и МойСклад по HTTP',
    row('Потребностей (ниже минимума)', verdict.needs),
    row('Ниже минимума, но товар уже ожидается', verdict.expected),
    ...[...verdict.byDonor].map(([donor, needs]) => row(`Взято с «${donor}», потребностей`, needs)),
    row('Заказано в МойСклад, потребностей', verdict.orderedOutside),
    row('  закрыто одним донором', kinds.oneDonor),
    row('  двумя донорами', kinds.severalDonors),
    row('  частью с доноров, частью в МойСклад', kinds.mixed),
    row('  целиком в МойСклад', kinds.outside),
    row('Документов: заказов на перемещение', living.length),
    row('Документов: заказов покупателя', seen.orders.length),
    row('Первые номера', first.join(', ')),
    row('От запуска до первого документа', seconds(timing.firstDocumentMs)),
    row('От запуска до последнего документа', seconds(timing.lastDocumentMs)),
    ...(verdict.refused.length === 0
      ? []
      : [
          row('Отказано по делу (человек должен поправить)', verdict.refused.length),
          ...verdict.refused.map(
            (one) =>
              `    ${one.article} для «${one.warehouse}»: ${one.matches === 0 ? 'в МойСклад нет такого артикула' : `в МойСклад ${one.matches} товара с этим артикулом`}`,
          ),
        ]),
    ...verdict.faults.map((fault) => `  ✗ ${fault}`),
    ...verdict.open.map(
      (need) =>
        `  ✗ Не закрыто: ${need.article} на «${need.warehouse}», есть и ожидается ${need.projected} при минимуме ${need.minimum}`,
    ),
    clean
      ? `✓ У каждой потребности ровно один документ${verdict.refused.length > 0 ? ' или названная причина, почему его нет' : ''}; лишних и двойных нет.`
      : `✗ Не так, как должно быть: ${verdict.faults.length + verdict.open.length}`,
  ];
}

const seconds = (ms: number | null) => (ms === null ? '—' : `${(ms / 1000).toFixed(1)} с`);
