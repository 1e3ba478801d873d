import { chooseWarehouses } from '../../jobs/run-scan/choose-warehouses.ts';
import { withMinimumOrders } from '../../jobs/run-scan/minimum-orders.ts';
import type { CheckStep } from '../../shared/check/step.ts';
import type { Config } from '../../shared/config/config.ts';
import type { OneC } from '../../shared/onec/port.ts';
import { explain } from '../../shared/planning/explain.ts';
import { plan } from '../../shared/planning/planner.ts';

/**
 * The last step of `hub check 1c`: reads one recipient and the donors as a scan would, and tells one need of it in full. The
 * hub's own ledger is left out, so what is on its way already may show here as a need.
 */
export function sampleNeed(
  onec: Pick<OneC, 'readSnapshot'>,
  config: Pick<Config, 'warehouses' | 'planning'>,
): CheckStep {
  return {
    id: 'sample-need',
    name: 'Потребность для примера',
    quick: false,
    needs: ['stock'],
    async run(options) {
      const { warehouses, recipients, donors, items, limits, unknownMinimums, stock, leftOut } =
        await onec.readSnapshot({
          ...options,
          choose(seen) {
            const chosen = chooseWarehouses({ ...config.warehouses, asked: null }, seen);
            return { ...chosen, recipients: chosen.recipients.slice(0, 1) };
          },
        });
      const { lines } = plan({
        ...{ policy: config.planning.policy, recipients, donors, items, unknownMinimums, stock, open: [], snoozes: [] },
        limits: withMinimumOrders(limits, items, config.planning.minimumOrders),
      });
      const recipient = recipients[0]?.name ?? '';
      const short = lines.filter(({ outcome }) => outcome !== 'covered' && outcome !== 'unmet');
      const line = short.find(({ takes }) => takes.length > 0) ?? short[0];
      const left = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
      const read = `прочитано: товаров ${items.length}, минимумов ${limits.length}, строк остатков ${stock.length}, не учтено строк ${left}`;
      if (!line) return { result: 'ok', detail: `на складе «${recipient}» всё не ниже минимума`, more: [read] };
      const item = items.find(({ key }) => key === line.itemKey);
      const donorNames = Object.fromEntries(warehouses.map(({ key, name }) => [key, name]));
      const names = {
        recipientName: recipient,
        itemName: item?.name ?? line.itemKey,
        unit: item?.unit ?? '',
        donorNames,
      };
      return {
        result: 'ok',
        detail: `на складе «${recipient}» ниже минимума товаров: ${short.length}`,
        more: [`${item?.article || item?.code || line.itemKey}: ${explain(line, names, 'ru')}`, read],
      };
    },
  };
}
