import { CodedError, type Instant } from '@gemel/core';
import { util } from 'fhirpath';
import { type PathNode, plainValue, systemValue } from '../path/expression.ts';
import type { ColumnPlan, PathPlan, SelectPlan, View } from './compile.ts';
import { viewErrors } from './errors.data.ts';
import { ENTRY_KEYS, resourceKey } from './keys.ts';

/** Values in the order of the columns; null where there is none, a list where the column is a collection. */
export type Row = readonly unknown[];

export interface RowOptions {
  /** What `now()` and `today()` answer; without it they are refused. */
  readonly at?: Instant;
  /** Keys of the entries of the Bundle that the resource stands in, by fullUrl. */
  readonly entries?: ReadonlyMap<string, string>;
  /** Where the resource stands, for errors. */
  readonly source?: string;
}

/** Deepest that a repeat goes. */
const DEEPEST = 200;
/** Most rows of one resource. */
const MOST_ROWS = 1_000_000;

/**
 * The rows of one resource; none of another type. By the algorithm of SQL on FHIR 2.0: a select goes over what its iteration finds,
 * and each of those gives the product of its columns, its selects and its unionAll. A forEachOrNull that finds nothing gives one row
 * of nulls, where `%rowIndex` is 0.
 * @throws view-column-several, view-column-type, view-where, view-evaluation, view-endless
 */
export function viewRows(view: View, resource: unknown, options: RowOptions = {}): Row[] {
  if ((resource as { resourceType?: unknown } | null)?.resourceType !== view.resource) return [];
  return new Run(view, resource, options).rows();
}

/** A row as an object, in the order of the columns. */
export function rowObject(view: View, row: Row): Record<string, unknown> {
  return Object.fromEntries(view.columns.map(({ name }, i) => [name, row[i]]));
}

class Run {
  readonly #view: View;
  readonly #resource: unknown;
  readonly #options: RowOptions;
  readonly #variables: Record<string | symbol, unknown>;

  constructor(view: View, resource: unknown, options: RowOptions) {
    this.#view = view;
    this.#resource = resource;
    this.#options = options;
    const entries = options.entries === undefined ? {} : { [ENTRY_KEYS]: options.entries };
    this.#variables = { ...view.constants, ...entries, resource, rootResource: resource };
  }

  rows(): Row[] {
    for (const condition of this.#view.where) if (!this.#holds(condition)) return [];
    return this.#select(this.#view.root, this.#resource, 0);
  }

  #holds(condition: PathPlan): boolean {
    const found = this.#values(condition, this.#resource, 0);
    if (found.length === 0) return false;
    if (found.length === 1 && typeof found[0] === 'boolean') return found[0];
    const shown = JSON.stringify(found.length === 1 ? found[0] : found)?.slice(0, 100);
    throw this.#error('view-where', condition, `gives ${shown}, neither true nor false`);
  }

