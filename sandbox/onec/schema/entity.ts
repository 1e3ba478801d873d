/** How 1C writes a property in OData: EDM type plus the kinds that behave differently in filters and on write. */
export interface Property {
  name: string;
  /** EDM primitive that `$metadata` shows. */
  edm: 'Guid' | 'String' | 'Boolean' | 'DateTime' | 'Double' | 'Int16' | 'Int32' | 'Int64';
  /** `composite`: reference of several types, guid as text beside a `_Type`. `text`: unlimited string. */
  kind: 'plain' | 'composite' | 'type-name' | 'text' | 'enum';
  maxLength?: number;
  enumName?: string;
}

export interface Entity {
  name: string;
  key: string[];
  properties: Map<string, Property>;
  /** Tabular sections by name. */
  sections: Map<string, Map<string, Property>>;
  /** Accumulation registers: dimensions and resources of `Balance()`. */
  balance?: { dimensions: string[]; resources: string[] };
}

interface EntityOptions {
  key?: string[];
  sections?: Record<string, string>;
  balance?: Entity['balance'];
}

/** Builds an entity from `Name:Type` pairs; types are EDM names, `String(n)`, `Text`, `Enum(x)`, `Composite`, `TypeName`. */
export function entity(name: string, spec: string, options: EntityOptions = {}): Entity {
  const sections = new Map<string, Map<string, Property>>();
  for (const [section, text] of Object.entries(options.sections ?? {})) sections.set(section, parseProperties(text));
  const built: Entity = { name, key: options.key ?? ['Ref_Key'], properties: parseProperties(spec), sections };
  if (options.balance) built.balance = options.balance;
  return built;
}

function parseProperties(spec: string): Map<string, Property> {
  const properties = new Map<string, Property>();
  for (const word of spec.trim().split(/\s+/)) {
    const property = parseProperty(word);
    properties.set(property.name, property);
  }
  return properties;
}

function parseProperty(word: string): Property {
  const match = /^([^:]+):(\w+?)(?:\(([^)]+)\))?$/u.exec(word);
  if (!match) throw new Error(`Sandbox schema: cannot read «${word}», expected Name:Type`);
  const [, name = '', type = '', argument] = match;
  if (type === 'Composite') return { name, edm: 'String', kind: 'composite' };
  if (type === 'TypeName') return { name, edm: 'String', kind: 'type-name' };
  if (type === 'Text') return { name, edm: 'String', kind: 'text' };
  if (type === 'Enum') return { name, edm: 'String', kind: 'enum', enumName: argument ?? name };
  const property: Property = { name, edm: type as Property['edm'], kind: 'plain' };
  if (argument) property.maxLength = Number(argument);
  return property;
}

interface Change {
  drop?: string[];
  /** More properties, as in `entity`. */
  add?: string;
  key?: string[];
  dropFromSection?: Record<string, string[]>;
}

/** The same object in another release. Naming what is not there is a mistake of the sandbox itself. */
export function changed(of: Entity, { drop = [], add, key = of.key, dropFromSection = {} }: Change): Entity {
  const without = (from: Map<string, Property>, names: string[]) => {
    const rest = new Map(from);
    for (const name of names) if (!rest.delete(name)) throw new Error(`Sandbox schema: ${of.name} has no ${name}`);
    return rest;
  };
  const sections = new Map(
    [...of.sections].map(([name, properties]) => [name, without(properties, dropFromSection[name] ?? [])]),
  );
  const added = add === undefined ? [] : parseProperties(add);
  return { ...of, key, properties: new Map([...without(of.properties, drop), ...added]), sections };
}
