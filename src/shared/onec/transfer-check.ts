import { EMPTY_KEY, type Key } from '../planning/types.ts';
import { refusedBy1C } from './errors.ts';
import type { TransferCommand } from './port.ts';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * What 1C's filling check would say, which an OData write does not run: a key that points nowhere, equal warehouses or a
 * quantity of zero would be stored without a word. Refuses with `onec-bad-command`.
 */
export function requireSendable(command: TransferCommand): void {
  const problems: string[] = [];
  const filled = (name: string, key: Key) => {
    if (!GUID.test(key) || key === EMPTY_KEY) problems.push(`${name}: «${key}» не ключ 1С`);
  };
  filled('ключ документа', command.key);
  filled('склад-отправитель', command.senderKey);
  filled('склад-получатель', command.recipientKey);
  if (command.senderKey === command.recipientKey) problems.push('склад-отправитель и склад-получатель совпадают');
  if (command.lines.length === 0) problems.push('нет ни одной строки');
  command.lines.forEach(({ itemKey, characteristicKey, quantity }, index) => {
    filled(`строка ${index + 1}, номенклатура`, itemKey);
    if (!GUID.test(characteristicKey))
      problems.push(`строка ${index + 1}: характеристика «${characteristicKey}» не ключ 1С`);
    if (!Number.isSafeInteger(quantity) || quantity <= 0) {
      problems.push(`строка ${index + 1}: количество ${quantity} (в тысячных), а нужно целое больше нуля`);
    }
  });
  if (problems.length === 0) return;
  throw refusedBy1C({
    code: 'onec-bad-command',
    message: `Заказ на перемещение ${command.outboxId} нельзя отправить в 1С: ${problems.join('; ')}.`,
    details: { outboxId: command.outboxId, problems },
  });
}
