import type { Coding } from '@gemel/core/concept';
import type { MeasureRule } from './measures.data.ts';
import { joined, NUMBER, numberOf, type Tokens, WORD } from './tokens.ts';
import { measureUnits } from './units.data.ts';

/** A value read at a place, before anything around it is asked. */
export interface MeasureReading {
  readonly id: string;
  readonly codings: readonly Coding[];
  readonly value: number;
  readonly comparator?: '<' | '<=' | '>=' | '>';
  /** UCUM; null where none is written and none can be known. */
  readonly unit: string | null;
  /** The unit as written where it is none this quantity is measured in. */
  readonly strange?: string;
  /** How the unit came to be known. */
  readonly by: 'written' | 'column' | 'convention' | 'missing';
  /** An earlier value of a series (`1.2 -> 1.8`). */
  readonly earlier?: boolean;
  /** Beyond what any living person has. */
  readonly impossible?: boolean;
  /** Tokens it stands in. */
  readonly from: number;
  readonly to: number;
  readonly rule: string;
}

/** Units so short that after another quantity they are no unit. */
const SHORT = /^(c|f|m|s|l|g|in|#|'|’|"|”|ft|mm|gm|pct)$/;

/** Units of a dose: the number is given, not measured. */
const DOSES = new Set(
  'mg mcg g gm gram grams meq units unit tab tabs tablet tablets cap caps mmol po iv ml'.split(' '),
);

export function comparatorAt(
  tokens: Tokens,
  i: number,
  limit: number,
): { readonly comparator: '<' | '<=' | '>=' | '>'; readonly to: number } | null {
  const mark = tokens.word[i];
  if (i >= limit || mark === undefined) return null;
  if (mark === '≤') return { comparator: '<=', to: i + 1 };
  if (mark === '≥') return { comparator: '>=', to: i + 1 };
  if (mark === '<' || mark === '>') {
    return tokens.word[i + 1] === '=' ? { comparator: `${mark}=`, to: i + 2 } : { comparator: mark, to: i + 1 };
  }
  return null;
}

/** Whether the number belongs to a stretch, a date or a fraction, of which no single value follows. */
function noSingle(tokens: Tokens, i: number, limit: number): boolean {
  const { word, kind } = tokens;
  const next = word[i + 1];
  if (i + 1 >= limit) return false;
  if (next === '/' && kind[i + 2] === NUMBER) return true;
  if ((next === '-' || next === '–') && kind[i + 2] === NUMBER && word[i + 2] !== undefined) return true;
  if (next === 'to' && kind[i + 2] === NUMBER) return false;
  return next === 's' && joined(tokens, i + 1);
}

export function valueAt(
  tokens: Tokens,
  from: number,
  number: number,
  limit: number,
  rule: MeasureRule,
  comparator: MeasureReading['comparator'],
  column: string | undefined,
): MeasureReading | null {
  if (noSingle(tokens, number, limit) && !(rule.units.s !== undefined && tokens.word[number + 1] === 's')) return null;
  const value = numberOf(tokens, number);
  // `R8Tvt` is an identifier.
  const after = number + 1 < limit && joined(tokens, number + 1) && tokens.kind[number + 1] === WORD;
  if (after && measureUnits.at(tokens, number + 1, limit) === null && !/^(h|l|k)$/.test(tokens.word[number + 1]!))
    return null;
  const flag =
    /^\(?(h|l|hh|ll|high|low)$/.test(tokens.word[number + 1] ?? '') && tokens.word[number + 1] !== 'l'
      ? number + 2
      : number + 1;
  const bracketed =
    tokens.word[number + 1] === '(' &&
    /^(h|l|high|low)$/.test(tokens.word[number + 2] ?? '') &&
    tokens.word[number + 3] === ')'
      ? number + 4
      : flag;
  const unit = unitAfter(tokens, bracketed, limit, rule) ?? unitAfter(tokens, number + 1, limit, rule);
  const base = {
    id: rule.id,
    value,
    ...(comparator !== undefined && { comparator }),
    from,
    rule: `measure.${rule.id}`,
  };
  if (unit?.known)
    return checked(rule, { ...base, unit: unit.ucum, codings: rule.units[unit.ucum]!, by: 'written', to: unit.to });
  if (column !== undefined && rule.units[column] !== undefined)
    return checked(rule, { ...base, unit: column, codings: rule.units[column], by: 'column', to: number + 1 });
  if (
    unit === null &&
    tokens.word[number + 1] !== undefined &&
    number + 1 < limit &&
    DOSES.has(tokens.word[number + 1]!)
  )
    return null;
  const fits = unit === null ? rule.convention?.filter(({ low, high }) => value >= low && value <= high) : undefined;
  if (fits?.length === 1)
    return checked(rule, {
      ...base,
      unit: fits[0]!.unit,
      codings: rule.units[fits[0]!.unit]!,
      by: 'convention',
      to: number + 1,
    });
  if (rule.convention !== undefined && unit === null) return null;
  const to = unit?.to ?? number + 1;
  const strange = unit === null ? {} : { strange: tokens.text.slice(tokens.start[number + 1], tokens.end[to - 1]) };
  return { ...base, unit: null, codings: Object.values(rule.units)[0]!, by: 'missing', to, ...strange };
}

export function checked(rule: MeasureRule, reading: MeasureReading): MeasureReading {
  const range = reading.unit === null ? undefined : rule.possible[reading.unit];
  const outside = range !== undefined && (reading.value < range[0] || reading.value > range[1]);
  return outside && reading.comparator === undefined ? { ...reading, impossible: true } : reading;
}

function unitAfter(
  tokens: Tokens,
  i: number,
  limit: number,
  rule: MeasureRule,
): { readonly ucum: string; readonly known: boolean; readonly to: number } | null {
  if (i >= limit) return null;
  const unit = measureUnits.at(tokens, i, limit);
  // `12.3 K` counts thousands, which only counts of cells are written in.
  if (unit === null)
    return tokens.word[i] === 'k' && rule.units['10*3/uL'] !== undefined
      ? { ucum: '10*3/uL', known: true, to: i + 1 }
      : null;
  if (rule.units[unit.value] !== undefined) return { ucum: unit.value, known: true, to: unit.end };
  if (unit.end === i + 1 && SHORT.test(tokens.word[i]!)) return null;
  return { ucum: unit.value, known: false, to: unit.end };
}
