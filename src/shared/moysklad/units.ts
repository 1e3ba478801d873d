/** Spellings of the same unit in 1C and МойСклад, by the Russian classifier (ОКЕИ) and by habit. */
const SAME: string[][] = [
  ['шт', 'штука', 'штуки', 'штук', 'ед', 'единица', 'pcs'],
  ['кг', 'килограмм', 'kg'],
  ['г', 'гр', 'грамм'],
  ['т', 'тонна'],
  ['л', 'литр', 'л;дм3', 'дм3'],
  ['мл', 'миллилитр'],
  ['м', 'метр', 'погм', 'мпог', 'пм'],
  ['см', 'сантиметр'],
  ['мм', 'миллиметр'],
  ['м2', 'квм', 'квадратныйметр', 'мкв'],
  ['м3', 'кубм', 'кубическийметр', 'мкуб'],
  ['упак', 'уп', 'упаковка'],
  ['компл', 'комплект', 'кт'],
  ['набор', 'наб'],
  ['пара', 'пар', 'пар(2шт)'],
  ['рул', 'рулон'],
  ['кор', 'короб', 'коробка'],
  ['ящ', 'ящик'],
  ['бут', 'бутылка'],
  ['лист', 'л-т'],
];

const KIND = new Map(SAME.flatMap((names, kind) => names.map((name) => [name, kind] as const)));

/** Two names of one unit. A name that the table does not know is the same only as itself. */
export function isSameUnit(one: string, other: string): boolean {
  const [a, b] = [plain(one), plain(other)];
  const kind = KIND.get(a);
  return a === b || (kind !== undefined && kind === KIND.get(b));
}

const plain = (name: string) =>
  name
    .toLowerCase()
    .replaceAll('²', '2')
    .replaceAll('³', '3')
    .replaceAll(/[\s.*]/g, '');
