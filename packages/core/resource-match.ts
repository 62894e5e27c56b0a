import type { Criterion, IndexRow, QuantityTest, RangeTest, TokenTest } from './resource-search.ts';

/** A resource as a search sees it. */
export interface Indexed {
  readonly type: string;
  readonly id: string;
  /** When its version was written, ms since the epoch. */
  readonly updated: number;
  readonly rows: readonly IndexRow[];
}

/** The others that chains lead to and come from; without it no chain is met. */
export interface Others {
  at(key: string): Indexed | undefined;
  ofType(type: string): Iterable<Indexed>;
}

/** Whether a resource meets a condition, by looking at each of its rows: what a search answers, without an index. */
export function matches(criterion: Criterion, one: Indexed, others?: Others): boolean {
  switch (criterion.kind) {
    case 'not':
      return !matches(criterion.of, one, others);
    case 'any':
      return criterion.of.some((each) => matches(each, one, others));
    case 'id':
      return criterion.any.includes(one.id);
    case 'updated':
      return criterion.any.some((test) => within(test, one.updated, one.updated));
    case 'present':
      return one.rows.some(({ param }) => param === criterion.param);
    case 'composite':
      return criterion.any.some((parts) => {
        const places = parts.map((part) => new Set(rowsMeeting(part, one.rows).map(({ place }) => place)));
        return [...places[0]!].some((place) => places.every((all) => all.has(place)));
      });
    case 'chain':
      return one.rows.some((row) => {
        if (row.kind !== 'reference' || row.param !== criterion.param) return false;
        const target = row.target.startsWith(`${criterion.type}/`) ? others?.at(row.target) : undefined;
        return target !== undefined && criterion.all.every((each) => matches(each, target, others));
      });
    case 'has': {
      const key = `${one.type}/${one.id}`;
      for (const other of others?.ofType(criterion.type) ?? []) {
        const refers = other.rows.some(
          (row) => row.kind === 'reference' && row.param === criterion.param && row.target === key,
        );
        if (refers && criterion.all.every((each) => matches(each, other, others))) return true;
      }
      return false;
    }
    default:
      return rowsMeeting(criterion, one.rows).length > 0;
  }
}

function rowsMeeting(criterion: Criterion, rows: readonly IndexRow[]): readonly IndexRow[] {
  return rows.filter((row) => rowMeets(criterion, row));
}

function rowMeets(criterion: Criterion, row: IndexRow): boolean {
  if (criterion.kind === 'token' && row.kind === 'token')
    return row.param === criterion.param && criterion.any.some((test) => tokenMeets(test, row));
  if (criterion.kind === 'string' && row.kind === 'string')
    return (
      row.param === criterion.param &&
      criterion.any.some(({ text, how }) =>
        how === 'exact' ? row.exact === text : how === 'starts' ? row.value.startsWith(text) : row.value.includes(text),
      )
    );
  if (criterion.kind === 'range' && row.kind === 'range')
    return row.param === criterion.param && criterion.any.some((test) => within(test, row.low, row.high));
  if (criterion.kind === 'quantity' && row.kind === 'quantity')
    return row.param === criterion.param && criterion.any.some((test) => quantityMeets(test, row));
  if (criterion.kind === 'reference' && row.kind === 'reference')
    return (
      row.param === criterion.param &&
      criterion.any.some(({ target, prefix }) =>
        prefix === true ? row.target.startsWith(target) : row.target === target,
      )
    );
  return false;
}

function tokenMeets({ system, code }: TokenTest, row: IndexRow & { readonly kind: 'token' }): boolean {
  return (system === undefined || row.system === system) && (code === undefined || row.code === code);
}

function within({ lowFrom, lowTo, highFrom, highTo }: RangeTest, low: number, high: number): boolean {
  return (
    (lowFrom === undefined || low >= lowFrom) &&
    (lowTo === undefined || low <= lowTo) &&
    (highFrom === undefined || high >= highFrom) &&
    (highTo === undefined || high <= highTo)
  );
}

function quantityMeets(test: QuantityTest, row: IndexRow & { readonly kind: 'quantity' }): boolean {
  if (test.baseUnit !== undefined)
    return row.base !== null && row.base.unit === test.baseUnit && within(test, row.base.low, row.base.high);
  return (
    within(test, row.low, row.high) &&
    (test.system === undefined || row.system === test.system) &&
    (test.code === undefined || row.code === test.code) &&
    (test.unit === undefined || row.unit === test.unit || row.code === test.unit)
  );
}
