import type { Coding } from '@gemel/core/concept';
import { PULSE_OXIMETRY } from '../device/measures.data.ts';
import { checked, type MeasureReading, valueAt } from './measure-value.ts';
import { COMA_PARTS, type MeasureRule, OXYGEN_FLOW, PRESSURE_PARTS, PRESSURE_UNIT } from './measures.data.ts';
import { joined, NUMBER, numberOf, type Tokens } from './tokens.ts';
import { measureUnits } from './units.data.ts';

export function pressureReadings(tokens: Tokens, at: number, number: number, limit: number): readonly MeasureReading[] {
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

export function heightReading(
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

export function outOfTen(
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

export function comaReadings(
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
export function withOxygen(
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
export function namelessSaturation(tokens: Tokens, i: number, limit: number): readonly MeasureReading[] {
  const { word, kind } = tokens;
  const value = numberOf(tokens, i);
  if (kind[i] !== NUMBER || word[i + 1] !== '%' || i + 2 >= limit || !(value >= 40 && value <= 100)) return [];
  const on = word[i + 2] === 'on' ? i + 3 : i + 2;
  const air = word[on] === 'ra' || (word[on] === 'room' && word[on + 1] === 'air');
  const reading: MeasureReading = {
    id: 'spo2',
    codings: PULSE_OXIMETRY,
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
