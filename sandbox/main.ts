import { Command, InvalidArgumentError, Option } from 'commander';
import { loadCsvDataset } from './data/csv.ts';
import { FLAVOURS, type FlavourName } from './onec/schema/flavours.ts';
import { type Sandbox, startSandbox } from './server.ts';

interface Options {
  port: number;
  host: string;
  data?: string;
  seed: number;
  ut: FlavourName;
  unpublish: string[];
}

const program = new Command('npm run sandbox --')
  .description('Песочница: 1С:УТ 11 и МойСклад по настоящему HTTP, всё в памяти')
  .option('--port <число>', 'порт (0 — любой свободный)', wholeNumber(0, 65_535), 8765)
  .option('--host <адрес>', 'адрес, на котором слушать', '127.0.0.1')
  .option('--data <файл.csv>', 'свои товары и остатки: article,name,warehouse,stock,min,max[,pack]')
  .option('--seed <число>', 'другое число — другие товары и остатки', wholeNumber(0, 4_294_967_295), 1)
  .addOption(new Option('--ut <версия>', 'какую 1С:УТ изображать').choices(FLAVOURS).default('ut-11.5.20'))
  .option(
    '--unpublish <объект…>',
    'объекты, которых нет в составе OData',
    (one: string, all: string[]) => [...all, one],
    [],
  )
  .helpOption('--help', 'эта справка')
  .action(run);

await program.parseAsync();

async function run({ port, host, data, seed, ut, unpublish }: Options): Promise<void> {
  try {
    const dataset = data === undefined ? {} : { dataset: await loadCsvDataset(data) };
    const sandbox = await startSandbox({ ...dataset, port, host, seed, onec: { flavour: ut, unpublished: unpublish } });
    console.log(greeting(sandbox));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(sandbox));
  } catch (error) {
    console.error(`Песочница не запущена: ${explain(error, port, data)}`);
    process.exitCode = 1;
  }
}

async function stop(sandbox: Sandbox): Promise<void> {
  await sandbox.close();
  console.log('Песочница остановлена.');
}

function greeting(sandbox: Sandbox): string {
  const { items, warehouses } = sandbox.dataset;
  const donors = warehouses.filter(({ kind }) => kind === 'donor').map(({ name }) => name);
  return [
    `Песочница: ${sandbox.url} — товаров ${items.length}, складов ${warehouses.length} (доноры: ${donors.join(', ') || 'нет'})`,
    'Переменные окружения для хаба:',
    '',
    ...Object.entries(sandbox.environment).map(([name, value]) => `export ${name}='${value}'`),
    '',
    `Управление: ${sandbox.controlUrl}/state, /faults, /1c/transfers, /1c/stock, /moysklad/orders. Ctrl-C останавливает.`,
  ].join('\n');
}

function explain(error: unknown, port: number, data?: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `порт ${port} занят; возьмите другой: --port 0`;
  if (code === 'ENOENT') return `файла «${data}» нет`;
  return message;
}

function wholeNumber(low: number, high: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high)
      throw new InvalidArgumentError(`Нужно целое число от ${low} до ${high}.`);
    return value;
  };
}
