import type { SystemCheck } from '../../shared/check/step.ts';
import type { Config } from '../../shared/config/config.ts';
import type { OutsideSystem } from '../../shared/errors/outcome.ts';
import type { MoySklad } from '../../shared/moysklad/port.ts';
import type { OneC } from '../../shared/onec/port.ts';
import { sampleNeed } from './sample-need.ts';

/** Items of 1C that МойСклад is asked about. */
const SAMPLE = 20;

type Check1C = Pick<OneC, 'check' | 'sampleItems' | 'readSnapshot'>;

/** Every step there is for 1C: `hub check` and the console's page of health go through the same ones. */
export function fullCheck1C(onec: Check1C, config: Pick<Config, 'warehouses' | 'planning'>): SystemCheck {
  const { donors, recipients } = config.warehouses;
  const all = onec.check({ donors, recipients });
  return { ...all, steps: [...all.steps, sampleNeed(onec, config)] };
}

/** The same for МойСклад. `onec` NULL: it is not to be asked for goods to try. */
export const fullCheckMoySklad = (
  moysklad: Pick<MoySklad, 'check'>,
  onec: Pick<OneC, 'sampleItems'> | null,
): SystemCheck => moysklad.check(onec === null ? {} : { sample: (options) => onec.sampleItems(SAMPLE, options) });

/** Both, for a process that has both open. A list of steps is good for one pass. */
export const fullChecks = (
  { onec, moysklad }: { onec: Check1C; moysklad: Pick<MoySklad, 'check'> },
  config: Pick<Config, 'warehouses' | 'planning'>,
): Record<OutsideSystem, () => SystemCheck> => ({
  '1c': () => fullCheck1C(onec, config),
  moysklad: () => fullCheckMoySklad(moysklad, onec),
});
