import { formulaTerms, passesMaximum, wantedOf } from './explain-numbers.ts';
import { formatMilli } from './quantity.ts';
import type { DonorStep, ExplainNames, Milli, SkipReason, Why } from './types.ts';

const CANNOT_ORDER: Record<Exclude<SkipReason, 'covered-by-expected' | 'nothing-by-formula' | 'snoozed'>, string> = {
  'unknown-item': 'is not in the item catalogue of 1C',
  'not-stocked': 'is a service, a work or a set and has no stock',
  'marked-for-deletion': 'is marked for deletion in 1C',
};

const WORDS = {
  maximum: 'maximum',
  safety: 'safety stock',
  onOrder: 'already on the way',
  safetyGap: 'missing safety stock',
  forReserves: 'for reserves',
};

/** The English text of `explain`. */
export function explainInEnglish(why: Why, names: ExplainNames): string {
  const number = (milli: Milli) => formatMilli(milli);
  const quantity = (milli: Milli) => `${number(milli)} ${names.unit}`.trim();

  const sentences = [`${stock()}.`];
  if (why.skipped === 'covered-by-expected') {
    sentences.push(`${enough()}, nothing needs to be ordered.`);
  } else if (why.skipped === 'nothing-by-formula') {
    sentences.push(`By UT 11.5's formula there is nothing to order: ${noLevel()}.`);
  } else if (why.skipped === 'snoozed') {
    sentences.push(`${lack()}.`, `Nothing was ordered: ${snoozed()}.`);
  } else if (why.skipped !== null) {
    sentences.push(`${lack()}.`, `Nothing was ordered: “${names.itemName}” ${CANNOT_ORDER[why.skipped]}.`);
  } else {
    sentences.push(`${lack()}${rounded()}.`, `${sources()}.`);
  }
  return sentences.join(' ');

  function stock(): string {
    const there =
      why.formula === undefined || why.formula.stock === why.free
        ? `${quantity(why.free)} free`
        : `${quantity(why.formula.stock)} on hand, reserves of ${number(why.reserved)} included`;
    const start = `“${names.recipientName}” has ${there}, the minimum is ${number(why.minimum)}`;
    const coming = why.onOrder + why.hubExpected;
    if (coming === 0) return start;
    const byHub =
      why.hubExpected === 0
        ? ''
        : ` (${number(why.hubExpected)} of it by documents of the hub that 1C does not show yet)`;
    return `${start}; ${quantity(coming)} more already on the way${byHub}`;
  }

  function snoozed(): string {
    const { until = null, author = '', reason = '' } = why.snooze ?? {};
    return `${until === null ? 'excluded for good' : `snoozed until ${until}`}, “${reason}” (${author})`;
  }

  function enough(): string {
    if (why.formula === undefined) return `That is enough: there will be ${quantity(why.projected)}`;
    return `By UT 11.5's formula that is enough (${formulaTerms(why, WORDS, number).join(' ')})`;
  }

  function noLevel(): string {
    if (why.maximum === null) return 'there is no maximum';
    return `the maximum of ${number(why.maximum)} is not above the safety stock of ${number(why.formula?.safety ?? 0)}`;
  }

  function lack(): string {
    if (why.formula !== undefined) {
      const terms = formulaTerms(why, WORDS, number);
      return `By UT 11.5's formula: ${terms.join(' ')}${terms.length === 1 ? ` ${names.unit}`.trimEnd() : ` = ${quantity(why.missing)}`}`;
    }
    const missing = `${quantity(why.missing)} missing`;
    if (why.maximum === null) return `Up to the minimum of ${number(why.target)}: ${missing}`;
    if (why.maximum >= why.minimum) return `Up to the maximum of ${number(why.target)}: ${missing}`;
    return `The maximum of ${number(why.maximum)} is below the minimum and was passed over; up to the minimum of ${number(why.target)}: ${missing}`;
  }

  function rounded(): string {
    const ignored =
      why.packIgnored === undefined || why.pack === null ? '' : `; pack ${pack()} was passed over: ${badPack()}`;
    const need = quantity(wantedOf(why));
    if (why.rounding === 'none') return ignored;
    if (why.rounding === 'unit') return `${ignored}; rounded up to a whole unit: ${need}${beyond()}`;
    if (why.rounding === 'unit-down')
      return `${ignored}; rounded down to a whole unit to stay within the maximum: ${need}`;
    if (why.rounding === 'pack-up') return `; rounded up to pack ${pack()}: ${need}${beyond()}`;
    return `; rounded down to pack ${pack()} to stay within the maximum: ${need}, the minimum is reached`;
  }

  function beyond(): string {
    if (!passesMaximum(why)) return '';
    return ' (above the maximum, but less would not reach the minimum)';
  }

  function pack(): string {
    return why.pack === null ? '' : `“${why.pack.name}” (${quantity(why.pack.size)})`;
  }

  function badPack(): string {
    return why.packIgnored === 'not-positive' ? 'its size is not above zero' : 'it holds no whole number of units';
  }

  function sources(): string {
    const empty = why.donors.filter((step) => step.reason === 'nothing-free').map(nothingFree);
    const clauses = why.donors.map(donor).filter((clause) => clause !== '');
    if (empty.length > 0) clauses.push(`nothing to take from ${empty.join(', ')}`);
    const ordered = order();
    if (ordered !== null) clauses.push(ordered);
    const text = clauses.join('; ');
    return /^\p{Ll}/u.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  }

  function order(): string | null {
    const left = why.minimumOrder?.left ?? why.ordered;
    if (left === 0) return null;
    const rest = `${left === wantedOf(why) ? 'all of it' : 'the rest'}, ${quantity(left)},`;
    if (why.minimumOrder?.effect === 'raised')
      return `${rest} is ordered through MoySklad, raised to the minimum order: ${quantity(why.ordered)}`;
    if (why.minimumOrder?.effect === 'left-out')
      return `${rest} is not ordered: the minimum is reached, and a minimum order of ${quantity(why.minimumOrder.size)} would pass the maximum`;
    return `${rest} is ordered through MoySklad`;
  }

  function donor(step: DonorStep): string {
    const least = why.pack !== null && why.packIgnored === undefined ? 'a pack' : 'a whole unit';
    switch (step.reason) {
      case 'took-all':
        return `${nameOf(step)} gives all it offered, ${quantity(step.taken)}`;
      case 'took-part':
        return `${nameOf(step)} gives ${quantity(step.taken)} of ${number(step.offered)} offered`;
      case 'less-than-a-pack':
        return `${nameOf(step)} has only ${quantity(step.offered)} to give, less than ${least}`;
      case 'minimum-unknown':
        return `nothing is taken from ${nameOf(step)}: its minimum is worked out inside 1C and not known here`;
      case 'unreadable':
        return `nothing is taken from ${nameOf(step)}: 1C told only a part of it`;
      case 'partial-not-wanted':
        return `${nameOf(step)} has only ${quantity(step.offered)} to give, and gives all that is needed or nothing`;
      default:
        return '';
    }
  }

  function nothingFree(step: DonorStep): string {
    const minimum = step.minimum > 0 ? ` against a minimum of ${number(step.minimum)}` : '';
    const promised = step.outgoing + step.takenBefore;
    return `${nameOf(step)} (${number(step.free)} free${minimum}${promised > 0 ? `, ${number(promised)} promised` : ''})`;
  }

  function nameOf(step: DonorStep): string {
    return `“${names.donorNames[step.donorKey] ?? step.donorName}”`;
  }
}
