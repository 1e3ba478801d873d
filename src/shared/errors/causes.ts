/** What an error code means for every document that has it. The message of a document names its own goods and numbers. */
const causes: Record<string, { ru: string; en: string }> = {
  'moysklad-item-missing': {
    ru: 'В МойСклад нет такого товара (или он в архиве). Заведите товар или исправьте значение, по которому он ищется.',
    en: 'МойСклад has no such product, or it is archived. Add it, or correct what it is matched by.',
  },
  'moysklad-item-no-article': {
    ru: 'У товара в 1С пусто значение, по которому он ищется в МойСклад. Заполните его в 1С.',
    en: 'The item has no value in 1C to be matched by in МойСклад. Fill it in there.',
  },
  'moysklad-item-doubled': {
    ru: 'В МойСклад несколько товаров с одним значением. Оставьте один.',
    en: 'Several products of МойСклад have the same value. Leave one.',
  },
  'moysklad-nothing-matches': {
    ru: 'Ни один товар заказа в МойСклад не найден.',
    en: 'No item of the order was found in МойСклад.',
  },
  'moysklad-order-unfit': {
    ru: 'МойСклад не принимает строки заказа.',
    en: 'МойСклад does not take lines of the order.',
  },
  'moysklad-attributes-missing': {
    ru: 'В МойСклад у заказа есть обязательные дополнительные поля, а значения для них не заданы.',
    en: 'Orders of МойСклад have required custom fields without a configured value.',
  },
  'moysklad-configuration': {
    ru: 'Настройка МойСклад не подходит: организация, контрагент, склад, статус или тип цен.',
    en: 'The settings of МойСклад do not fit: organization, agent, store, state or price type.',
  },
  'moysklad-credentials': { ru: 'МойСклад не принимает токен.', en: 'МойСклад does not accept the token.' },
  'moysklad-rights': { ru: 'У пользователя МойСклад не хватает прав.', en: 'The user of МойСклад lacks rights.' },
  'moysklad-tariff': { ru: 'Тариф МойСклад этого не позволяет.', en: 'The tariff of МойСклад does not allow it.' },
  'moysklad-document-differs': {
    ru: 'Заказ в МойСклад не тот, что создавал хаб. Проверьте его.',
    en: 'The order in МойСклад is not what the hub made. Look at it.',
  },
  'moysklad-document-deleted': {
    ru: 'Заказ лежит в корзине МойСклад: восстановите его и повторите, или создайте заново.',
    en: 'The order is in the basket of МойСклад: restore it and retry, or make it anew.',
  },
  'moysklad-doubled-document': {
    ru: 'В МойСклад несколько заказов с одним внешним кодом. Оставьте один.',
    en: 'Several orders of МойСклад have one external code. Leave one.',
  },
  'onec-business-refusal': { ru: '1С отказала: так решила её прикладная логика.', en: '1C refused by its own rules.' },
  'onec-not-posted': {
    ru: 'Заказ на перемещение в 1С создан, но не проводится.',
    en: 'The transfer order was made in 1C, but cannot be posted.',
  },
  'onec-marked-for-deletion': {
    ru: 'Номенклатура или склад в 1С помечены на удаление.',
    en: 'An item or a warehouse is marked for deletion in 1C.',
  },
  'onec-bad-reference': {
    ru: 'В 1С нет того, на что ссылается документ: склада, номенклатуры или характеристики.',
    en: '1C has no such warehouse, item or characteristic as the document names.',
  },
  'onec-bad-command': {
    ru: '1С не примет такой документ: его данные неполны.',
    en: '1C takes no such document: its data is incomplete.',
  },
  'onec-bad-request': { ru: '1С не разобрала запрос хаба.', en: '1C could not read the request of the hub.' },
  'onec-configuration': {
    ru: 'Настройка 1С не подходит: организация, приоритет или вариант приёмки.',
    en: 'The settings of 1C do not fit: organization, priority or acceptance.',
  },
  'onec-credentials': { ru: '1С не принимает логин и пароль.', en: '1C does not accept login and password.' },
  'onec-no-rights': { ru: 'У пользователя 1С не хватает прав.', en: 'The user of 1C lacks rights.' },
  'onec-forbidden': { ru: 'Веб-сервер 1С запрещает доступ.', en: 'The web server of 1C denies access.' },
  'onec-not-published': {
    ru: 'Нужный объект 1С не опубликован в REST-сервисе.',
    en: 'An object that is needed is not published by the REST service of 1C.',
  },
  'onec-document-differs': {
    ru: 'Документ в 1С не тот, что создавал хаб. Проверьте его.',
    en: 'The document in 1C is not what the hub made. Look at it.',
  },
  'onec-document-vanished': {
    ru: 'Документ исчез из 1С сразу после записи.',
    en: 'The document vanished from 1C right after it was written.',
  },
  'onec-doubled-document': {
    ru: 'В 1С несколько документов с одним ключом хаба.',
    en: '1C has several documents with one key of the hub.',
  },
  'onec-foreign-key': {
    ru: 'Под ключом хаба в 1С лежит чужой документ.',
    en: 'Another document has the hub’s key in 1C.',
  },
  'process-lost': {
    ru: 'Рабочий процесс пропал, не закончив документ.',
    en: 'A worker died before the document was finished.',
  },
  poison: {
    ru: 'Рабочий процесс трижды подряд пропадал на этом документе.',
    en: 'Workers died three times in a row working on it.',
  },
  'unexpected-error': { ru: 'Непредвиденная ошибка хаба.', en: 'Unexpected error of the hub.' },
};

const systems: readonly (readonly [prefix: string, ru: string, en: string])[] = [
  ['moysklad-', 'МойСклад не принял документы.', 'МойСклад did not take the documents.'],
  ['onec-', '1С не приняла документы.', '1C did not take the documents.'],
];

/** One sentence for all documents that failed with this code. */
export function causeOf(code: string, lang: 'ru' | 'en'): string {
  const known = causes[code];
  if (known !== undefined) return known[lang];
  const system = systems.find(([prefix]) => code.startsWith(prefix));
  if (system !== undefined) return system[lang === 'ru' ? 1 : 2];
  return lang === 'ru' ? 'Документы не созданы по одной причине.' : 'The documents were not made for one cause.';
}
