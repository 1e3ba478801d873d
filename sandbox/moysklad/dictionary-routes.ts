import { type Context, Hono } from 'hono';
import { API, metaOf } from './answers.ts';
import {
  type Catalogue,
  type Named,
  type Product,
  renderNamed,
  renderProduct,
  uiIdOf,
  unitNamed,
} from './catalogue.ts';
import { createFilter } from './filter.ts';
import { expandOf, listAnswer } from './list.ts';
import { notFound } from './references.ts';

const filterNamed = createFilter<Named>(
  {
    id: { type: 'uuid', get: (thing) => thing.id },
    name: { type: 'string', get: (thing) => thing.name },
    externalCode: { type: 'string', get: (thing) => thing.externalCode },
    archived: { type: 'boolean', get: (thing) => thing.archived },
  },
  'archived',
);

const PRODUCT_FIELDS = {
  id: { type: 'uuid', get: (product: Product) => product.id },
  name: { type: 'string', get: (product: Product) => product.name },
  article: { type: 'string', get: (product: Product) => product.article },
  code: { type: 'string', get: (product: Product) => product.code },
  externalCode: { type: 'string', get: (product: Product) => product.externalCode },
  barcode: { type: 'string', get: (product: Product) => product.barcodes },
  archived: { type: 'boolean', get: (product: Product) => product.archived },
} as const;

const filterProducts = createFilter<Product>(PRODUCT_FIELDS, 'archived');
const filterVariants = createFilter<Product>(
  { ...PRODUCT_FIELDS, productid: { type: 'uuid', get: (variant) => variant.parent?.id } },
  'archived',
);

/** Who am I, settings, and the dictionaries that an order refers to. */
export function createDictionaryRoutes(catalogue: () => Catalogue) {
  const app = new Hono();

  app.get('/context/employee', (c) => {
    const { employee, accountId } = catalogue();
    return c.json({ ...renderNamed(employee), accountId, uid: 'admin@sandbox', permissions: {} });
  });

  app.get('/context/companysettings', (c) =>
    c.json({
      meta: metaOf('companysettings', '/context/companysettings'),
      currency: { meta: catalogue().currency.meta },
      priceTypes: catalogue().priceTypes.map(renderNamed),
      globalOperationNumbering: false,
      checkMinPrice: false,
    }),
  );

  app.get('/context/companysettings/pricetype', (c) => c.json(catalogue().priceTypes.map(renderNamed)));
  app.get('/context/companysettings/pricetype/default', (c) => c.json(renderNamed(catalogue().priceTypes[0]!)));

  const dictionary = (path: string, type: string, rows: (from: Catalogue) => Named[]) => {
    app.get(path, (c) => {
      const search = c.req.query('search')?.toLowerCase() ?? '';
      const selected = rows(catalogue())
        .filter(filterNamed(c.req.query('filter')))
        .filter((thing) => thing.name.toLowerCase().includes(search));
      return c.json(listAnswer(c, { type, path, rows: selected, render: renderNamed }));
    });
    app.get(`${path}/:id`, (c) => {
      const found = rows(catalogue()).find((thing) => thing.id === c.req.param('id'));
      if (found === undefined) throw notFound(type, c.req.param('id') ?? '');
      return c.json(renderNamed(found));
    });
  };
  dictionary('/entity/organization', 'organization', (from) => from.organizations);
  dictionary('/entity/counterparty', 'counterparty', (from) => from.counterparties);
  dictionary('/entity/store', 'store', (from) => from.stores);
  dictionary('/entity/uom', 'uom', (from) => [
    ...from.units,
    // A test may have changed a product's unit meanwhile.
    ...[...new Set(from.products.flatMap(({ unit }) => (unit ? [unit] : [])))]
      .filter((name) => !from.units.some((known) => known.name === name))
      .map(unitNamed),
  ]);

  const goods = (type: Product['type'], select: typeof filterProducts) => {
    const path = `/entity/${type}`;
    const render = (product: Product, expand: Set<string>) => renderProduct(catalogue(), product, expand);
    app.get(path, (c: Context) => {
      const search = c.req.query('search')?.toLowerCase() ?? '';
      const rows = catalogue()
        .products.filter((product) => product.type === type)
        .filter(select(c.req.query('filter')))
        .filter(({ name, article, code }) => `${name}\n${article ?? ''}\n${code}`.toLowerCase().includes(search));
      return c.json(listAnswer(c, { type, path, rows, render }));
    });
    app.get(`${path}/:id`, (c) => {
      const asked = c.req.param('id') ?? '';
      // People paste ids out of the address bar; those are not the API's.
      const pasted = catalogue().products.find((one) => one.type === type && uiIdOf(one) === asked);
      if (pasted !== undefined) return c.body(null, 308, { Location: `${API}${path}/${pasted.id}` });
      const product = catalogue().byId.get(asked);
      if (product === undefined || product.type !== type) throw notFound(type, c.req.param('id') ?? '');
      return c.json(render(product, expandOf(c)) as object);
    });
  };
  goods('product', filterProducts);
  goods('variant', filterVariants);

  for (const report of ['all', 'bystore']) {
    app.get(`/report/stock/${report}`, (c) =>
      c.json(listAnswer(c, { type: 'stock', path: `/report/stock/${report}`, rows: [], render: () => ({}) })),
    );
    app.get(`/report/stock/${report}/current`, (c) => c.json([]));
  }

  return app;
}
