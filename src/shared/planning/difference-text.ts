import type { Cause, Change, QuantityInput } from './difference.ts';
import { formatMilli } from './quantity.ts';
import type { Milli, PlanLine, SkipReason } from './types.ts';

/** Names for the keys in a line. */
export interface PlaceNames {
  recipientName: string;
  itemName: string;
  article: string;
  /** Base unit's short name; may be empty. */
  unit: string;
}

type Language = 'ru' | 'en';

interface Words {
  inputs: Record<QuantityInput, string>;
  skipped: Record<SkipReason, string>;
  none: string;
  rules: string;
  pack: string;
  item: string;
  edit: string;
  orderable: string;
  offers: (donor: string) => string;
  nothing: (reason: string) => string;
  moysklad: string;
  added: (place: string, decision: string) => string;
  gone: (place: string, decision: string) => string;
  changed: (place: string, before: string, after: string, causes: string) => string;
}

const WORDS: Record<Language, Words> = {
  ru: {
    inputs: {
      minimum: 'минимум',
      maximum: 'максимум',
      free: 'свободно',
      reserved: 'в резерве',
      'on-order': 'ожидается по 1С',
      'hub-expected': 'ожидается по документам хаба',
      safety: 'страховой запас',
      'minimum-order': 'наименьший заказ поставщику',
      step: 'кратность',
    },
    skipped: {
      'covered-by-expected': 'ожидаемого хватает',
      'nothing-by-formula': 'по формуле заказывать нечего',
      'unknown-item': 'товара нет в справочнике',
      'not-stocked': 'запас по нему не ведётся',
      'marked-for-deletion': 'помечен на удаление',
      snoozed: 'отложено человеком',
    },
    none: 'нет',
    rules: 'правила расчёта (политика, доноры или версия хаба)',
    pack: 'упаковка',
    item: 'состояние',
    edit: 'правка человека',
    orderable: 'можно заказывать',
    offers: (donor) => `«${donor}» может отдать`,
    nothing: (reason) => `ничего (${reason})`,
    moysklad: 'МойСклад',
    added: (place, decision) => `Новая строка: ${place} — ${decision}.`,
    gone: (place, decision) =>
      `Строки больше нет: ${place}; было ${decision}. Запас уже не ниже минимума, лимит снят, или склад не рассчитывался.`,
    changed: (place, before, after, causes) => `${place}: было ${before}, теперь ${after}. Изменилось: ${causes}.`,
  },
  en: {
    inputs: {
      minimum: 'minimum',
      maximum: 'maximum',
      free: 'free',
      reserved: 'reserved',
      'on-order': 'expected by 1C',
      'hub-expected': 'expected by documents of the hub',
      safety: 'safety stock',
      'minimum-order': 'smallest order of the supplier',
      step: 'multiple',
    },
    skipped: {
      'covered-by-expected': 'what is expected is enough',
      'nothing-by-formula': 'the formula asks for nothing',
      'unknown-item': 'not in the catalogue',
      'not-stocked': 'has no stock',
      'marked-for-deletion': 'marked for deletion',
      snoozed: 'snoozed by a person',
    },
    none: 'none',
    rules: 'the rules (policy, donors or the release of the hub)',
    pack: 'pack',
    item: 'state',
    edit: 'a person’s edit',
    orderable: 'can be ordered',
    offers: (donor) => `“${donor}” can give`,
    nothing: (reason) => `nothing (${reason})`,
    moysklad: 'MoySklad',
    added: (place, decision) => `New line: ${place}: ${decision}.`,
    gone: (place, decision) =>
      `Line is gone: ${place}; it was ${decision}. Stock is no longer below the minimum, the limit was taken off, or the warehouse was not planned.`,
    changed: (place, before, after, causes) => `${place}: was ${before}, is ${after}. Changed: ${causes}.`,
  },
};

/** A sentence for a line that is new. */
export const describeAdded = (line: PlanLine, names: PlaceNames, language: Language): string =>
  WORDS[language].added(place(names, language), decision(line, names, language));

/** Two sentences for a line that is no more. */
export const describeGone = (line: PlanLine, names: PlaceNames, language: Language): string =>
  WORDS[language].gone(place(names, language), decision(line, names, language));

/** Two sentences for a line that decides otherwise: what, and because of which inputs. */
export function describeChange({ before, after, because }: Change, names: PlaceNames, language: Language): string {
  const causes = because.map((one) => describeCause(one, language)).join('; ');
  const [was, is] = [decision(before, names, language), decision(after, names, language)];
  return WORDS[language].changed(place(names, language), was, is, causes);
}

/** Why nothing is ordered, in a few words. */
export const describeSkip = (reason: SkipReason, language: Language): string => WORDS[language].skipped[reason];

/** One input that differs: «минимум 5 → 3». */
export function describeCause(cause: Cause, language: Language): string {
  const words = WORDS[language];
  const quantity = (milli: Milli | null) => (milli === null ? words.none : formatMilli(milli, language));
  switch (cause.input) {
    case 'rules':
      return cause.before === cause.after ? words.rules : `${words.rules}: ${cause.before} → ${cause.after}`;
    case 'pack': {
      const pack = (one: typeof cause.before) => (one === null ? words.none : `${one.name} (${quantity(one.size)})`);
      return `${words.pack} ${pack(cause.before)} → ${pack(cause.after)}`;
    }
    case 'item': {
      const state = (reason: SkipReason | null) => (reason === null ? words.orderable : words.skipped[reason]);
      return `${words.item}: ${state(cause.before)} → ${state(cause.after)}`;
    }
    case 'edit':
      return `${words.edit}: ${cause.before ?? words.none} → ${cause.after ?? words.none}`;
    case 'donor':
      return `${words.offers(cause.donorName)} ${quantity(cause.before)} → ${quantity(cause.after)}`;
    default:
      return `${words.inputs[cause.input]} ${quantity(cause.before)} → ${quantity(cause.after)}`;
  }
}

function place({ recipientName, itemName, article }: PlaceNames, language: Language): string {
  const warehouse = language === 'ru' ? `«${recipientName}»` : `“${recipientName}”`;
  return `${warehouse}, ${itemName}${article === '' ? '' : ` (${article})`}`;
}

/** «10 шт: Бестужевых 6, МойСклад 4». */
function decision({ takes, order, why }: PlanLine, { unit }: PlaceNames, language: Language): string {
  const words = WORDS[language];
  if (why.skipped !== null) return words.nothing(words.skipped[why.skipped]);
  const name = (donorKey: string) => why.donors.find((step) => step.donorKey === donorKey)?.donorName ?? donorKey;
  const parts = takes.map((take) => `${name(take.donorKey)} ${formatMilli(take.quantity, language)}`);
  if (order > 0) parts.push(`${words.moysklad} ${formatMilli(order, language)}`);
  const total = takes.reduce((sum, take) => sum + take.quantity, order);
  return `${`${formatMilli(total, language)} ${unit}`.trim()} (${parts.join(', ')})`;
}
