import type { MeasureReading } from './measure-value.ts';
import { readMeasure } from './measures.ts';
import { BEGINS, type CompiledRules } from './rules.ts';
import type { Placed } from './sections.ts';
import { tableRow } from './tables.ts';
import { joined, MARK, NUMBER, type Tokens, WORD } from './tokens.ts';
import { heightBefore, namelessSaturation, pressureAt } from './vital-forms.ts';

const VITAL_WORDS = new Set('bp hr rr temp temperature t spo sat sats o vs vitals tmax pulse p'.split(' '));

/** The values of one sentence. `begins` tells what each token may begin; tokens of values are marked in `taken`. */
export function scanMeasures(
  tokens: Tokens,
  rules: CompiledRules,
  placed: readonly Placed[],
  index: number,
  begins: Uint8Array,
  taken: Uint8Array,
): readonly MeasureReading[] {
  const place = placed[index]!;
  const { body } = place;
  const { to } = place.sentence;
  if (!begins.subarray(body, to).some((bits) => (bits & (BEGINS.measure | BEGINS.time)) !== 0)) return [];
  const found: MeasureReading[] = [...tableRow(tokens, placed, index, rules.measures)];
  for (const row of found) taken.fill(1, row.from, row.to);
  const numeric = place.section === 'vitals' || onlyNumbers(tokens, body, to);
  for (let i = body; i < to; i++) {
    if (taken[i] === 1) continue;
    const match = (begins[i]! & BEGINS.measure) === 0 ? null : rules.measures.at(tokens, i, to);
    let readings: readonly MeasureReading[] = [];
    const inside = joined(tokens, i) && tokens.kind[i - 1] !== MARK;
    if (match !== null && !inside && !(isWeak(tokens, i, match.end) && !besideVitals(tokens, place, i))) {
      readings =
        match.value.form === 'height' && tokens.word[i] === 'tall'
          ? heightBefore(tokens, i, body, match.value)
          : readMeasure(tokens, i, match, to);
    } else if (tokens.kind[i] === NUMBER) {
      if (numeric) readings = pressureAt(tokens, i, i, to, 'nameless-pressure');
      if (readings.length === 0) readings = namelessSaturation(tokens, i, to);
    }
    if (readings.length === 0) {
      // The name of a quantity without a value is not read again within itself.
      const other = match !== null && (rules.problems.at(tokens, i, to) ?? rules.drugs.at(tokens, i, to)) !== null;
      if (match !== null && !other) i = match.end - 1;
      continue;
    }
    for (const reading of readings) {
      found.push(reading);
      // `fever to 39.4`: a fever too.
      const fever = reading.from === i && match !== null && /^fe(ver|brile)/.test(tokens.word[i]!);
      taken.fill(1, fever ? match.end : reading.from, reading.to);
    }
    i = Math.max(...readings.map((reading) => reading.to)) - 1;
  }
  return found;
}

/** `P 72` and `R 16` mean pulse and respirations only among other vital signs. */
function besideVitals(tokens: Tokens, { body, section, sentence }: Placed, i: number): boolean {
  if (section === 'vitals') return true;
  for (let k = Math.max(body, i - 30); k < Math.min(sentence.to, i + 30); k++)
    if (k !== i && VITAL_WORDS.has(tokens.word[k]!)) return true;
  return false;
}

function isWeak(tokens: Tokens, from: number, to: number): boolean {
  return to === from + 1 && (tokens.word[from] === 'p' || tokens.word[from] === 'r');
}

function onlyNumbers(tokens: Tokens, from: number, to: number): boolean {
  for (let i = from; i < to; i++)
    if (tokens.kind[i] === WORD && !/^(vs|c|f|ra|l|bpm|mmhg)$/.test(tokens.word[i]!)) return false;
  return to > from;
}
