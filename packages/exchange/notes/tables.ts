import { comparatorAt, type MeasureReading } from './measure-value.ts';
import type { MeasureRule } from './measures.data.ts';
import type { Match, PhraseTable } from './phrases.ts';
import type { Placed } from './sections.ts';
import { NUMBER, numberOf, type Tokens } from './tokens.ts';
import { measureUnits } from './units.data.ts';

/** Cells a row is looked through. */
const MOST_CELLS = 8;

/**
 * The value of a table row that begins with a quantity: `Sodium | 141 | mmol/L`, cells apart by bars, tabs or blanks. Only the cell
 * that names the quantity answers; the cells of value and unit are taken with it.
 */
export function tableRow(
  tokens: Tokens,
  placed: readonly Placed[],
  index: number,
  measures: PhraseTable<MeasureRule>,
): readonly MeasureReading[] {
  const first = cellOf(tokens, placed[index]!);
  if (first === null) return [];
  const name: Match<MeasureRule> | null = measures.at(tokens, first.from, first.to);
  if (name === null || name.value.form !== undefined) return [];
  const bracketed =
    name.end < first.to && /^[([]$/.test(tokens.word[name.end]!)
      ? measureUnits.at(tokens, name.end + 1, first.to)
      : null;
  if (name.end !== first.to && bracketed?.end !== first.to - 1) return [];
  const rule = name.value;
  let value: { readonly number: number; readonly comparator?: '<' | '<=' | '>=' | '>'; readonly to: number } | null =
    null;
  for (let i = index + 1; i < placed.length && i <= index + MOST_CELLS; i++) {
    const cell = cellOf(tokens, placed[i]!);
    if (cell === null) continue;
    if (tokens.line[cell.from] !== tokens.line[first.from]) break;
    if (value === null) {
      const bound = comparatorAt(tokens, cell.from, cell.to);
      const number = bound?.to ?? cell.from;
      if (number >= cell.to || tokens.kind[number] !== NUMBER) continue;
      value = { number, to: number + 1, ...(bound !== null && { comparator: bound.comparator }) };
    }
    const from = value.number >= cell.from && value.number < cell.to ? value.number + 1 : cell.from;
    const unit = from < cell.to ? measureUnits.at(tokens, from, cell.to) : null;
    const ucum = unit !== null && rule.units[unit.value] !== undefined ? unit : null;
    if (ucum !== null) return [reading(ucum.value, ucum.end)];
  }
  if (value === null) return [];
  if (bracketed !== null && rule.units[bracketed.value] !== undefined) return [reading(bracketed.value, value.to)];
  return [];

  function reading(unit: string, to: number): MeasureReading {
    const { number, comparator } = value!;
    const amount = numberOf(tokens, number);
    const range = rule.possible[unit];
    const impossible = range !== undefined && comparator === undefined && (amount < range[0] || amount > range[1]);
    return {
      id: rule.id,
      codings: rule.units[unit]!,
      value: amount,
      unit,
      by: 'column',
      from: first!.from,
      to,
      rule: `measure.${rule.id}.table`,
      ...(comparator !== undefined && { comparator }),
      ...(impossible && { impossible }),
    };
  }
}

/** A sentence without the bars at its ends. */
function cellOf(tokens: Tokens, { body, sentence }: Placed): { readonly from: number; readonly to: number } | null {
  let from = body;
  let { to } = sentence;
  while (from < to && tokens.word[from] === '|') from++;
  while (to > from && tokens.word[to - 1] === '|') to--;
  return from < to ? { from, to } : null;
}
