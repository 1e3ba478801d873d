import type { RunState } from './follow-run.ts';

/** Shows a run as it goes: redrawn lines on a terminal, a line for each change elsewhere. */
export interface Display {
  show(state: RunState): void;
  end(): void;
}

const PHASES: Record<string, string> = {
  warehouses: 'склады',
  limits: 'лимиты',
  balances: 'остатки',
  items: 'номенклатура',
};
const BAR_WIDTH = 30;

export function createDisplay(out: NodeJS.WriteStream): Display {
  const live = Boolean(out.isTTY);
  let drawn = 0;
  let lastText = '';
  let lastMade = 0;
  let lastMs = performance.now();
  let perSecond = 0;

  function speed(made: number): number {
    const nowMs = performance.now();
    if (nowMs - lastMs >= 1_000) {
      perSecond = ((made - lastMade) * 1_000) / (nowMs - lastMs);
      lastMade = made;
      lastMs = nowMs;
    }
    return perSecond;
  }

  return {
    show(state) {
      const lines = render(state, speed);
      if (live) {
        if (drawn > 0) out.write(`\x1b[${drawn}A\x1b[J`);
        out.write(`${lines.join('\n')}\n`);
        drawn = lines.length;
        return;
      }
      const text = plain(state);
      if (text !== lastText) out.write(`${text}\n`);
      lastText = text;
    },
    end() {
      drawn = 0;
    },
  };
}

function render(state: RunState, speed: (made: number) => number): string[] {
  const lines = [`Проверка    ${scanLine(state)}`];
  const kinds = [
    ['Перемещения 1С', state.transfers],
    ['Заказы МойСклад', state.orders],
  ] as const;
  let made = 0;
  for (const [name, states] of kinds) {
    const total = sum(states);
    if (total === 0) continue;
    const done = states.done ?? 0;
    const failed = states.failed ?? 0;
    made += done;
    lines.push(
      `${name.padEnd(16)}${bar(done + failed, total)} ${done}/${total}${failed > 0 ? `, отказов ${failed}` : ''}`,
    );
  }
  if (made > 0) lines.push(`Скорость        ${speed(made).toFixed(0)} документов/с`);
  for (const reason of state.down) lines.push(`Ждём        ${reason}`);
  return lines;
}

function scanLine({ status, phase, progress, counts, error }: RunState): string {
  if (status === 'failed') return `не удалась: ${error ?? ''}`;
  if (status === 'completed') {
    return `готово: потребностей ${counts.needs ?? 0}, уже ожидается ${counts.covered ?? 0}, документов ${counts.documents ?? 0}`;
  }
  if (error !== null) return `ждёт: ${error}`;
  if (phase === 'reading' && progress.total) {
    return `${PHASES[progress.phase ?? ''] ?? 'чтение'} ${bar(progress.done ?? 0, progress.total)} ${progress.done}/${progress.total}`;
  }
  return phase === 'planning' ? 'расчёт плана' : status === 'queued' ? 'в очереди' : 'чтение 1С';
}

/** One line, changed at every tenth of the way, for logs and pipes. */
function plain(state: RunState): string {
  const tenth = (states: Record<string, number>) => {
    const total = sum(states);
    const at = (states.done ?? 0) + (states.failed ?? 0);
    return total === 0 ? '' : `${Math.floor((at * 10) / total) * 10}% из ${total}`;
  };
  const transfers = tenth(state.transfers);
  const orders = tenth(state.orders);
  const parts = [
    scanLine({ ...state, progress: { ...(state.progress.phase ? { phase: state.progress.phase } : {}) } }),
  ];
  if (transfers) parts.push(`перемещения ${transfers}`);
  if (orders) parts.push(`заказы ${orders}`);
  return parts.join(' · ');
}

const sum = (states: Record<string, number>) => Object.values(states).reduce((total, one) => total + one, 0);

function bar(done: number, total: number): string {
  const filled = total === 0 ? 0 : Math.round((done / total) * BAR_WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
}
