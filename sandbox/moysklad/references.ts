import { API, ApiError } from './answers.ts';

export interface Reference {
  /** Path after the API's base, for example `/entity/product/<id>`. */
  path: string;
  type: string;
  id: string;
}

export function wrongType(parameter: string, type: string): ApiError {
  return new ApiError(400, 2016, `Ошибка формата: значение поля '${parameter}' не соответствует типу ${type}`, {
    parameter,
  });
}

export function notFound(type: string, id: string): ApiError {
  return new ApiError(404, 1021, `Объект с типом '${type}' и идентификатором '${id}' не найден`);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads `{meta: {href, type}}`: the host must be the canonical one, the type one of `allowed`. */
export function readReference(value: unknown, parameter: string, allowed: string[]): Reference {
  if (!isRecord(value)) throw wrongType(parameter, 'объект');
  const { meta } = value;
  if (!isRecord(meta) || typeof meta.href !== 'string') {
    throw new ApiError(400, 2013, `Ошибка формата: неправильное значение href для meta поля '${parameter}'`, {
      parameter,
    });
  }
  if (!meta.href.startsWith(`${API}/`)) {
    throw new ApiError(400, 1059, `Некорректный сервер в идентификаторе объекта: '${meta.href}'`);
  }
  const path = meta.href.slice(API.length);
  const parts = path.split('/').filter((part) => part !== '');
  const type = parts.at(-2) === 'states' ? 'state' : (parts.at(-2) ?? '');
  const id = parts.at(-1) ?? '';
  if (!allowed.includes(type)) {
    throw new ApiError(
      400,
      2024,
      `Ошибка формата: href указывает на сущность неправильного типа '${type}', требуется '${allowed.join(', ')}'`,
      { parameter },
    );
  }
  if (typeof meta.type === 'string' && meta.type !== type) {
    throw new ApiError(400, 1060, 'Некорректный тип данных в meta сущности, поле type');
  }
  return { path, type, id };
}
