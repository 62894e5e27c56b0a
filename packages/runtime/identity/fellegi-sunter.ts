import { FIELDS, FULL, MISSING } from './comparison.ts';

/**
 * The model of Fellegi and Sunter (1969, doi:10.1080/01621459.1969.10501049): the probability of each level of agreement of each field
 * among matches (m) and among others (u), fields independent given the class. Others are of two classes, for people of one household share
 * name and place at once (Winkler 1993, Proc Sect Survey Res Methods, ASA, 274–279).
 */
export interface LinkModel {
  /** Shares among the pairs compared: one person, two of one household, two who have something else in common. */
  readonly shares: readonly number[];
  /** By class, field, level. */
  readonly agree: readonly (readonly (readonly number[])[])[];
}

/** What one level of one field says for a match: log2(m/u) (Fellegi and Sunter 1969, equation 11, to the base 2). */
export function fieldWeight(m: number, u: number): number {
  return Math.log2(m / u);
}

/** Frequency of the names that agree over that of names that agree on average; 1 where they do not agree in full. */
export interface Rarity {
  readonly given: number;
  readonly family: number;
}

const COMMON: Rarity = { given: 1, family: 1 };

/** Weight of a comparison, log2 of its probability among matches over that among others; fields that are missing say nothing. */
export function weightOf({ shares, agree }: LinkModel, levels: Int8Array, rarity: Rarity = COMMON): number {
  const [one, household, others] = agree.map((fields) => product(fields, levels)) as [number, number, number];
  const { given, family } = rarity;
  // People of one household have their family name in common for another reason than chance.
  const apart = shares[1]! * household * given + shares[2]! * others * given * family;
  return fieldWeight(one, apart / (shares[1]! + shares[2]!));
}

/** Probability of a match, given the weight. */
export function matchProbability({ shares }: Pick<LinkModel, 'shares'>, weight: number): number {
  const odds = (shares[0]! / (shares[1]! + shares[2]!)) * 2 ** weight;
  return Number.isFinite(odds) ? odds / (1 + odds) : 1;
}

/** log2(m/u) of each field as it stands, both kinds of others taken together; null where it is missing. */
export function fieldWeights({ shares, agree }: LinkModel, levels: Int8Array): readonly (number | null)[] {
  const apart = shares[1]! + shares[2]!;
  return Array.from(levels, (level, f) => {
    if (level === MISSING) return null;
    const u = (shares[1]! * agree[1]![f]![level]! + shares[2]! * agree[2]![f]![level]!) / apart;
    return fieldWeight(agree[0]![f]![level]!, u);
  });
}

/**
 * Where the data are too few to tell: agreement of one person's records as in registers of good quality, of others as among people who have
 * something in common already, for only such pairs are compared. An assumption that the estimates start from and that counts as `PRIOR_PAIRS` pairs
 * of each class.
 */
export const PRIOR: LinkModel = {
  shares: [0.05, 0.1, 0.85],
  agree: [
    [
      [0.03, 0.04, 0.08, 0.85],
      [0.05, 0.03, 0.08, 0.84],
      [0.01, 0.02, 0.07, 0.9],
      [0.01, 0.99],
      [0.15, 0.1, 0.75],
    ],
    [
      [0.9, 0.06, 0.01, 0.03],
      [0.15, 0.02, 0.05, 0.78],
      [0.9, 0.04, 0.01, 0.05],
      [0.5, 0.5],
      [0.02, 0.03, 0.95],
    ],
    [
      [0.8, 0.12, 0.03, 0.05],
      [0.55, 0.1, 0.1, 0.25],
      [0.92, 0.07, 0.005, 0.005],
      [0.5, 0.5],
      [0.98, 0.015, 0.005],
    ],
  ],
};
const PRIOR_PAIRS = 100;
/** One person's records disagree in full at most this many times as often as the prior says: else relatives of one name would pass for one. */
const WORST = 2;
const STEPS = 200;
const STILL = 1e-6;

/**
 * All probabilities by expectation and maximisation over the pairs compared (Dempster 1977; Winkler 1988, Proc Sect Survey Res Methods, ASA,
 * 667–671). u is that of the pairs compared, not of people at random, since only the former are judged. Equal comparisons count together.
 */
export function estimateModel(pairs: readonly Int8Array[]): LinkModel {
  const patterns = new Map<string, { readonly levels: Int8Array; count: number }>();
  for (const levels of pairs) {
    const key = levels.join();
    const known = patterns.get(key);
    if (known === undefined) patterns.set(key, { levels, count: 1 });
    else known.count++;
  }
  let model = PRIOR;
  for (let step = 0; step < STEPS; step++) {
    const next = stepped(model, patterns.values(), pairs.length);
    const moved = Math.max(...next.shares.map((share, c) => Math.abs(share - model.shares[c]!)));
    model = next;
    if (moved < STILL) break;
  }
  return model;
}

function stepped(
  { shares, agree }: LinkModel,
  patterns: Iterable<{ readonly levels: Int8Array; readonly count: number }>,
  total: number,
): LinkModel {
  const counts = PRIOR.agree.map((fields) => fields.map((levels) => levels.map((p) => PRIOR_PAIRS * p)));
  const sizes = PRIOR.shares.map((share) => PRIOR_PAIRS * share);
  for (const { levels, count } of patterns) {
    const joint = agree.map((fields, c) => shares[c]! * product(fields, levels));
    const sum = joint.reduce((all, each) => all + each, 0);
    joint.forEach((each, c) => {
      const expected = (count * each) / sum;
      sizes[c]! += expected;
      for (let f = 0; f < levels.length; f++) if (levels[f] !== MISSING) counts[c]![f]![levels[f]!]! += expected;
    });
  }
  const fitted = counts.map((fields) => fields.map(normalised));
  // A convex constraint on the matches (Meng and Rubin 1993; Winkler 1993).
  const one = fitted[0]!.map((levels, f) => atMost(levels, WORST * PRIOR.agree[0]![f]![0]!));
  return { shares: sizes.map((size) => size / (total + PRIOR_PAIRS)), agree: [one, ...fitted.slice(1)] };
}

/** The first share bounded, the others in proportion. */
function atMost(shares: readonly number[], bound: number): readonly number[] {
  const [first, ...rest] = shares as [number, ...number[]];
  if (first <= bound) return shares;
  return [bound, ...rest.map((share) => (share * (1 - bound)) / (1 - first))];
}

function product(fields: LinkModel['agree'][number], levels: Int8Array): number {
  let p = 1;
  for (let f = 0; f < levels.length; f++) if (levels[f] !== MISSING) p *= fields[f]![levels[f]!]!;
  return p;
}

function normalised(counts: readonly number[]): readonly number[] {
  const sum = counts.reduce((total, count) => total + count, 0);
  return counts.map((count) => count / sum);
}

/** Number of the field by its name. */
export const FIELD = Object.fromEntries(FIELDS.map(({ name }, f) => [name, f])) as Readonly<
  Record<(typeof FIELDS)[number]['name'], number>
>;

/** Whether both names agree in full, letter by letter. */
export const agreesInFull = (levels: Int8Array, name: 'given' | 'family') => levels[FIELD[name]] === FULL;