  #select(select: SelectPlan, focus: unknown, index: number): unknown[][] {
    const { iteration } = select;
    if (iteration === 'once') return this.#product(select, focus, index);
    const foci =
      iteration === 'repeat' ? this.#repeated(select, focus) : this.#foci(select, select.over[0]!, focus, index);
    if (foci.length === 0 && iteration === 'forEachOrNull') return [select.all.map((column) => this.#blank(column))];
    if (foci.length === 1) return this.#product(select, foci[0], 0);
    const rows: unknown[][] = [];
    for (const [i, one] of foci.entries()) for (const row of this.#product(select, one, i)) rows.push(row);
    return rows;
  }

  #product(select: SelectPlan, focus: unknown, index: number): unknown[][] {
    const own: unknown[] = [];
    for (const column of select.columns) own.push(this.#cell(column, focus, index));
    let rows = [own];
    for (const part of select.select) {
      rows = this.#times(rows, this.#select(part, focus, index), part);
      if (rows.length === 0) return rows;
    }
    if (select.unionAll.length === 0) return rows;
    const union: unknown[][] = [];
    for (const branch of select.unionAll) for (const row of this.#select(branch, focus, index)) union.push(row);
    return this.#times(rows, union, select);
  }

  #times(left: unknown[][], right: unknown[][], select: SelectPlan): unknown[][] {
    if (left.length === 1 && left[0]!.length === 0) return right;
    if (left.length * right.length > MOST_ROWS) {
      const message = `${select.element} makes more than ${MOST_ROWS} rows of ${this.#name()}.`;
      throw viewErrors.error('view-endless', message, this.#where(select.element));
    }
    const rows: unknown[][] = [];
    for (const one of left) for (const other of right) rows.push([...one, ...other]);
    return rows;
  }

  /** Depth first: each that is found, then what is found from it. */
  #repeated(select: SelectPlan, focus: unknown): unknown[] {
    const found: unknown[] = [];
    const follow = (from: unknown, depth: number) => {
      for (const path of select.over) {
        for (const one of this.#foci(select, path, from, 0)) {
          if (depth > DEEPEST || found.length > MOST_ROWS) {
            throw this.#error('view-endless', path, `goes on for more than ${DEEPEST} levels or ${MOST_ROWS} elements`);
          }
          found.push(one);
          follow(one, depth + 1);
        }
      }
    };
    follow(focus, 1);
    return found;
  }

  /** What a select goes on from: nodes where the engine is needed there, else JSON. */
  #foci(select: SelectPlan, path: PathPlan, focus: unknown, index: number): unknown[] {
    if (path.direct !== null && !select.needsNodes)
      return path.direct.run(util.valData(focus), { index, entries: this.#options.entries });
    const nodes = this.#nodes(path, focus, index);
    return select.needsNodes ? nodes : nodes.map((node) => util.valData(node));
  }

  #values(path: PathPlan, focus: unknown, index: number): unknown[] {
    const found =
      path.direct === null
        ? this.#nodes(path, focus, index)
        : path.direct.run(util.valData(focus), { index, entries: this.#options.entries });
    const values: unknown[] = [];
    for (const node of found) {
      // Most are text already.
      const value = typeof node === 'string' || typeof node === 'boolean' ? node : plainValue(node);
      if (value !== undefined && value !== null) values.push(value);
    }
    return values;
  }

  #nodes(path: PathPlan, focus: unknown, index: number): PathNode[] {
    const variables = path.rowIndex ? { ...this.#variables, rowIndex: systemValue(`${index}`) } : this.#variables;
    const { at } = this.#options;
    try {
      return path.engine.nodes(focus, at === undefined ? { variables } : { variables, at });
    } catch (cause) {
      if (!(cause instanceof CodedError)) throw cause;
      throw this.#error('view-evaluation', path, `cannot be evaluated: ${cause.message.replace(/\.$/, '')}`, cause);
    }
  }

  #cell(column: ColumnPlan, focus: unknown, index: number): unknown {
    const values = this.#values(column, focus, index);
    if (column.holds !== null) for (const value of values) this.#check(column, value);
    if (column.collection) return values;
    if (values.length > 1) {
      throw this.#error('view-column-several', column, `finds ${values.length} values for the column ${column.name}`);
    }
    return values.length === 0 ? null : values[0];
  }

  #check(column: ColumnPlan, value: unknown): void {
    const { holds } = column;
    if (holds === 'integer' ? Number.isInteger(value) : typeof value === holds) return;
    const shown = JSON.stringify(value)?.slice(0, 100);
    throw this.#error('view-column-type', column, `gives ${shown} for the column ${column.name}, no ${column.type}`);
  }

  #blank(column: ColumnPlan): unknown {
    if (column.rowIndex) return this.#cell(column, [], 0);
    return column.collection ? [] : null;
  }

  #error(code: keyof typeof viewErrors.table & string, path: PathPlan, message: string, cause?: unknown): CodedError {
    const text = `${path.element} "${path.path}" ${message}, in ${this.#name()}.`;
    return viewErrors.error(code, text, this.#where(path.element), undefined, cause);
  }

  #name(): string {
    return this.#options.source ?? resourceKey(this.#resource) ?? `a ${this.#view.resource} without id`;
  }

  #where(element: string) {
    return { file: this.#view.file, element };
  }
}
