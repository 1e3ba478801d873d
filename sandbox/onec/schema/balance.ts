import type { Entity, Property } from './entity.ts';

/** The answer type of `Balance()`: dimensions (asked for, or all) as properties and `<Ресурс>Balance`. */
export function balanceProperties(register: Entity, dimensions: string[]): Map<string, Property> {
  const properties = new Map<string, Property>();
  for (const dimension of dimensions) {
    for (const name of dimensionProperties(register, dimension)) {
      properties.set(name, register.properties.get(name)!);
    }
  }
  for (const resource of register.balance?.resources ?? []) {
    const name = `${resource}Balance`;
    properties.set(name, { name, edm: 'Double', kind: 'plain' });
  }
  return properties;
}

/** `Номенклатура` → `Номенклатура_Key`; composite `Склад` → `Склад`, `Склад_Type`. */
export function dimensionProperties(register: Entity, dimension: string): string[] {
  const composite = register.properties.get(dimension);
  if (composite) return composite.kind === 'composite' ? [dimension, `${dimension}_Type`] : [dimension];
  return [`${dimension}_Key`];
}
