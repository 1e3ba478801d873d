import { formulaTerms, passesMaximum, wantedOf } from './explain-numbers.ts';
import { formatMilli } from './quantity.ts';
import type { DonorStep, ExplainNames, Milli, SkipReason, Why } from './types.ts';

const CANNOT_ORDER: Record<
  Exclude<SkipReason, 'covered-by-expected' | 'nothing-by-formula' | 'snoozed'>,
  (name: string) => string
> = {
  'unknown-item': (name) => `товара «${name}» нет в справочнике номенклатуры 1С`,
  'not-stocked': (name) => `«${name}» — услуга, работа или набор, запас по ним не ведётся`,
  'marked-for-deletion': (name) => `товар «${name}» помечен на удаление в 1С`,
};

const WORDS = {
  maximum: 'максимум',
  safety: 'страховой запас',
  onOrder: 'уже ожидается',
  safetyGap: 'недостающий страховой запас',
  forReserves: 'под резервы',
};

/** The Russian text of `explain`. */
export function explainInRussian(why: Why, names: ExplainNames): string {
  const number = (milli: Milli) => formatMilli(milli, 'ru');
  const quantity = (milli: Milli) => `${number(milli)} ${names.unit}`.trim();

  const sentences = [`${stock()}.`];
  if (why.skipped === 'covered-by-expected') {
    sentences.push(`${enough()}, заказывать не нужно.`);
  } else if (why.skipped === 'nothing-by-formula') {
    sentences.push(`По формуле УТ 11.5 заказывать нечего: ${noLevel()}.`);
  } else if (why.skipped === 'snoozed') {
    sentences.push(`${lack()}.`, `Ничего не заказано: ${snoozed()}.`);
  } else if (why.skipped !== null) {
    sentences.push(`${lack()}.`, `Ничего не заказано: ${CANNOT_ORDER[why.skipped](names.itemName)}.`);
  } else {
    sentences.push(`${lack()}${rounded()}.`, `${sources()}.`);
  }
  return sentences.join(' ');

  function stock(): string {
    const place = `На складе «${names.recipientName}»`;
    const there =
      why.formula === undefined || why.formula.stock === why.free
        ? `свободно ${quantity(why.free)}`
        : `в наличии ${quantity(why.formula.stock)} вместе с резервом (${number(why.reserved)})`;
    const start = `${place} ${there} при минимуме ${number(why.minimum)}`;
    const coming = why.onOrder + why.hubExpected;
    if (coming === 0) return start;
    const byHub =
      why.hubExpected === 0 ? '' : ` (по документам хаба, которых 1С ещё не видит, — ${number(why.hubExpected)})`;
    return `${start}; ещё ${quantity(coming)} уже ${isSingular(coming) ? 'ожидается' : 'ожидаются'}${byHub}`;
  }

  function snoozed(): string {
    const { until = null, author = '', reason = '' } = why.snooze ?? {};
    const term =
      until === null ? 'исключено из заказа без срока' : `отложено до ${until.split('-').reverse().join('.')}`;
    return `${term}, «${reason}» (${author})`;
  }

  function enough(): string {
    if (why.formula === undefined) return `Этого хватает: всего будет ${quantity(why.projected)}`;
    return `По формуле УТ 11.5 этого хватает (${formulaTerms(why, WORDS, number).join(' ')})`;
  }

  function noLevel(): string {
    if (why.maximum === null) return 'максимум не задан';
    return `максимум ${number(why.maximum)} не больше страхового запаса ${number(why.formula?.safety ?? 0)}`;
  }

  function lack(): string {
    if (why.formula !== undefined) {
      const terms = formulaTerms(why, WORDS, number);
      return `По формуле УТ 11.5: ${terms.join(' ')}${terms.length === 1 ? ` ${names.unit}`.trimEnd() : ` = ${quantity(why.missing)}`}`;
    }
    const missing = `не хватает ${quantity(why.missing)}`;
    if (why.maximum === null) return `До минимума ${number(why.target)} ${missing}`;
    if (why.maximum >= why.minimum) return `До максимума ${number(why.target)} ${missing}`;
    return `Максимум ${number(why.maximum)} меньше минимума и не учтён: до минимума ${number(why.target)} ${missing}`;
  }

  function rounded(): string {
    const ignored =
      why.packIgnored === undefined || why.pack === null ? '' : `; упаковка ${pack()} не учтена: ${badPack()}`;
    const need = quantity(wantedOf(why));
    if (why.rounding === 'none') return ignored;
    if (why.rounding === 'unit') return `${ignored}; с округлением до целого — ${need}${beyond()}`;
    if (why.rounding === 'unit-down')
      return `${ignored}; чтобы не превысить максимум, округлено вниз до целого — ${need}`;
    if (why.rounding === 'pack-up') return `; с округлением до упаковки ${pack()} — ${need}${beyond()}`;
    return `; чтобы не превысить максимум, округлено вниз до целых упаковок ${pack()} — ${need}, минимума это достигает`;
  }

  function beyond(): string {
    if (!passesMaximum(why)) return '';
    return ' (больше максимума, но меньшим количеством минимума не достичь)';
  }

  function pack(): string {
    if (why.pack === null) return '';
    const size = number(why.pack.size);
    const named = why.pack.name.split(/[^\d,.]+/).includes(size);
    return named ? `«${why.pack.name}»` : `«${why.pack.name}» (${quantity(why.pack.size)})`;
  }

  function badPack(): string {
    return why.packIgnored === 'not-positive' ? 'её размер не больше нуля' : 'в ней не целое число единиц';
  }

  function sources(): string {
    const empty = why.donors.filter((step) => step.reason === 'nothing-free').map(nothingFree);
    const clauses = why.donors.map(donor).filter((clause) => clause !== '');
    if (empty.length > 0) clauses.push(`взять нечего ${empty.join(', ')}`);
    const ordered = order();
    if (ordered !== null) clauses.push(ordered);
    const text = clauses.join('; ');
    return text.charAt(0).toUpperCase() + text.slice(1);
  }

  function order(): string | null {
    const left = why.minimumOrder?.left ?? why.ordered;
    if (left === 0) return null;
    const rest = `${left === wantedOf(why) ? 'всё количество' : 'остальное'} — ${quantity(left)}`;
    if (why.minimumOrder?.effect === 'raised')
      return `${rest} — заказ в МойСклад, поднято до минимального заказа: ${quantity(why.ordered)}`;
    if (why.minimumOrder?.effect === 'left-out')
      return `${rest} — не заказано: минимум уже достигнут, а с минимальным заказом ${quantity(why.minimumOrder.size)} запас превысил бы максимум`;
    return `${rest} — заказ в МойСклад`;
  }

  function donor(step: DonorStep): string {
    switch (step.reason) {
      case 'took-all':
        return `со склада ${nameOf(step)} взято всё предложенное: ${quantity(step.taken)}`;
      case 'took-part':
        return `со склада ${nameOf(step)} взято ${quantity(step.taken)} из ${number(step.offered)} предложенных`;
      case 'less-than-a-pack':
        return `на складе ${nameOf(step)} можно взять только ${quantity(step.offered)}, это меньше ${usesPack() ? 'упаковки' : 'целой единицы'}`;
      case 'minimum-unknown':
        return `со склада ${nameOf(step)} не взято: его минимум 1С рассчитывает сама, и хабу он не известен`;
      case 'unreadable':
        return `со склада ${nameOf(step)} не взято: 1С показала его не полностью`;
      case 'partial-not-wanted':
        return `на складе ${nameOf(step)} можно взять только ${quantity(step.offered)}, а частями с него не берут`;
      default:
        return '';
    }
  }

  function nothingFree(step: DonorStep): string {
    const minimum = step.minimum > 0 ? ` при минимуме ${number(step.minimum)}` : '';
    const promised = step.outgoing + step.takenBefore;
    return `на складе ${nameOf(step)} (свободно ${number(step.free)}${minimum}${promised > 0 ? `, уже обещано ${number(promised)}` : ''})`;
  }

  function nameOf(step: DonorStep): string {
    return `«${names.donorNames[step.donorKey] ?? step.donorName}»`;
  }

  function usesPack(): boolean {
    return why.pack !== null && why.packIgnored === undefined;
  }
}

/** «1 шт ожидается», «21 шт ожидается», «2 шт ожидаются», «1,5 кг ожидается». */
function isSingular(milli: Milli): boolean {
  if (milli % 1000 !== 0) return true;
  const units = milli / 1000;
  return units % 10 === 1 && units % 100 !== 11;
}
