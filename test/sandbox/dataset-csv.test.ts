import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCsvDataset, parseCsvDataset } from '../../sandbox/data/csv.ts';
import { startSmall } from './onec-world.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-csv-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const problemsOf = (text: string): string => {
  try {
    parseCsvDataset(text, 'файл.csv');
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the file was accepted');
};
const header = 'article,name,warehouse,stock,min,max,pack';

describe('a good file', () => {
  const comma = `\uFEFF${header}\r\nA-1,"Лампа, тёплая",Магазин Ленина,3,10,20,5\r\nA-1,"Лампа, тёплая",Бестужевых,50,,,5\r\nA-2,Кабель,Контейнер,12.5,1,,\r\n`;
  const semicolon = comma
    .replace('"Лампа, тёплая"', 'Лампа, тёплая')
    .replace('"Лампа, тёплая"', 'Лампа, тёплая')
    .replace(/,(?! )/g, ';')
    .replace('12.5', '12,5');

  it('reads commas and semicolons with decimal comma alike, byte order mark or not', async () => {
    const path = join(folder, 'good.csv');
    await writeFile(path, comma);
    const dataset = await loadCsvDataset(path);
    expect(parseCsvDataset(semicolon)).toEqual(dataset);
    expect(parseCsvDataset(comma.slice(1))).toEqual(dataset);
    expect(dataset.warehouses.map(({ name, kind }) => [name, kind])).toEqual([
      ['Магазин Ленина', 'shop'],
      ['Бестужевых', 'donor'],
      ['Контейнер', 'donor'],
    ]);
    expect(dataset.items.map(({ article, name, wholeUnits, pack }) => [article, name, wholeUnits, pack?.size])).toEqual(
      [
        ['A-1', 'Лампа, тёплая', true, 5],
        ['A-2', 'Кабель', false, undefined],
      ],
    );
    expect(dataset.stock.map(({ onHand, minimum, maximum }) => [onHand, minimum, maximum])).toEqual([
      [3, 10, 20],
      [50, null, null],
      [12.5, 1, null],
    ]);
  });

  it('is served by 1C', async () => {
    const { sandbox, get } = await startSmall({ dataset: parseCsvDataset(comma) });
    const rows = (await get("/Catalog_Номенклатура?$filter=Артикул eq 'A-2'&$select=Description")).json.value;
    await sandbox.close();
    expect(rows).toEqual([{ Description: 'Кабель' }]);
  });
});

describe('a bad file', () => {
  it('reports every problem together, with line, column, value and what is allowed', () => {
    const text = [
      header,
      'A-1,Лампа,Магазин Ленина,много,10,5,0',
      ',Кабель,Контейнер,1,-1,,',
      'A-3,Розетка,Контейнер,1,2,3,',
      'A-3,Розетка,Контейнер,1,2,3,',
      'A-3,Розетка двойная,Бестужевых,1,2,3,',
    ].join('\n');
    const problems = problemsOf(text);
    expect(problems).toContain('файл.csv: ошибок 7');
    expect(problems).toContain('строка 2, столбец stock: «много» — нужно число');
    expect(problems).toContain('строка 2, столбец max: «5» — не может быть меньше min (10)');
    expect(problems).toContain('строка 2, столбец pack: «0» — нужно число не меньше 0.001');
    expect(problems).toContain('строка 3, столбец article: «» — не может быть пустым');
    expect(problems).toContain('строка 3, столбец min: «-1» — нужно число не меньше 0');
    expect(problems).toContain('строка 5, столбец article: «A-3» — уже есть на складе Контейнер в строке 4');
    expect(problems).toContain('строка 6, столбец name: «Розетка двойная» — у артикула A-3 в строке 4 другое имя');
  });

  it.each([
    [
      'columns that are missing or unknown',
      'article;имя;stock\n',
      ['нет столбцов name, warehouse, min, max', '«имя»', 'допустимы'],
    ],
    ['no rows', `${header}\n`, ['нет ни одной строки']],
    ['an empty file', '', ['нет столбцов article']],
    ['a decimal comma in a comma file', `${header}\nA,Б,В,"1,5",,,\n`, ['строка 2, столбец stock: «1,5»', 'точкой']],
    ['a maximum without a minimum', `${header}\nA,Б,В,1,,5,\n`, ['строка 2, столбец min', 'нужен минимум']],
    [
      'an open quote, without hiding what else is wrong',
      `${header}\nA,"Б,В,1,,5,\nA,Б,В,много,,,\n`,
      ['ошибок 2', 'строка 2: кавычка не закрыта', 'строка 3, столбец stock: «много»'],
    ],
    ['a line with too few columns', `${header}\nA,Б,В,1\n`, ['строка 2: столбцов 4, а в заголовке 7']],
    ['a line with too many columns', `${header}\nA,Б,В,1,2,3,,4\n`, ['строка 2: столбцов 8, а в заголовке 7']],
    [
      'another encoding',
      Buffer.from([0xcb, 0xe0, 0xec, 0xef, 0xe0]).toString('utf8'),
      ['сохраните его как «CSV UTF-8»'],
    ],
    ['too many decimals', `${header}\nA,Б,В,1.2345,,,\n`, ['не больше трёх знаков']],
    ['empty stock', `${header}\nA,Б,В,,,,\n`, ['строка 2, столбец stock: «» — нужно число']],
  ])('refuses %s', (_name, text, words) => {
    const problems = problemsOf(text);
    for (const word of words) expect(problems).toContain(word);
  });

  it('names a file that is not there', async () => {
    await expect(loadCsvDataset(join(folder, 'none.csv'))).rejects.toThrow(/none\.csv: такого файла нет/);
  });
});
