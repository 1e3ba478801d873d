/** Branches of the tree in «Настройка автоматического REST-сервиса», by the prefix of an entity set's name. */
const BRANCHES: Record<string, string> = {
  Catalog: 'Справочники',
  Document: 'Документы',
  InformationRegister: 'Регистры сведений',
  AccumulationRegister: 'Регистры накопления',
};

/** How 1C's own list shows an entity set: `InformationRegister_ТоварныеОграничения` is «Регистры сведений → Товарные ограничения». */
export function shownIn1C(entitySet: string): string {
  const [kind = '', name = ''] = entitySet.split('_');
  const branch = BRANCHES[kind];
  if (branch === undefined || name === '') return entitySet;
  const words = name.replace(/(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, ' ').toLowerCase();
  return `${branch} → ${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Where a person ticks these entity sets: the form of UT itself (DataProcessors/НастройкаСтандартногоИнтерфейсаOData). */
export const howToPublish = (entitySets: readonly string[]) =>
  'В 1С: «Все функции» → «Обработки» → «Настройка автоматического REST-сервиса», вкладка «Состав», «Загрузить метаданные»; отметьте ' +
  `${entitySets.map((one) => `«${shownIn1C(one)}»`).join(', ')}; «Сохранить и закрыть».`;
