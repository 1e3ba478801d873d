import { entity } from './entity.ts';

/** «Товарные ограничения»: independent, not periodic. */
export const stockLimits = entity(
  'InformationRegister_ТоварныеОграничения',
  `
  СтраховоеКоличествоЗапаса:Double МинимальноеКоличествоЗапаса:Double МаксимальноеКоличествоЗапаса:Double
  НормаПотребления:Double МетодОбеспеченияПотребностей:Enum(МетодыОбеспеченияПотребностей)
  УпаковкаЗаказа_Key:Guid ОбеспечениеЗаказовПриПоддержанииЗапаса:Enum(ОбеспечениеЗаказовПриПоддержанииЗапаса)
  СреднедневноеПотребление:Double СреднееОтклонениеПотребления:Double РеквизитДопУпорядочивания:Int32
  ДатаРасчетаРекомендаций:DateTime ЭтоДействующийПараметр:Boolean ЕстьРекомендацияПоИзменению:Boolean
  ЭтоГруппировка:Boolean Склад_Key:Guid Номенклатура_Key:Guid Характеристика_Key:Guid
  ГруппировкаТоварныхОграничений_Key:Guid
`,
  { key: ['Склад_Key', 'Номенклатура_Key', 'Характеристика_Key', 'ГруппировкаТоварныхОграничений_Key'] },
);

/** «Штрихкоды номенклатуры»: independent, not periodic; the barcode is its only dimension. */
export const barcodes = entity(
  'InformationRegister_ШтрихкодыНоменклатуры',
  'Штрихкод:String(200) Номенклатура_Key:Guid Характеристика_Key:Guid Упаковка_Key:Guid',
  { key: ['Штрихкод'] },
);

/** «Запасы и потребности»: free stock, reserves, what is on order. Not the physical stock. */
export const stockAndNeeds = entity(
  'AccumulationRegister_ЗапасыИПотребности',
  `
  ВНаличии:Double Поступит:Double Заказано:Double РезервироватьНаСкладе:Double
  РезервироватьПоМереПоступления:Double ОтложитьРезервирование:Double КОбеспечению:Double
  НеОбеспечивать:Double ЗакрытьГрафикПоступления:Double ЗакрытьГрафикОтгрузки:Double
  ОтгружаемыйЗаказ:Composite ОтгружаемыйЗаказ_Type:TypeName ТипЗаписи:Enum(ТипыЗаписейЗапасыИПотребности)
  Сторно:Boolean Номенклатура_Key:Guid Характеристика_Key:Guid Склад:Composite Склад_Type:TypeName
  Назначение_Key:Guid Заказ:Composite Заказ_Type:TypeName ДатаСобытия:DateTime
`,
  {
    key: ['Recorder', 'Recorder_Type'],
    balance: {
      dimensions: ['Номенклатура', 'Характеристика', 'Склад', 'Назначение', 'Заказ', 'ДатаСобытия'],
      resources: [
        'ВНаличии',
        'Поступит',
        'Заказано',
        'РезервироватьНаСкладе',
        'РезервироватьПоМереПоступления',
        'ОтложитьРезервирование',
        'КОбеспечению',
        'НеОбеспечивать',
      ],
    },
  },
);

/** «Товары на складах»: what lies on the shelf. */
export const physicalStock = entity(
  'AccumulationRegister_ТоварыНаСкладах',
  `
  ВНаличии:Double КОтгрузке:Double КонтролироватьОстатки:Boolean Сторно:Boolean Номенклатура_Key:Guid
  Характеристика_Key:Guid Назначение_Key:Guid Склад_Key:Guid Помещение_Key:Guid Серия_Key:Guid
`,
  {
    key: ['Recorder', 'Recorder_Type'],
    balance: {
      dimensions: ['Номенклатура', 'Характеристика', 'Назначение', 'Склад', 'Помещение', 'Серия'],
      resources: ['ВНаличии', 'КОтгрузке'],
    },
  },
);

