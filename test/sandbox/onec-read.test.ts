import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDemoDataset } from '../../sandbox/data/demo.ts';
import { cable, clientOf, donor, EMPTY, lamp, STOCK, shop, startSmall, TRANSFERS } from './onec-world.ts';

let world: Awaited<ReturnType<typeof startSmall>>;
beforeAll(async () => {
  world = await startSmall();
});
afterAll(() => world.sandbox.close());
const get = (path: string) => world.get(path);

describe('authorisation', () => {
  it('lets in a Cyrillic user whose credentials are UTF-8 and refuses cp1251, a wrong password and none', async () => {
    expect((await get('/')).status).toBe(200);
    const cp1251 = Buffer.concat([Buffer.from([0xd5, 0xe0, 0xe1]), Buffer.from(':x')]).toString('base64');
    for (const authorization of [`Basic ${cp1251}`, `Basic ${Buffer.from('Хаб:нет').toString('base64')}`, '']) {
      const refused = await world.call('GET', '/', undefined, { authorization });
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toContain('Basic');
      expect(refused.json).toBeNull();
    }
  });
});

describe('service document and $metadata', () => {
  it('names the published sets and nothing else', async () => {
    const names = (await get('/')).json.value.map((one: { name: string }) => one.name);
    expect(names).toContain('AccumulationRegister_ЗапасыИПотребности');
    expect(names).toContain('Document_ЗаказНаПеремещение');
    expect(names).not.toContain('AccumulationRegister_СвободныеОстатки');
  });

  it('shows the composite warehouse as text beside its type, and no code on warehouses', async () => {
    const { text } = await get('/$metadata');
    const balance = /<ComplexType Name="AccumulationRegister_ЗапасыИПотребности_Balance">.*?<\/ComplexType>/.exec(
      text,
    )![0];
    expect(balance).toContain('<Property Name="Склад" Type="Edm.String"');
    expect(balance).toContain('Name="Склад_Type"');
    expect(balance).not.toContain('Склад_Key');
    const warehouses = /<EntityType Name="Catalog_Склады">.*?<\/EntityType>/.exec(text)![0];
    expect(warehouses).not.toContain('Name="Code"');
    expect(text).toContain('<Member Name="КВыполнению"/>');
  });

  it('answers 404 code 8 for a set outside the composition', async () => {
    const narrow = await startSmall({ onec: { unpublished: ['Catalog_Приоритеты'] } });
    const missing = await narrow.get('/Catalog_Приоритеты');
    await narrow.sandbox.close();
    expect([missing.status, missing.json['odata.error'].code]).toEqual([404, '8']);
  });
});

