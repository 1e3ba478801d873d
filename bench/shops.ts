const DONOR = 'Бестужевых';

/** A table for the sandbox in which each of these shops lacks so many items, all of which the donor has. */
export function shopsTable(shops: number, itemsEach: number): string {
  const rows = ['article,name,warehouse,stock,min,max'];
  for (let shop = 1; shop <= shops; shop += 1) {
    for (let at = 1; at <= itemsEach; at += 1) {
      const article = `B-${shop}-${at}`;
      rows.push(`${article},Товар ${article},${shopName(shop)},0,5,10`, `${article},Товар ${article},${DONOR},100,,`);
    }
  }
  return rows.join('\n');
}

export const shopName = (shop: number) => `Магазин ${shop}`;

/** The sandbox's own printed settings, for a hub that is to work against it with that one donor. */
export function settingsIn(printed: string): Record<string, string> {
  const settings = Object.fromEntries(
    [...printed.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name, value]) => [name!, value!]),
  );
  return { ...settings, DONOR_WAREHOUSES: DONOR };
}
