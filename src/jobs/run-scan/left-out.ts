const METHOD = 'limit-method-';

/** What a person should know of, by the reason under which the 1C adapter counted it. Other reasons are everyday. */
const SENTENCES: Record<string, (count: number) => string> = {
  [`${METHOD}ПоддержаниеЗапасаНаСрокПоНорме`]: (count) => computed(count, 'по норме потребления'),
  [`${METHOD}ПоддержаниеЗапасаНаСрокПоСтатистике`]: (count) => computed(count, 'по статистике'),
  'limit-group-without-settings': (count) =>
    `Лимитов без настроек: ${count}. Товар включён в группировку, у которой нет действующей строки настроек; такие позиции не пополняются.`,
  'limit-without-characteristics': (count) =>
    `Лимитов без характеристик: ${count}. Товар ведётся по характеристикам, а лимит задан на товар в целом, и ни одной характеристики не встретилось; такие позиции не пополняются.`,
  'stock-being-recalculated': (count) =>
    `Мест, остатки которых 1С ещё пересчитывает: ${count}. До конца пересчёта («Распределение запасов») они не пополняются, и с них не берётся.`,
  'pack-without-size': (count) =>
    `Лимитов с упаковкой без размера: ${count}. Количества по ним округляются до единицы, а не до упаковки.`,
};

/** Reasons that are how UT is used, not something to look into. */
const EVERYDAY = new Set([
  'limit-inactive',
  'limit-overruled',
  'limit-without-item',
  `${METHOD}ЗаказПодЗаказ`,
  `${METHOD}none`,
]);

/** Russian sentences, each with its count, about rows that 1C has and this run could not go by. In a fixed order. */
export function warningsOf(leftOut: Record<string, number>): string[] {
  return Object.entries(leftOut)
    .filter(([reason, count]) => count > 0 && !EVERYDAY.has(reason))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([reason, count]) => SENTENCES[reason]?.(count) ?? unnamed(reason, count));
}

function computed(count: number, how: string): string {
  return `Лимитов, рассчитываемых ${how}: ${count}. Минимум по ним 1С считает сама, хаб его не знает: такие позиции не пополняются, а со склада-донора не берутся.`;
}

function unnamed(reason: string, count: number): string {
  return reason.startsWith(METHOD)
    ? `Лимитов с методом обеспечения «${reason.slice(METHOD.length)}»: ${count}. Этот метод хабу не известен; такие позиции не пополняются.`
    : `Не учтено строк 1С по причине ${reason}: ${count}.`;
}