describe('catalogs', () => {
  it('mixes folders and objects marked for deletion into the warehouses until they are filtered out', async () => {
    const all = (await get('/Catalog_Склады')).json.value;
    expect(all.some((row: Record<string, unknown>) => row.IsFolder)).toBe(true);
    expect(all.some((row: Record<string, unknown>) => row.DeletionMark)).toBe(true);
    const filtered = await get(
      '/Catalog_Склады?$filter=IsFolder eq false and DeletionMark eq false&$select=Description&$orderby=Description',
    );
    expect(filtered.json.value).toEqual([
      { Description: 'Бестужевых' },
      { Description: 'Магазин Ленина' },
      { Description: 'Магазин Мира' },
    ]);
  });

  it('writes Int64 as strings, doubles as numbers and empty values in 1C form', async () => {
    const pack = (await get("/Catalog_УпаковкиЕдиницыИзмерения?$filter=Description eq 'Коробка'")).json.value[0];
    expect(pack.КоличествоУпаковок).toBe('1');
    expect(pack.Числитель).toBe(10);
    expect(pack.Owner_Type).toBe('StandardODATA.Catalog_Номенклатура');
    expect(pack.Parent_Key).toBe(EMPTY);
    const service = (await get("/Catalog_Номенклатура?$filter=ТипНоменклатуры eq 'Услуга'")).json.value[0];
    expect([service.Принципал, service.Принципал_Type]).toEqual(['', 'StandardODATA.Undefined']);
    const order = (await get(`${TRANSFERS}?$top=1`)).json.value[0];
    expect(order.ВремяДоставкиС).toBe('0001-01-01T00:00:00');
  });

  it('keeps barcodes of pieces, packs and characteristics in one register whose key is the barcode', async () => {
    const rows: Record<string, string>[] = (await get('/InformationRegister_ШтрихкодыНоменклатуры')).json.value;
    const own = rows.filter((row) => row.Номенклатура_Key === lamp);
    const kinds = own.map((row) => [row.Характеристика_Key !== EMPTY, row.Упаковка_Key !== EMPTY]);
    expect(kinds.sort()).toEqual([
      [false, false],
      [false, true],
      [true, false],
    ]);
    expect(rows.filter((row) => row.Номенклатура_Key === cable)).toMatchObject([
      { Штрихкод: expect.stringMatching(/^2\d{12}$/), Характеристика_Key: EMPTY, Упаковка_Key: EMPTY },
    ]);
    const { text } = await get('/$metadata');
    expect(text).toContain(
      '<EntityType Name="InformationRegister_ШтрихкодыНоменклатуры"><Key><PropertyRef Name="Штрихкод"/></Key>',
    );
  });

  it('counts with a byte order mark in $count and with a string in $inlinecount', async () => {
    const { text } = await get('/Catalog_Склады/$count?$filter=IsFolder eq true');
    expect(text).toBe('\uFEFF2');
    const page = await get('/Catalog_Склады?$inlinecount=allpages&$orderby=Description desc&$top=1&$skip=1');
    expect(page.json['odata.count']).toBe('6');
    expect(page.json.value).toHaveLength(1);
  });

  it('answers in Atom to a client that does not ask for JSON', async () => {
    const answer = await world.call('GET', '/Catalog_Приоритеты', undefined, { accept: '*/*' });
    expect(answer.headers.get('content-type')).toContain('atom+xml');
    expect(answer.text).toContain('<d:Description>Средний</d:Description>');
    const error = await world.call('GET', '/Catalog_Нет', undefined, { accept: '*/*' });
    expect(error.text).toContain('<m:code>8</m:code>');
  });
});

describe('$filter', () => {
  const names = async (filter: string) => {
    const answer = await get(`/Catalog_Номенклатура?$filter=${encodeURIComponent(filter)}&$select=Description,Артикул`);
    return answer.json.value?.map((row: Record<string, string>) => row.Артикул) ?? answer.json['odata.error'].code;
  };

  it('knows comparison, logic with its precedence, parentheses and not', async () => {
    expect(await names(`Ref_Key eq guid'${lamp}'`)).toEqual(['A-1']);
    expect(await names("Артикул eq 'A-1' or Артикул eq 'A-2' and IsFolder eq true")).toEqual(['A-1']);
    expect(await names("(Артикул eq 'A-1' or Артикул eq 'A-2') and not (Артикул ge 'A-2')")).toEqual(['A-1']);
    expect(await names("Артикул gt 'A-1' and Артикул lt 'A-3'")).toEqual(['A-2']);
  });

  it('knows doubled quotes, substringof, startswith', async () => {
    expect(await names("Description eq 'Лампа ''Свеча'' 7 Вт'")).toEqual(['A-1']);
    expect(await names("substringof('свеча',Description)")).toEqual(['A-1']);
    expect(await names("startswith(Description,'Кабель') eq true")).toEqual(['A-2']);
  });

  it.each([
    "Артикул in ('A-1')",
    'length(Артикул) eq 3',
    "Нет eq 'x'",
    'Артикул eq',
    "(Артикул eq 'A-1'",
    "Ref_Key eq 'текст'",
    "Ref_Key eq guid'123'",
  ])('refuses «%s» with code 14', async (filter) => {
    expect(await names(filter)).toBe('14');
  });

  it('compares dates in a document and refuses eq on an unlimited string', async () => {
    const byDate = await get(
      `${TRANSFERS}?$filter=Date ge datetime'2001-01-01T00:00:00' and Posted eq true&$select=Number`,
    );
    expect(byDate.json.value).toHaveLength(2);
    const unlimited = await get(`${TRANSFERS}?$filter=Комментарий eq 'x'`);
    expect([unlimited.status, unlimited.json['odata.error'].code]).toEqual([500, '-1']);
  });

  it('lists headers with defaults to copy: two posted orders, and a newer draft marked for deletion with others', async () => {
    const posted = (await get(`${TRANSFERS}?$filter=Posted eq true`)).json.value;
    for (const one of posted)
      expect(one).toMatchObject({
        ВариантПриемкиТоваров: 'РазделенаТолькоПоНакладным',
        ПеремещениеПодДеятельность: 'ПродажаОблагаетсяНДС',
      });
    const newest = (await get(`${TRANSFERS}?$orderby=Date desc&$top=1`)).json.value[0];
    expect(newest).toMatchObject({ DeletionMark: true, Posted: false });
    expect(newest.ВариантПриемкиТоваров).not.toBe('РазделенаТолькоПоНакладным');
  });
});