/** «Заказы на перемещение»: lines not yet shipped. It has no warehouse. */
export const transferOrders = entity(
  'AccumulationRegister_ЗаказыНаПеремещение',
  `
  Заказано:Double КОформлению:Double Сторно:Boolean ЗаказНаПеремещение_Key:Guid Номенклатура_Key:Guid
  Характеристика_Key:Guid КодСтроки:Int64 Серия_Key:Guid
`,
  {
    key: ['Recorder', 'Recorder_Type'],
    balance: {
      dimensions: ['ЗаказНаПеремещение', 'Номенклатура', 'Характеристика', 'КодСтроки', 'Серия'],
      resources: ['Заказано', 'КОформлению'],
    },
  },
);

/** «Товары к отгрузке»: what warehouses are told to ship, and what is reserved there. In every version. */
export const toShip = entity(
  'AccumulationRegister_ТоварыКОтгрузке',
  `
  ВРезерве:Double КОтгрузке:Double КОформлению:Double КСборке:Double Собирается:Double Собрано:Double
  ЗаданиеНаПеревозку_Key:Guid Сторно:Boolean Склад_Key:Guid Получатель:Composite Получатель_Type:TypeName
  ДокументОтгрузки:Composite ДокументОтгрузки_Type:TypeName Номенклатура_Key:Guid Характеристика_Key:Guid
  Назначение_Key:Guid Серия_Key:Guid
`,
  {
    key: ['Recorder', 'Recorder_Type'],
    balance: {
      dimensions: [
        ...['Склад', 'Получатель', 'ДокументОтгрузки', 'Номенклатура', 'Характеристика', 'Назначение', 'Серия'],
      ],
      resources: ['ВРезерве', 'КОтгрузке', 'КОформлению', 'КСборке', 'Собирается', 'Собрано'],
    },
  },
);

/** «Товары к поступлению»: what warehouses are told to expect, dated with the day it is expected. In every version. */
export const toArrive = entity(
  'AccumulationRegister_ТоварыКПоступлению',
  `
  КОформлениюНакладныхПоРаспоряжению:Double КОформлениюПоступленийПоРаспоряжению:Double
  КОформлениюПоступленийПоНакладным:Double КОформлениюПоступленийПоОрдерам:Double КОформлениюОрдеров:Double
  Принимается:Double Сторно:Boolean ДокументПоступления:Composite ДокументПоступления_Type:TypeName
  Номенклатура_Key:Guid Характеристика_Key:Guid Назначение_Key:Guid Склад_Key:Guid Отправитель:Composite
  Отправитель_Type:TypeName ХозяйственнаяОперация:Enum(ХозяйственныеОперации) Серия_Key:Guid
`,
  {
    key: ['Recorder', 'Recorder_Type'],
    balance: {
      dimensions: [
        ...['ДокументПоступления', 'Номенклатура', 'Характеристика', 'Назначение', 'Склад', 'Отправитель'],
        ...['ХозяйственнаяОперация', 'Серия'],
      ],
      resources: [
        'КОформлениюНакладныхПоРаспоряжению',
        'КОформлениюПоступленийПоРаспоряжению',
        'КОформлениюПоступленийПоНакладным',
        'КОформлениюПоступленийПоОрдерам',
        'КОформлениюОрдеров',
        'Принимается',
      ],
    },
  },
);

/** «Свободные остатки» of UT 11.4; later releases have none. */
export const freeBalance = entity(
  'AccumulationRegister_СвободныеОстатки',
  `
  ВНаличии:Double ВРезервеСоСклада:Double ВРезервеПодЗаказ:Double Номенклатура_Key:Guid Характеристика_Key:Guid
  Склад_Key:Guid
`,
  {
    key: ['Recorder', 'Recorder_Type'],
    balance: {
      dimensions: ['Номенклатура', 'Характеристика', 'Склад'],
      resources: ['ВНаличии', 'ВРезервеСоСклада', 'ВРезервеПодЗаказ'],
    },
  },
);

/** «График поступления товаров» of UT 11.4. */
export const arrivalSchedule = entity(
  'AccumulationRegister_ГрафикПоступленияТоваров',
  `
  КоличествоИзЗаказов:Double КоличествоПодЗаказ:Double КоличествоИзЗаказовСНеподтвержденными:Double
  КоличествоПодЗаказСНеподтвержденными:Double Номенклатура_Key:Guid Характеристика_Key:Guid Склад_Key:Guid
  ДатаСобытия:DateTime Назначение_Key:Guid
`,
  {
    key: ['Recorder', 'Recorder_Type'],
    balance: {
      dimensions: ['Номенклатура', 'Характеристика', 'Склад', 'ДатаСобытия', 'Назначение'],
      resources: [
        'КоличествоИзЗаказов',
        'КоличествоПодЗаказ',
        'КоличествоИзЗаказовСНеподтвержденными',
        'КоличествоПодЗаказСНеподтвержденными',
      ],
    },
  },
);

