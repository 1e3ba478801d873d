import { escapeXml } from './errors.ts';
import { balanceProperties } from './schema/balance.ts';
import type { Entity, Property } from './schema/entity.ts';
import type { Enums } from './schema/enums.ts';

/** The service document: every published entity set with its address. */
export function serviceDocument(published: Entity[], base: string): object {
  return {
    'odata.metadata': `${base}/$metadata`,
    value: published.map(({ name }) => ({ name, url: name })),
  };
}

/** The same as Atom service XML, for a client that does not ask for JSON. */
export function serviceXml(published: Entity[], base: string): string {
  const sets = published.map(
    ({ name }) => `<collection href="${name}"><atom:title>${escapeXml(name)}</atom:title></collection>`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?><service xmlns="http://www.w3.org/2007/app" ' +
    `xmlns:atom="http://www.w3.org/2005/Atom" xml:base="${escapeXml(base)}/"><workspace>` +
    `<atom:title>Default</atom:title>${sets.join('')}</workspace></service>`
  );
}

/** `$metadata`: OData v3 EDMX with entity types, row types, virtual table functions and enumerations. */
export function metadataXml(published: Entity[], enums: Enums): string {
  const types = published.map(entityType).join('');
  const rowTypes = published.map(complexTypes).join('');
  const enumTypes = Object.entries(enums).map(
    ([name, members]) =>
      `<EnumType Name="${name}">${members.map((one) => `<Member Name="${one}"/>`).join('')}</EnumType>`,
  );
  const sets = published.map(({ name }) => `<EntitySet Name="${name}" EntityType="StandardODATA.${name}"/>`);
  const functions = published.map(functionImports).join('');
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx">' +
    '<edmx:DataServices m:DataServiceVersion="3.0" m:MaxDataServiceVersion="3.0" ' +
    'xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">' +
    '<Schema Namespace="StandardODATA" xmlns="http://schemas.microsoft.com/ado/2009/11/edm">' +
    `${types}${rowTypes}${enumTypes.join('')}` +
    `<EntityContainer Name="EnterpriseV8" m:IsDefaultEntityContainer="true">${sets.join('')}${functions}</EntityContainer>` +
    '</Schema></edmx:DataServices></edmx:Edmx>'
  );
}

function entityType({ name, key, properties, sections, balance }: Entity): string {
  const keys = key.map((one) => `<PropertyRef Name="${one}"/>`).join('');
  const recorder = balance
    ? propertyXml({ name: 'Recorder', edm: 'String', kind: 'composite' }, false) +
      propertyXml({ name: 'Recorder_Type', edm: 'String', kind: 'type-name' }, false)
    : '';
  const own = balance
    ? `<Property Name="RecordSet" Type="Collection(StandardODATA.${name}_RowType)" Nullable="true"/>`
    : [...properties.values()].map((one) => propertyXml(one, !key.includes(one.name))).join('');
  const tables = [...sections.keys()].map(
    (one) => `<Property Name="${one}" Type="Collection(StandardODATA.${name}_${one}_RowType)" Nullable="true"/>`,
  );
  return `<EntityType Name="${name}"><Key>${keys}</Key>${recorder}${own}${tables.join('')}</EntityType>`;
}

function complexTypes(entity: Entity): string {
  const types = [...entity.sections].map(([section, properties]) =>
    complexType(`${entity.name}_${section}_RowType`, properties.values()),
  );
  if (entity.balance) {
    types.push(complexType(`${entity.name}_RowType`, entity.properties.values()));
    types.push(complexType(`${entity.name}_Balance`, balanceProperties(entity, entity.balance.dimensions).values()));
  }
  return types.join('');
}

function complexType(name: string, properties: Iterable<Property>): string {
  return `<ComplexType Name="${name}">${[...properties].map((one) => propertyXml(one, true)).join('')}</ComplexType>`;
}

const propertyXml = ({ name, edm }: Property, nullable: boolean) =>
  `<Property Name="${name}" Type="Edm.${edm}" Nullable="${nullable}"/>`;

function functionImports({ name, balance }: Entity): string {
  const bound = `<Parameter Name="bindingParameter" Type="StandardODATA.${name}"/>`;
  const parameter = (one: string, type: string) => `<Parameter Name="${one}" Type="Edm.${type}" Nullable="true"/>`;
  if (balance)
    return (
      `<FunctionImport Name="Balance" ReturnType="Collection(StandardODATA.${name}_Balance)" IsBindable="true">` +
      `${bound}${parameter('Condition', 'String')}${parameter('Dimensions', 'String')}${parameter('Period', 'DateTime')}` +
      '</FunctionImport>'
    );
  if (!name.startsWith('Document_')) return '';
  return ['Post', 'Unpost']
    .map(
      (action) =>
        `<FunctionImport Name="${action}" IsBindable="true" m:HttpMethod="POST">` +
        `${bound}${action === 'Post' ? parameter('PostingModeOperational', 'Boolean') : ''}</FunctionImport>`,
    )
    .join('');
}
