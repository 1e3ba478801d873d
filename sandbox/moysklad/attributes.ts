import { ApiError, metaOf } from './answers.ts';
import { stableId } from './catalogue.ts';
import { isRecord, wrongType } from './references.ts';

/** A custom field of customer orders («Доп. поле»). `dictionary`: the names of its own dictionary's entries. */
export interface AttributeOption {
  name: string;
  type: 'string' | 'text' | 'long' | 'double' | 'boolean' | 'time' | 'customentity';
  required?: boolean;
  dictionary?: string[];
}

const ATTRIBUTES = '/entity/customerorder/metadata/attributes';

export function createAttributes(options: readonly AttributeOption[]) {
  const fields = options.map((option) => ({ ...option, id: stableId('attribute', option.name) }));
  const dictionaryOf = (name: string) => stableId('customentity', name);
  const entryMeta = (field: string, name: string) =>
    metaOf('customentity', `/entity/customentity/${dictionaryOf(field)}/${stableId('entry', field, name)}`);

  return {
    rows: () =>
      fields.map(({ id, name, type, required = false }) => ({
        meta: metaOf('attributemetadata', `${ATTRIBUTES}/${id}`),
        ...{ id, name, type, required },
        ...(type === 'customentity' && {
          customEntityMeta: metaOf(
            'customentitymetadata',
            `/context/companysettings/metadata/customEntities/${dictionaryOf(name)}`,
          ),
        }),
      })),

    entries(dictionaryId: string) {
      const field = fields.find(({ name }) => dictionaryOf(name) === dictionaryId);
      return field?.dictionary?.map((name) => ({
        id: stableId('entry', field.name, name),
        name,
        meta: entryMeta(field.name, name),
      }));
    },

    /** Checks what a body sets; returns it as the order keeps it. Throws 14000s for what is wrong, 3000 for what is missing. */
    read(value: unknown, { creating }: { creating: boolean }): object[] {
      const given = value === undefined || value === null ? [] : value;
      if (!Array.isArray(given)) throw wrongType('attributes', 'массив');
      const set = new Set<string>();
      const read = given.map((one: unknown) => {
        const href = isRecord(one) && isRecord(one.meta) && typeof one.meta.href === 'string' ? one.meta.href : '';
        const field = fields.find(({ id }) => href.endsWith(`${ATTRIBUTES}/${id}`));
        if (field === undefined) {
          throw new ApiError(412, 14_005, 'Ошибка сохранения: доп. поле не найдено', { parameter: 'attributes' });
        }
        const own = (one as { value?: unknown }).value;
        if (!fits(field.type, own)) {
          throw new ApiError(412, 14_002, `Неверный тип значения доп. поля '${field.name}'`, { parameter: field.name });
        }
        set.add(field.id);
        return {
          meta: metaOf('attributemetadata', `${ATTRIBUTES}/${field.id}`),
          id: field.id,
          name: field.name,
          type: field.type,
          value: own,
        };
      });
      const missing = fields.find(({ id, required }) => required && !set.has(id));
      if (creating && missing !== undefined) {
        throw new ApiError(
          412,
          3000,
          `Ошибка сохранения объекта: поле '${missing.name}' не может быть пустым или отсутствовать`,
          { parameter: missing.name },
        );
      }
      return read;
    },
  };
}

export type Attributes = ReturnType<typeof createAttributes>;

function fits(type: AttributeOption['type'], value: unknown): boolean {
  if (type === 'long') return Number.isInteger(value);
  if (type === 'double') return typeof value === 'number';
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'time') return typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(value);
  if (type === 'customentity') return isRecord(value) && isRecord(value.meta);
  return typeof value === 'string';
}