/** «График отгрузки товаров» of UT 11.4. */
export const shipmentSchedule = entity(
  'AccumulationRegister_ГрафикОтгрузкиТоваров',
  `
  КоличествоИзЗаказов:Double КоличествоПодЗаказ:Double КоличествоНеобеспечено:Double Распоряжение:String(10)
  Номенклатура_Key:Guid Характеристика_Key:Guid Склад_Key:Guid Назначение_Key:Guid ДатаОтгрузки:DateTime
`,
  {
    key: ['Recorder', 'Recorder_Type'],
    balance: {
      dimensions: ['Номенклатура', 'Характеристика', 'Склад', 'Назначение', 'ДатаОтгрузки'],
      resources: ['КоличествоИзЗаказов', 'КоличествоПодЗаказ', 'КоличествоНеобеспечено'],
    },
  },
);

/** A turnover register of UT 11.5.7 and later: it has no balance, and asking for one is an error. */
export const stockDistributionMoves = entity(
  'AccumulationRegister_РаспределениеЗапасовДвижения',
  `
  Количество:Double Номенклатура_Key:Guid Характеристика_Key:Guid Склад:Composite Склад_Type:TypeName
  Назначение_Key:Guid
`,
  { key: ['Recorder', 'Recorder_Type'] },
);

/** «Распределение запасов» of UT 11.5.7 and later: what is free and what is expected, worked out by a background job. */
export const stockDistribution = entity(
  'InformationRegister_РаспределениеЗапасов',
  `
  РезервироватьПоМереПоступления:Double КОбеспечениюБезРезерва:Double ОтложитьРезервирование:Double
  Резервировать:Double НеОбеспечивать:Double Зарезервировано:Double Обеспечено:Double НеОбеспечено:Double
  Запас:Double Резерв:Double Свободно:Double Излишек:Double ВНаличии:Double
  РезервироватьПоМереПоступленияИтогНаДату:Double НеОбеспеченоКОбеспечению:Double Номенклатура_Key:Guid
  Характеристика_Key:Guid Склад:Composite Склад_Type:TypeName Назначение_Key:Guid
  Состояние:Enum(РаспределениеЗапасовСостояния) ЗаказНаОтгрузку:Composite ЗаказНаОтгрузку_Type:TypeName
  ЖелаемаяДатаОтгрузки:DateTime ЗаказНаПоступление:Composite ЗаказНаПоступление_Type:TypeName
  ДатаПоступления:DateTime ТипЗаписиРаспределенияЗапасов:Int16
`,
  {
    key: [
      ...['Номенклатура_Key', 'Характеристика_Key', 'Склад', 'Склад_Type', 'Назначение_Key', 'Состояние'],
      ...['ЗаказНаОтгрузку', 'ЗаказНаОтгрузку_Type', 'ЖелаемаяДатаОтгрузки', 'ЗаказНаПоступление'],
      ...['ЗаказНаПоступление_Type', 'ДатаПоступления', 'ТипЗаписиРаспределенияЗапасов'],
    ],
  },
);

/** «Задания к распределению запасов»: places whose distribution is still to be worked out anew. */
export const distributionQueue = entity(
  'InformationRegister_ЗаданияКРаспределениюЗапасов',
  `
  Номенклатура_Key:Guid Характеристика_Key:Guid Склад:Composite Склад_Type:TypeName Назначение_Key:Guid
  РазделительЗаписи:Guid ЗаказНаОтгрузку:Composite ЗаказНаОтгрузку_Type:TypeName ИдентификаторЗаписи:Guid
  КСнятиюРезерва:Double ДатаЗаписи:DateTime
`,
  { key: ['Номенклатура_Key', 'Характеристика_Key', 'Склад', 'Склад_Type', 'Назначение_Key', 'ИдентификаторЗаписи'] },
);
