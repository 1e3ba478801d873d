import { SaxesParser } from 'saxes';

/** What `$metadata` says of the objects asked for. */
export interface Edmx {
  /** Property names of each type: `Document_X`, its rows `Document_X_Товары_RowType`, balances `AccumulationRegister_X_Balance`. */
  properties: Map<string, Set<string>>;
  /** Members of each enumeration. */
  enums: Map<string, Set<string>>;
}

/**
 * Reads an EDMX document of OData v3 as it comes, piece by piece: that of a full UT has 15–17 MB, of which the hub keeps
 * a few hundred names. `wanted` says which types and enumerations to keep.
 */
export function createEdmxReader(wanted: (name: string) => boolean): { write(text: string): void; end(): Edmx } {
  const found: Edmx = { properties: new Map(), enums: new Map() };
  let into: Set<string> | null = null;
  let isSchema = false;
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const own = attributes.Name;
    switch (name.slice(name.indexOf(':') + 1)) {
      case 'Schema':
        isSchema = true;
        break;
      case 'EntityType':
      case 'ComplexType':
        into = keep(found.properties, own);
        break;
      case 'EnumType':
        into = keep(found.enums, own);
        break;
      case 'Property':
      case 'Member':
        if (own !== undefined) into?.add(own);
    }
  });
  parser.on('closetag', ({ name }) => {
    if (/^(EntityType|ComplexType|EnumType)$/.test(name.slice(name.indexOf(':') + 1))) into = null;
  });

  function keep(all: Map<string, Set<string>>, name: string | undefined): Set<string> | null {
    if (name === undefined || !wanted(name)) return null;
    const names = all.get(name) ?? new Set();
    all.set(name, names);
    return names;
  }

  return {
    write: (text) => void parser.write(text),
    /** Throws when the document was no whole EDMX. */
    end() {
      parser.close();
      if (!isSchema) throw new Error('no Schema element: this is no EDMX');
      return found;
    },
  };
}
