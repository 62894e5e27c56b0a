import { type PathNode, systemValue } from '../path/expression.ts';
import type { ConstantElement } from './definition.ts';

const DATE = /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/;
const TIME = /^([01]\d|2[0-3])(:[0-5]\d(:([0-5]\d|60)(\.\d+)?)?)?$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const matching = (form: RegExp, literal: (text: string) => string) => (value: unknown) =>
  typeof value === 'string' && form.test(value) ? systemValue(literal(value)) : undefined;
const integer = (least: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) < 2 ** 31
    ? systemValue(`${value}`)
    : undefined;

/** The value in FHIRPath by type of the constant; undefined where it is not of that type. */
const READ: Readonly<Record<string, (value: unknown) => PathNode | undefined>> = {
  Base64Binary: text,
  Boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  Canonical: text,
  Code: text,
  Date: matching(DATE, (date) => `@${date}`),
  DateTime: (value) =>
    matching(DATE, (date) => `@${date}T`)(value) ?? matching(MOMENT, (moment) => `@${moment}`)(value),
  Decimal: (value) =>
    typeof value === 'number' && Number.isFinite(value) && !/e/i.test(`${value}`) ? systemValue(`${value}`) : undefined,
  Id: text,
  Instant: matching(MOMENT, (moment) => `@${moment}`),
  Integer: integer(-(2 ** 31)),
  Integer64: matching(/^-?\d{1,18}$/, (digits) => `${digits}L`),
  Oid: text,
  PositiveInt: integer(1),
  String: text,
  Time: matching(TIME, (time) => `@T${time}`),
  UnsignedInt: integer(0),
  Uri: text,
  Url: text,
  Uuid: text,
};

/** A constant as a variable of FHIRPath; undefined where its value is not of its type, or the type is none of a constant's. */
export function constantValue({ type, value }: ConstantElement): PathNode | undefined {
  return Object.hasOwn(READ, type) ? READ[type]!(value) : undefined;
}