describe('errors of reading', () => {
  it.each([
    ['/Catalog_Склады?$select=Code', 400, '6', 'Сегмент пути Code не найден!'],
    ['/Catalog_Нет', 404, '8', 'Catalog_Нет'],
    [`/Catalog_Склады(guid'${EMPTY}')`, 404, '9', 'не найден по переданному ключу'],
    ['/Catalog_Склады/Balance()', 400, '6', 'Метод не найден'],
    ['/Catalog_Склады?$expand=Parent', 400, '14', '$expand'],
    [`${STOCK}(Dimensions='Номенклатура_Key')`, 400, '14', 'Номенклатура_Key'],
  ])('%s → %i code %s', async (path, status, code, words) => {
    const answer = await get(path);
    expect([answer.status, answer.json['odata.error'].code]).toEqual([status, code]);
    expect(answer.json['odata.error'].message.value).toContain(words);
  });

  it('never shows 1C a query longer than 2,048 bytes: IIS answers 404 in HTML', async () => {
    const terms = Array.from({ length: 40 }, () => `Ref_Key eq guid'${lamp}'`);
    const long = await get(`/Catalog_Номенклатура?$filter=${encodeURIComponent(terms.join(' or '))}`);
    expect(long.status).toBe(404);
    expect(long.headers.get('content-type')).toContain('text/html');
    const short = await get(`/Catalog_Номенклатура?$filter=${encodeURIComponent(terms.slice(0, 20).join(' or '))}`);
    expect(short.json.value).toHaveLength(1);
  });
});

