import type { PosteriorSummary } from '@gemel/core';
import type { Diagnostics } from './pack.ts';

/** One plain sentence about a calibration, and how much it takes away from it. */
export interface CalibrationStatement {
  /** `sound`: as it should be; `limited`: true, and to be known; `doubtful`: its intervals should not be used as they are. */
  readonly standing: 'sound' | 'limited' | 'doubtful';
  readonly code: string;
  readonly statement: string;
}

/** Posterior over prior SD below which a parameter is called well determined, and from which not at all. */
const WELL = 0.5;
const NOT = 0.9;

/** What each finding of a sampler means to a reader, given the parameters it concerns; others speak for themselves. */
const WORDS: Readonly<
  Record<string, readonly [standing: CalibrationStatement['standing'], say: (of: string) => string]>
> = {
  'inference-chains-not-mixed': [
    'doubtful',
    (of) =>
      `The calculation has not settled: independent runs disagree about ${of}. Calibrate again before intervals are used.`,
  ],
  'inference-disconnected-modes': [
    'doubtful',
    (of) => `The records fit in separate ways that differ in ${of}; intervals may show one of them only.`,
  ],
  'inference-few-effective-draws': [
    'limited',
    (of) => `Few independent draws of ${of}: the ends of its interval are rough.`,
  ],
  'inference-divergent-transitions': ['doubtful', () => 'Part of what the records allow could not be explored.'],
  'inference-low-energy-fraction': [
    'limited',
    () => 'Extreme values were explored slowly: the ends of intervals are rough.',
  ],
  'inference-collapsed-weights': ['doubtful', () => 'A few draws stand for all: intervals are too narrow.'],
  'inference-not-moving': ['doubtful', () => 'The calculation stood still: intervals are too narrow.'],
  'inference-zero-variance': ['doubtful', (of) => `The calculation never changed ${of}.`],
  'inference-draws-not-finite': ['doubtful', (of) => `The calculation failed for ${of}.`],
};

/**
 * A calibration's diagnostics in plain words: what the records determine and what they do not, whether the calculation can be
 * trusted, and what else was found. Doubtful statements come first.
 */
export function calibrationWords(
  posterior: readonly PosteriorSummary[],
  { warnings, parameters, ess }: Pick<Diagnostics, 'warnings' | 'parameters' | 'ess'>,
): readonly CalibrationStatement[] {
  const title = (name: string) => posterior.find((p) => p.parameter === name)?.title ?? name;
  const narrowing = posterior.map((p) => ({
    title: p.title,
    share: parameters?.find(({ name }) => name === p.parameter)?.overPrior ?? p.shrinkage,
  }));
  const within = (from: number, to: number) =>
    listed(narrowing.filter((p) => p.share >= from && p.share < to).map((p) => p.title));
  const told: CalibrationStatement[] = [];
  const tell = (standing: CalibrationStatement['standing'], code: string, statement: string) =>
    told.push({ standing, code, statement });
  const [well, partly, not] = [within(0, WELL), within(WELL, NOT), within(NOT, Infinity)];
  if (well !== '') tell('sound', 'well-determined', `Well determined by the data: ${well}.`);
  if (partly !== '')
    tell('sound', 'partly-determined', `Narrowed by the data, and partly the population’s: ${partly}.`);
  if (not !== '') {
    const rest = 'the population’s value is used, with all its uncertainty';
    tell('limited', 'not-determined', `Not determined by these records: ${not}; ${rest}.`);
  }
  for (const code of new Set(warnings.map((w) => w.code))) {
    if (code === 'inference-prior-only-parameter') continue;
    const own = warnings.filter((w) => w.code === code);
    const words = WORDS[code];
    if (words !== undefined) {
      const of = listed(own.flatMap(({ where }) => (where?.element === undefined ? [] : [title(where.element)])));
      tell(words[0], code, words[1](of));
    } else for (const { message } of own) tell('limited', code, message);
  }
  if (parameters !== undefined && !warnings.some(({ code }) => WORDS[code]?.[0] === 'doubtful')) {
    const draws = parameters.reduce((least, p) => Math.min(least, p.essBulk ?? 0), Infinity);
    const count = Math.round(Number.isFinite(draws) ? draws : ess);
    tell(
      'sound',
      'settled',
      `The calculation has settled: its runs agree, on ${count} independent draws or more of each value.`,
    );
  }
  const doubtful = ({ standing }: CalibrationStatement) => standing === 'doubtful';
  return [...told.filter(doubtful), ...told.filter((t) => !doubtful(t))];
}

/** `a, b and c`. */
function listed(items: readonly string[]): string {
  const unique = [...new Set(items)];
  return unique.length < 2 ? unique.join('') : `${unique.slice(0, -1).join(', ')} and ${unique.at(-1)}`;
}
