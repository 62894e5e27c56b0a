import type { Coding } from '@gemel/core/concept';
import { COMA_PARTS, type MeasureRule, OXYGEN_FLOW, PRESSURE_PARTS, PRESSURE_UNIT } from './measures.data.ts';
import type { Match } from './phrases.ts';
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

/** Words that may stand between what is measured and its value. */
const BETWEEN = new Set(
  ': = - – ~ , ( ) + of is was at to a an the today currently current level value now remains remained still elevated increased rose risen from improved improving decreased dropped fell down up reading lying standing sitting supine score approximately about approx around on arrival admission initial initially repeat last most recent recently measured recorded as high low max maximum peak peaked per report in triage overnight this morning came back has been were be stable total rated by'.split(
    ' ',
  ),
);
const FURTHEST = 6;
/** Units of a dose: the number is given, not measured. */
const DOSES = new Set(
  'mg mcg g gm gram grams meq units unit tab tabs tablet tablets cap caps mmol po iv ml'.split(' '),
);
/** Units so short that after another quantity they are no unit. */
const SHORT = /^(c|f|m|s|l|g|in|#|'|’|"|”|ft|mm|gm|pct)$/;

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

function valueAt(
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

function checked(rule: MeasureRule, reading: MeasureReading): MeasureReading {
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

function pressureReadings(tokens: Tokens, at: number, number: number, limit: number): readonly MeasureReading[] {
  const readings: MeasureReading[] = [];
  let from = at;
  let next: number | null = number;
  while (next !== null) {
    const pair = pressureAt(tokens, from, next, limit, 'pressure');
    if (pair.length === 0) break;
    readings.push(...pair);
    const end = pair[0]!.to;
    // `lying 130/80, standing 105/70`.
    let i = end;
    while (i < limit && i - end < 4 && tokens.kind[i] !== NUMBER) i++;
    next = i < limit && tokens.kind[i] === NUMBER && tokens.word[i + 1] === '/' ? i : null;
    from = i;
  }
  return readings;
}

/** Systolic over diastolic at a number; empty where it is no pressure. */
export function pressureAt(
  tokens: Tokens,
  from: number,
  number: number,
  limit: number,
  rule: string,
): readonly MeasureReading[] {
  const { word, kind } = tokens;
  const over = word[number + 1];
  if (number + 2 >= limit || (over !== '/' && over !== 'over') || kind[number + 2] !== NUMBER) return [];
  const systolic = numberOf(tokens, number);
  const diastolic = numberOf(tokens, number + 2);
  const after = word[number + 3];
  if (number + 3 < limit && (after === '/' || after === '-' || after === 's') && joined(tokens, number + 3)) return [];
  if (!(systolic >= 40 && systolic <= 350 && diastolic >= 10 && diastolic <= 250 && diastolic < systolic)) return [];
  if (!Number.isInteger(systolic) || !Number.isInteger(diastolic)) return [];
  const unit = measureUnits.at(tokens, number + 3, limit);
  const written = unit?.value === PRESSURE_UNIT;
  const to = written ? unit.end : number + 3;
  const both = {
    unit: PRESSURE_UNIT,
    by: written ? 'written' : 'convention',
    from,
    to,
    rule: `measure.${rule}`,
  } as const;
  return [
    { ...both, id: 'sbp', codings: PRESSURE_PARTS.sbp, value: systolic },
    { ...both, id: 'dbp', codings: PRESSURE_PARTS.dbp, value: diastolic },
  ];
}

function heightReading(
  tokens: Tokens,
  at: number,
  number: number,
  limit: number,
  rule: MeasureRule,
  column: string | undefined,
): readonly MeasureReading[] {
  const feet = measureUnits.at(tokens, number + 1, limit);
  if (feet?.value === '[ft_i]' && tokens.kind[feet.end] === NUMBER && feet.end < limit) {
    const inches = measureUnits.at(tokens, feet.end + 1, limit);
    const to = inches?.value === '[in_i]' ? inches.end : feet.end + 1;
    const value = 12 * numberOf(tokens, number) + numberOf(tokens, feet.end);
    return [
      checked(rule, {
        id: rule.id,
        codings: rule.units['[in_i]']!,
        value,
        unit: '[in_i]',
        by: 'written',
        from: at,
        to,
        rule: 'measure.height',
      }),
    ];
  }
  const reading = valueAt(tokens, at, number, limit, rule, undefined, column);
  return reading === null ? [] : [reading];
}

/** `5 ft 4 in tall`: a height whose name stands after it. */
export function heightBefore(tokens: Tokens, name: number, from: number, rule: MeasureRule): readonly MeasureReading[] {
  for (let i = Math.max(from, name - 5); i < name; i++) {
    if (tokens.kind[i] !== NUMBER) continue;
    const [reading] = heightReading(tokens, i, i, name, rule, undefined);
    return reading !== undefined && reading.unit !== null && reading.to === name ? [{ ...reading, to: name + 1 }] : [];
  }
  return [];
}

function outOfTen(
  tokens: Tokens,
  at: number,
  number: number,
  limit: number,
  rule: MeasureRule,
): readonly MeasureReading[] {
  const { word } = tokens;
  const slash = word[number + 1] === '/' && word[number + 2] === '10' ? number + 3 : 0;
  const words =
    word[number + 1] === 'out' && word[number + 2] === 'of' && /^(10|ten)$/.test(word[number + 3] ?? '')
      ? number + 4
      : 0;
  const to = slash || words;
  if (to === 0 || to > limit) return [];
  return [
    checked(rule, {
      id: rule.id,
      codings: rule.units['{score}']!,
      value: numberOf(tokens, number),
      unit: '{score}',
      by: 'written',
      from: at,
      to,
      rule: 'measure.pain',
    }),
  ];
}

function comaReadings(
  tokens: Tokens,
  at: number,
  start: number,
  limit: number,
  rule: MeasureRule,
): readonly MeasureReading[] {
  const { word, kind } = tokens;
  const readings: MeasureReading[] = [];
  const score = (id: string, codings: readonly Coding[], value: number, from: number, to: number, name: string) =>
    readings.push({ id, codings, value, unit: '{score}', by: 'written', from, to, rule: `measure.${name}` });
  let i = start;
  const total = kind[i] === NUMBER ? numberOf(tokens, i) : null;
  if (total !== null) {
    if (!Number.isInteger(total) || total < 3 || total > 15) return [];
    score(rule.id, rule.units['{score}']!, total, at, i + 1, 'gcs');
    i++;
    if (word[i] === '/' && word[i + 1] === '15') i += 2;
  }
  let parts = 0;
  let sum = 0;
  while (i + 1 < limit) {
    const part = COMA_PARTS[word[i]!];
    const equals = word[i + 1] === '=' || word[i + 1] === ':' ? 1 : 0;
    const value = numberOf(tokens, i + 1 + equals);
    if (part !== undefined && Number.isInteger(value) && value >= 1 && value <= part.most) {
      score(part.id, part.codings, value, total === null && parts === 0 ? at : i, i + 2 + equals, part.id);
      parts++;
      sum += value;
      i += 2 + equals;
    } else if (/^[(,;)[\]=:]$/.test(word[i]!) && parts < 3) i++;
    else break;
  }
  if (total === null && parts === 3) score(rule.id, rule.units['{score}']!, sum, at, readings.at(-1)!.to, 'gcs-sum');
  return readings;
}

/** The flow of oxygen that stands after a saturation: `95% on 2 L NC`. */
function withOxygen(
  tokens: Tokens,
  readings: readonly MeasureReading[],
  at: number,
  limit: number,
): readonly MeasureReading[] {
  const { word, kind } = tokens;
  const last = readings.at(-1);
  if (last === undefined) return readings;
  const flowAt = (i: number, from: number): MeasureReading | null => {
    const unit = kind[i] === NUMBER && i < limit ? measureUnits.at(tokens, i + 1, limit) : null;
    if (unit?.value !== OXYGEN_FLOW.unit) return null;
    const { id, codings } = OXYGEN_FLOW;
    return {
      id,
      codings,
      value: numberOf(tokens, i),
      unit: OXYGEN_FLOW.unit,
      by: 'written',
      from,
      to: unit.end,
      rule: 'measure.o2flow',
    };
  };
  if (last.unit === null) {
    const flow = flowAt(last.to - 2, at) ?? flowAt(last.to - 1, at);
    return flow === null ? readings : [flow];
  }
  const begin = word[last.to] === 'on' || word[last.to] === 'with' ? last.to + 1 : last.to;
  const flow = flowAt(begin, begin);
  const all = flow === null ? readings : [...readings, flow];
  // `improved to 95% on 6 L`.
  const end = all.at(-1)!.to;
  for (let i = end; i < Math.min(limit, end + 8); i++) {
    if (kind[i] !== NUMBER || word[i + 1] !== '%' || !(numberOf(tokens, i) >= 40 && numberOf(tokens, i) <= 100))
      continue;
    const again: MeasureReading = { ...last, value: numberOf(tokens, i), by: 'written', from: i, to: i + 2 };
    return [...all, ...withOxygen(tokens, [again], i, limit)];
  }
  return all;
}

/** `95% on room air`: a saturation without its name. */
export function namelessSaturation(
  tokens: Tokens,
  i: number,
  limit: number,
  rule: MeasureRule,
): readonly MeasureReading[] {
  const { word, kind } = tokens;
  const value = numberOf(tokens, i);
  if (kind[i] !== NUMBER || word[i + 1] !== '%' || i + 2 >= limit || !(value >= 40 && value <= 100)) return [];
  const on = word[i + 2] === 'on' ? i + 3 : i + 2;
  const air = word[on] === 'ra' || (word[on] === 'room' && word[on + 1] === 'air');
  const reading: MeasureReading = {
    id: 'spo2',
    codings: rule.units['%']!,
    value,
    unit: '%',
    by: 'written',
    from: i,
    to: i + 2,
    rule: 'measure.spo2-on-air',
  };
  if (air) return [reading];
  const both = withOxygen(tokens, [reading], i, Math.min(limit, on + 3));
  return both.length > 1 && on === i + 3 ? both : [];
}
