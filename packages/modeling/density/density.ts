import type { Expression } from '../expression/expression.ts';
import { symbolsOf } from '../expression/fold.ts';
import { RESERVED } from '../expression/notation.data.ts';
import { parse } from '../expression/parse.ts';
import { print } from '../expression/print.ts';
import { densityErrors } from './errors.data.ts';
import { hoisted, type Part } from './hoist.ts';
import { type Quantity, SetPrograms, type Statement } from './set-programs.ts';
import { IndexSets, ONE, type SetText } from './sets.ts';

/** A log density in the model language. Expressions are plain numbers: units are not looked at. */
export interface DensityText {
  readonly id: string;
  /**
   * Sets by which quantities are indexed, as in `{ subject: 12, sample: { subject: [0, 0, 1, …] } }`. A set comes after those it names.
   */
  readonly sets?: Readonly<Record<string, SetText>>;
  /** 1 for a single number, or the set with a number for each member. In the order of the points. */
  readonly parameters: Readonly<Record<string, 1 | string>>;
  /** A number, or a set with its members' numbers. */
  readonly data?: Readonly<Record<string, number | readonly [set: string, values: ArrayLike<number>]>>;
  /** Expressions by name, worked out for each member of the finest set among their names, or of the set that joins these. */
  readonly definitions?: Readonly<Record<string, string>>;
  /** Expressions whose values over all members are added up: the log density, up to a constant. See families.ts. */
  readonly terms: readonly string[];
}

/** A log density with its analytic gradient: a `DifferentiableLogDensity` of the inference package. */
export interface Density {
  readonly dimension: number;
  /** Of the coordinates, as in `eta[3]`; members are counted from 1 here. */
  readonly names: readonly string[];
  /** Points: count × dimension. Returns `count` values; NaN or −Infinity outside the support. */
  evaluate(points: Float64Array, count: number): Float64Array;
  /** The value at one point; writes the gradient. */
  valueAndGradient(point: Float64Array, gradient: Float64Array): number;
  /** Values of the definitions at one point, by name. */
  definitions(point: Float64Array): Readonly<Record<string, Float64Array>>;
}

/**
 * Compiles a log density and its gradient. Every set has one straight-line program for a member of it, walked back for the
 * gradient (`adjoints`), so that code does not grow with the data and the gradient costs a small multiple of the value.
 * @throws CodedError `density-name`, `density-set`, `density-data`, `model-syntax`
 */
