import type { Key, Milli } from '../planning/types.ts';
import { refusedBy1C } from './errors.ts';
import type { TransferCommand, TransferState } from './port.ts';

/** What differs between the document asked for and the one 1C holds, a Russian phrase each. Empty when nothing does. */
export function differences(
  command: Pick<TransferCommand, 'senderKey' | 'recipientKey' | 'lines'>,
  state: TransferState,
): string[] {
  const found: string[] = [];
  if (state.senderKey !== command.senderKey)
    found.push(`склад-отправитель ${state.senderKey} вместо ${command.senderKey}`);
  if (state.recipientKey !== command.recipientKey) {
    found.push(`склад-получатель ${state.recipientKey} вместо ${command.recipientKey}`);
  }
  // A cancelled line brings nothing, so it counts as absent.
  const wanted = totals(command.lines);
  const held = totals(state.lines.filter(({ cancelled }) => !cancelled));
  for (const [goods, quantity] of wanted) {
    const there = held.get(goods);
    if (there === undefined) found.push(`нет строки ${goods}, ждали ${shown(quantity)}`);
    else if (there !== quantity) found.push(`строка ${goods}: ${shown(there)} вместо ${shown(quantity)}`);
  }
  for (const [goods, quantity] of held) {
    if (!wanted.has(goods)) found.push(`лишняя строка ${goods}: ${shown(quantity)}`);
  }
  return found;
}

/** Refuses with `onec-document-differs`, naming each difference. */
export function requireSame(command: TransferCommand, state: TransferState): void {
  const found = differences(command, state);
  if (found.length === 0) return;
  throw refusedBy1C({
    code: 'onec-document-differs',
    message: `Документ ${state.number || state.key} в 1С не такой, какой нужен: ${found.join('; ')}. Исправьте его в 1С или пометьте на удаление, и повторите строку.`,
    mayExist: true,
    details: { key: state.key, number: state.number, posted: state.posted, differences: found },
  });
}

/**
 * Names of the header's properties that 1C stored otherwise than they were sent: unknown names and long texts it drops without
 * a word, and the configuration's own code may change the rest. «Закрыт» instead of «КВыполнению» is how UT keeps orders where
 * statuses are switched off. What the answer does not show counts as changed.
 */
export function changedHeader(sent: Record<string, unknown>, answer: Record<string, unknown>): string[] {
  return Object.entries(sent)
    .filter(([name, value]) => {
      if (Array.isArray(value)) return false;
      const stored = answer[name];
      if (name === 'Статус' && stored === 'Закрыт') return false;
      return fold(stored) !== fold(value);
    })
    .map(([name]) => name);
}

const fold = (value: unknown) => (typeof value === 'string' ? value.toLowerCase() : value);

function totals(lines: readonly { itemKey: Key; characteristicKey: Key; quantity: Milli }[]): Map<string, Milli> {
  const sums = new Map<string, Milli>();
  for (const { itemKey, characteristicKey, quantity } of lines) {
    const goods = /[^0-]/.test(characteristicKey) ? `${itemKey} (характеристика ${characteristicKey})` : itemKey;
    sums.set(goods, (sums.get(goods) ?? 0) + quantity);
  }
  return sums;
}

const shown = (quantity: Milli) => String(quantity / 1000).replace('.', ',');
