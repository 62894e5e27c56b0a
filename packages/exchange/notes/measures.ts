import { comparatorAt, type MeasureReading, valueAt } from './measure-value.ts';
import type { MeasureRule } from './measures.data.ts';
import type { Match } from './phrases.ts';
import { NUMBER, type Tokens } from './tokens.ts';
import { measureUnits } from './units.data.ts';
import { comaReadings, heightReading, outOfTen, pressureReadings, withOxygen } from './vital-forms.ts';

/** Words that may stand between what is measured and its value. */
const BETWEEN = new Set(
  ': = - – ~ , ( ) + of is was at to a an the today currently current level value now remains remained still elevated increased rose risen from improved improving decreased dropped fell down up reading lying standing sitting supine score approximately about approx around on arrival admission initial initially repeat last most recent recently measured recorded as high low max maximum peak peaked per report in triage overnight this morning came back has been were be stable total rated by'.split(
    ' ',
  ),
);

const FURTHEST = 6;

/** Everything measured under a name found at a token, up to the end of the sentence. */
export function readMeasure(
  tokens: Tokens,
  at: number,
  { value: rule, end }: Match<MeasureRule>,
  limit: number,
): readonly MeasureReading[] {
  const column = unitInBrackets(tokens, end, limit);
  const start = skip(tokens, column?.to ?? end, limit);
  if (start === null) return [];
  if (rule.form === 'coma') return comaReadings(tokens, at, start, limit, rule);
  const { kind } = tokens;
  const bound = comparatorAt(tokens, start, limit);
  const number = bound?.to ?? start;
  if (number >= limit || kind[number] !== NUMBER) return [];
  if (rule.form === 'pressure') return pressureReadings(tokens, at, number, limit);
  if (rule.form === 'height') return heightReading(tokens, at, number, limit, rule, column?.unit);
  if (rule.form === 'outOfTen') return outOfTen(tokens, at, number, limit, rule);
  const numbers = seriesFrom(tokens, number, limit, rule);
  const readings = numbers.map((place, i) =>
    valueAt(tokens, i === 0 ? at : place, place, limit, rule, bound?.comparator, column?.unit),
  );
  const found = readings.filter((reading) => reading !== null);
  if (found.length === 0) return [];
  // The unit of a series stands after its last value.
  const last = found.at(-1)!;
  const series = found.map((reading, i) =>
    i === found.length - 1
      ? reading
      : {
          ...reading,
          earlier: true,
          ...(reading.by === 'missing' && { unit: last.unit, by: last.by, codings: last.codings }),
        },
  );
  return rule.form === 'saturation' ? withOxygen(tokens, series, at, limit) : series;
}

/** The unit in brackets after a name: `Creatinine (mg/dL)`. */
function unitInBrackets(
  tokens: Tokens,
  end: number,
  limit: number,
): { readonly unit: string; readonly to: number } | null {
  const open = tokens.word[end];
  if (end >= limit || (open !== '(' && open !== '[')) return null;
  const unit = measureUnits.at(tokens, end + 1, limit);
  return unit !== null && /^[)\]]$/.test(tokens.word[unit.end] ?? '') ? { unit: unit.value, to: unit.end + 1 } : null;
}

/** The token the value begins at. */
function skip(tokens: Tokens, from: number, limit: number): number | null {
  let i = from;
  while (i < limit && i - from <= FURTHEST && BETWEEN.has(tokens.word[i]!)) i++;
  return i < limit ? i : null;
}

/** Places of the numbers of `1.2 -> 1.5 -> 1.8` and `from 1.0 to 2.3`. */
function seriesFrom(tokens: Tokens, number: number, limit: number, rule: MeasureRule): readonly number[] {
  const { word, kind } = tokens;
  const places = [number];
  for (let i = number + 1; i < limit; ) {
    const unit = measureUnits.at(tokens, i, limit);
    if (unit !== null && rule.units[unit.value] !== undefined) i = unit.end;
    const step =
      word[i] === '→' || (word[i] === 'to' && word[number - 1] === 'from')
        ? 1
        : (word[i] === '-' || word[i] === '=') && word[i + 1] === '>'
          ? 2
          : 0;
    if (step === 0 || kind[i + step] !== NUMBER || i + step >= limit) break;
    places.push(i + step);
    i += step + 1;
  }
  return places;
}