describe('Balance', () => {
  const castTo = (quote: string) =>
    `Склад eq cast(guid${quote}${shop}${quote},${quote}Catalog_Склады${quote}) and Назначение_Key eq guid${quote}${EMPTY}${quote}`;
  const expected = [
    { Номенклатура_Key: lamp, ВНаличииBalance: 3, РезервироватьНаСкладеBalance: 1, ЗаказаноBalance: 4 },
    { Номенклатура_Key: cable, ВНаличииBalance: 0.1, РезервироватьНаСкладеBalance: 0, ЗаказаноBalance: 0 },
  ];

  it.each([
    ['doubled inner quotes', `${STOCK}(Condition='${castTo("''")}',Dimensions='Номенклатура,Склад')`],
    ['plain inner quotes', `${STOCK}(Condition='${castTo("'")}',Dimensions='Номенклатура,Склад')`],
    ['the arguments in the query', `${STOCK}()?Condition='${castTo("''")}'&Dimensions='Номенклатура,Склад'`],
    ['the arguments in another order', `${STOCK}(Dimensions='Номенклатура,Склад',Condition='${castTo("''")}')`],
  ])('reads a condition with %s', async (_name, path) => {
    const { status, json } = await get(path);
    expect(status).toBe(200);
    expect(json.value).toHaveLength(2);
    for (const [index, row] of json.value.entries()) {
      expect(row).toMatchObject(expected[index]!);
      expect(row).toMatchObject({ Склад: shop, Склад_Type: 'StandardODATA.Catalog_Склады' });
      expect(row).not.toHaveProperty('Назначение_Key');
    }
  });

  it('never matches a composite dimension with a bare guid', async () => {
    const bare = await get(`${STOCK}(Condition='Склад eq guid''${shop}''',Dimensions='Номенклатура,Склад')`);
    expect(bare.json.value).toEqual([]);
    const wrongType = await get(
      `${STOCK}(Condition='Склад eq cast(guid''${shop}'',''Catalog_СтруктураПредприятия'')',Dimensions='Склад')`,
    );
    expect(wrongType.json.value).toEqual([]);
  });

  it('adds earmarked stock to whoever forgets to ask for an empty purpose', async () => {
    const careless = await get(`${STOCK}(Dimensions='Номенклатура,Склад')`);
    const row = careless.json.value.find(
      (one: Record<string, string>) => one.Склад === shop && one.Номенклатура_Key === lamp,
    );
    expect(row.ВНаличииBalance).toBe(10);
  });

  it('returns every dimension without arguments, and takes $filter on the answer', async () => {
    const all = await get(`${STOCK}()`);
    expect(all.json.value[0]).toHaveProperty('ДатаСобытия');
    expect(all.json.value[0]).toHaveProperty('Заказ_Type');
    const physical = await get(
      `/AccumulationRegister_ТоварыНаСкладах/Balance(Dimensions='Номенклатура,Склад')?$filter=Склад_Key eq guid'${donor}' and Номенклатура_Key eq guid'${cable}'`,
    );
    expect(physical.json.value).toEqual([
      { Номенклатура_Key: cable, Склад_Key: donor, ВНаличииBalance: 12.5, КОтгрузкеBalance: 0 },
    ]);
  });

  it('hides what is planned after Period', async () => {
    const past = await get(`${STOCK}(Dimensions='Номенклатура',Period=datetime'2001-01-01T00:00:00')`);
    expect(past.json.value).toEqual([]);
  });

  it('refuses the quoting that this base does not understand', async () => {
    const strict = await startSmall({ onec: { quoting: 'doubled' } });
    const plain = await strict.get(`${STOCK}(Condition='${castTo("'")}')`);
    const doubled = await strict.get(`${STOCK}(Condition='${castTo("''")}')`);
    await strict.sandbox.close();
    expect([plain.status, plain.json['odata.error'].code, doubled.status]).toEqual([400, '14', 200]);
  });

  it('leaves a withheld property out of every row', async () => {
    const other = await startSmall({ onec: { withheld: ['ЗаказаноBalance'] } });
    const answer = await other.get(`${STOCK}(Dimensions='Номенклатура')`);
    await other.sandbox.close();
    expect(answer.json.value.length).toBeGreaterThan(0);
    for (const row of answer.json.value) expect(row).not.toHaveProperty('ЗаказаноBalance');
  });

  it('answers five warehouses of 2,000 items each in well under a second', async () => {
    const big = await startSmall({ dataset: buildDemoDataset(1) });
    const { get: read } = clientOf(big.sandbox);
    const started = performance.now();
    for (const { key } of big.sandbox.dataset.warehouses) {
      const condition = `Склад eq cast(guid''${key}'',''Catalog_Склады'')`;
      const answer = await read(`${STOCK}(Condition='${condition}',Dimensions='Номенклатура,Характеристика,Склад')`);
      expect(answer.json.value.length).toBeGreaterThan(1000);
    }
    const tookMs = performance.now() - started;
    await big.sandbox.close();
    // About 100 ms on one idle core; the limit leaves room for a busy machine, not for a quadratic walk (minutes).
    expect(tookMs).toBeLessThan(3000);
  });
});

describe('limits', () => {
  it('hold the dataset among rows that do not count', async () => {
    const rows = (await get('/InformationRegister_ТоварныеОграничения')).json.value as Record<string, unknown>[];
    const acting = rows.filter(
      (row) =>
        row.ЭтоДействующийПараметр &&
        !row.ЭтоГруппировка &&
        row.МетодОбеспеченияПотребностей === 'ПоддержаниеЗапасаМинМакс' &&
        [shop, donor].includes(String(row.Склад_Key)),
    );
    expect(acting.map((row) => [row.МинимальноеКоличествоЗапаса, row.МаксимальноеКоличествоЗапаса])).toEqual([
      [10, 20],
      [15, 50],
    ]);
    expect(rows.some((row) => row.ЭтоДействующийПараметр === false)).toBe(true);
    expect(rows.some((row) => row.МетодОбеспеченияПотребностей === 'ЗаказПодЗаказ')).toBe(true);
    expect(rows.some((row) => row.ЭтоГруппировка)).toBe(true);
  });
});
