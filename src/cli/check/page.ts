import { styleText } from 'node:util';
import type { CheckedStep } from '../../shared/check/step.ts';
import type { OutsideSystem } from '../../shared/errors/outcome.ts';
import { displayWidth, plain, wrap } from '../scan/text-width.ts';

export const SYSTEM_NAMES: Record<OutsideSystem, string> = { '1c': '1С:Управление торговлей', moysklad: 'МойСклад' };

type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

export interface PageOptions {
  width: number;
  colour: boolean;
}

const MARKS: Record<CheckedStep['result'], [mark: string, colour: Colour]> = {
  ok: ['✓', 'green'],
  warn: ['!', 'yellow'],
  fail: ['✗', 'red'],
  skipped: ['·', 'dim'],
};
const INDENT = '  ';
const GAP = '  ';
const MS_WIDTH = 8;

/** Writes what `hub check` found, as it comes: a heading for each system, its steps below, and a closing line. */
export function createPage({ width, colour }: PageOptions) {
  const paint = (how: Colour, text: string) => (colour ? styleText(how, text, { validateStream: false }) : text);

  return {
    heading: (system: OutsideSystem, address: string): string[] => [
      '',
      `${paint('bold', SYSTEM_NAMES[system])}  ${paint('dim', plain(address))}`,
    ],
    /** `nameWidth`: of the longest name in the list, so that the columns stand under each other. */
    step({ name, result, detail, cure, more, ms }: CheckedStep, nameWidth: number): string[] {
      const [mark, how] = MARKS[result];
      const lead = `${INDENT}${paint(how, mark)} ${padded(name, nameWidth)}${GAP}`;
      const time = result === 'skipped' ? '—' : seconds(ms);
      const hang = displayWidth(`${INDENT}✓ `) + nameWidth + GAP.length + MS_WIDTH + GAP.length;
      const told = wrap(detail, Math.max(30, width - hang));
      const [first = '', ...rest] = told;
      const under = (lines: string[]) => lines.map((line) => `${' '.repeat(hang)}${line}`);
      const dimmed = (lines: string[]) => (result === 'skipped' ? lines.map((line) => paint('dim', line)) : lines);
      const lines = [
        `${lead}${paint('dim', time.padStart(MS_WIDTH))}${GAP}${dimmed([first])[0]}`,
        ...under(dimmed(rest)),
      ];
      for (const line of more) lines.push(...under(wrap(line, Math.max(30, width - hang))));
      if (cure !== null) {
        const inner = `${INDENT}    `;
        const [head = '', ...tail] = wrap(cure, width - inner.length - 2);
        lines.push(`${inner}${paint(how, '→')} ${head}`, ...tail.map((line) => `${inner}  ${line}`));
      }
      return lines;
    },
    end(found: readonly { system: OutsideSystem; steps: readonly CheckedStep[] }[]): string[] {
      const count = (steps: readonly CheckedStep[], result: CheckedStep['result']) =>
        steps.filter((step) => step.result === result).length;
      const all = found.flatMap(({ steps }) => steps);
      const warnings = count(all, 'warn');
      const noted = warnings === 0 ? '' : ` Замечаний: ${warnings}.`;
      if (count(all, 'fail') === 0)
        return ['', `${paint('green', '✓')} Всё на месте: проверено шагов ${all.length}.${noted}`];
      const broken = found
        .filter(({ steps }) => count(steps, 'fail') > 0)
        .map(({ system, steps }) => `${SYSTEM_NAMES[system]} — ${count(steps, 'fail')}`);
      const skipped = count(all, 'skipped');
      return [
        '',
        `${paint('red', '✗')} Не на месте: ${broken.join(', ')}${skipped > 0 ? `; из-за этого не проверено ${skipped}` : ''}.${noted}`,
      ];
    },
  };
}

const padded = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - displayWidth(text)));

/** `0,04 с`. */
const seconds = (ms: number) => `${(ms / 1000).toFixed(2).replace('.', ',')} с`;