export function defineDensity(text: DensityText): Density {
  const { id, parameters, data = {}, definitions = {}, terms } = text;
  const sets = new IndexSets(id, text.sets);
  const quantities = new Map<string, Quantity>();
  let length = 0;
  const keep = (name: string, set: string, kind: Quantity['kind'], varies: boolean): Quantity => {
    const quantity = { name, set, kind, varies, at: length };
    quantities.set(name, quantity);
    length += sets.size(set);
    return quantity;
  };
  const declare = (name: string, set: string, kind: Quantity['kind'], varies: boolean) => {
    if (!/^[A-Za-z_]\w*$/.test(name) || RESERVED.has(name) || quantities.has(name)) {
      const why = quantities.has(name) ? 'is there already' : 'is no name that an expression can have';
      throw densityErrors.error('density-name', `${id}: ${name} ${why}.`, { file: id, element: name });
    }
    keep(name, set, kind, varies);
  };
  for (const [name, set] of Object.entries(parameters)) declare(name, set === 1 ? ONE : set, 'parameter', true);
  const dimension = length;
  const given: Float64Array[] = [];
  for (const [name, entry] of Object.entries(data)) {
    const [set, values] = typeof entry === 'number' ? [ONE, [entry]] : entry;
    declare(name, set, 'data', false);
    given.push(checked(id, name, Float64Array.from(values), sets.size(set)));
  }
  const statements: (Statement & { readonly quantity: Quantity | null })[] = [];
  const parts = new Map<string, string>();
  const define = ({ expression, set, varies }: Part, name: string) => {
    const used = [...symbolsOf(expression)].map((symbol) => quantities.get(symbol)!);
    statements.push({ expression, used, set, quantity: quantities.get(name) ?? keep(name, set, 'definition', varies) });
    return name;
  };
  /** Takes costly parts out into definitions of their own, of a name that no text can have. */
  const simplified = (expression: Expression, set: string) =>
    hoisted(
      expression,
      set,
      sets,
      (name) => quantities.get(name)!,
      (part) => {
        const text = `${print(part.expression)} of ${part.set}`;
        const name = parts.get(text) ?? define(part, `#${parts.size + 1}`);
        parts.set(text, name);
        return name;
      },
    );
  const read = (source: string, element: string): Part => {
    const expression = parse(source, { where: { file: id, element } });
    const used = [...symbolsOf(expression)].map((name) => {
      const known = quantities.get(name);
      if (known !== undefined) return known;
      const message = `${id}: ${element} uses ${name}, which is not known there.`;
      throw densityErrors.error('density-name', message, { file: id, element });
    });
    const set = sets.finest(
      used.map((quantity) => quantity.set),
      element,
    );
    return { expression: simplified(expression, set), set, varies: used.some(({ varies }) => varies) };
  };
  for (const [name, source] of Object.entries(definitions)) {
    const part = read(source, name);
    declare(name, part.set, 'definition', part.varies);
    define(part, name);
  }
  terms.forEach((source, i) => {
    const { expression, set } = read(source, `term ${i + 1}`);
    const used = [...symbolsOf(expression)].map((name) => quantities.get(name)!);
    statements.push({ expression, used, set, quantity: null });
  });
  const programsOf = (some: typeof statements) =>
    sets.names.map((name) => new SetPrograms(sets, name, some)).filter(({ empty }) => !empty);
  // What follows from data alone is worked out once.
  const settled = statements.filter(({ quantity }) => quantity !== null && !quantity.varies);
  const programs = programsOf(statements.filter((statement) => !settled.includes(statement)));

  const values = new Float64Array(length);
  const weights = new Float64Array(length);
  for (let i = 0, at = dimension; i < given.length; at += given[i].length, i++) values.set(given[i], at);
  for (const one of programsOf(settled)) one.define(values);
  const valueAndGradient = (point: Float64Array, gradient: Float64Array): number => {
    values.set(point);
    weights.fill(0);
    for (const one of programs) if (one.needed) one.define(values);
    let sum = 0;
    for (let s = programs.length - 1; s >= 0; s--) sum += programs[s].walkBack(values, weights);
    for (let i = 0; i < dimension; i++) gradient[i] = weights[i];
    return sum;
  };
  const unused = new Float64Array(dimension);
  return {
    dimension,
    names: Object.entries(parameters).flatMap(([name, set]) =>
      set === 1 ? [name] : Array.from({ length: sets.size(set) }, (_, i) => `${name}[${i + 1}]`),
    ),
    evaluate: (points, count) =>
      Float64Array.from({ length: count }, (_, c) =>
        valueAndGradient(points.subarray(c * dimension, (c + 1) * dimension), unused),
      ),
    valueAndGradient,
    definitions(point) {
      values.set(point);
      for (const one of programs) one.define(values);
      return Object.fromEntries(
        Object.keys(definitions).map((name) => {
          const { set, at } = quantities.get(name)!;
          return [name, values.slice(at, at + sets.size(set))];
        }),
      );
    },
  };
}

function checked(id: string, name: string, values: Float64Array, size: number): Float64Array {
  const bad = values.findIndex((v) => !Number.isFinite(v));
  if (values.length === size && bad < 0) return values;
  const what =
    values.length === size ? `entry ${bad} is ${values[bad]}` : `${values.length} numbers for ${size} members`;
  throw densityErrors.error('density-data', `${id}: ${name}: ${what}.`, { file: id, element: name });
}
