import type { Dataset } from '../../data/dataset.ts';
import type { Gotchas } from '../gotchas.ts';
import type { Flavour } from '../schema/flavours.ts';
import { createWorld, type World } from '../world.ts';
import { seedBarcodes } from './barcodes.ts';
import { seedCatalogs } from './catalogs.ts';
import { seedHistory } from './history.ts';
import { seedLimits } from './limits.ts';
import { seedStock } from './stock.ts';

/** A base that shows exactly the dataset. `dateBefore(n)` is the base's local date and time n days ago (negative: ahead). */
export function seedWorld(
  dataset: Dataset,
  { flavour, gotchas }: { flavour: Flavour; gotchas: Gotchas },
  dateBefore: (days: number) => string,
): World {
  const world = createWorld(dataset, flavour, gotchas, () => dateBefore(0));
  seedCatalogs(world, dataset);
  seedBarcodes(world, dataset);
  seedLimits(world, dataset);
  seedHistory(world, dataset, dateBefore);
  seedStock(world, dataset, { opening: dateBefore(30), arrival: dateBefore(-5) });
  return world;
}
