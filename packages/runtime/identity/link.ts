import { candidatePairs } from './block.ts';
import { compare, FIELDS, type Field, MISSING } from './comparison.ts';
import {
  agreesInFull,
  estimateModel,
  FIELD,
  fieldWeights,
  type LinkModel,
  matchProbability,
  type Rarity,
  weightOf,
} from './fellegi-sunter.ts';
import type { Person } from './person.ts';

/** Two identifiers that may denote one person. `link`: sure enough to be joined at once; `review`: a person decides. */
export interface Candidate {
  readonly a: string;
  readonly b: string;
  readonly verdict: 'link' | 'review';
  /** Posterior probability that they are one person; 1 by a shared identifier. */
  readonly probability: number;
  /** log2 of how much more probable what agrees is in one person than in two. */
  readonly weight: number;
  /** What each field says alone, log2. */
  readonly fields: Readonly<Partial<Record<Field, number>>>;
  /** Why, in words: shared identifiers, and what keeps it from being sure. */
  readonly reasons: readonly string[];
}

/** At or above: linked. One in a thousand such links is expected to be wrong at most. */
export const LINK = 0.999;
/** At or above: shown to a person. */
export const REVIEW = 0.5;
/** What the data say of how records of one person differ, and of how often names are had. */
interface Estimates {
  readonly model: LinkModel;
  readonly frequencies: Readonly<Record<'given' | 'family', ReadonlyMap<string, number>>>;
}

/**
 * All pairs of people that may be one, surest first. Two people with different numbers of a kind that is given once in a life are never
 * among them, however alike.
 */
export function linkPeople(people: readonly Person[]): readonly Candidate[] {
  const pairs = candidatePairs(people);
  const compared = pairs.map(([i, j]) => compare(people[i]!, people[j]!));
  const model = estimateModel(compared);
  const estimates = { model, frequencies: nameFrequencies(people) };
  const found: Candidate[] = [];
  pairs.forEach(([i, j], p) => {
    const candidate = judge(people[i]!, people[j]!, compared[p]!, estimates);
    if (candidate !== null) found.push(candidate);
  });
  return found.sort((x, y) => y.probability - x.probability || y.weight - x.weight || (x.a < y.a ? -1 : 1));
}

function judge(a: Person, b: Person, levels: Int8Array, estimates: Estimates): Candidate | null {
  const { model } = estimates;
  const weight = weightOf(model, levels, rarityOf(a, b, levels, estimates));
  const byFields = matchProbability(model, weight);
  const known = a.identifiers.length > 0 && b.identifiers.length > 0;
  const shared = known ? sharedIdentifiers(a, b) : [];
  const probability = shared.length > 0 ? 1 : byFields;
  if (probability < REVIEW || (known && contradicted(a, b))) return null;
  const reasons = shared.map((key) => `both carry ${key}`);
  const born = levels[FIELD.birthDate]!;
  // An identifier may have been typed wrong or lent: a person looks where name and birth both speak against it.
  const strange = shared.length > 0 && levels[FIELD.family] === 0 && born !== MISSING && born < 2;
  if (strange) reasons.push('family name and birth date speak against it');
  const twice = known ? sameAuthority(a, b) : null;
  if (shared.length === 0 && twice !== null) reasons.push(`two numbers of ${twice}`);
  const verdict = probability >= LINK && !strange && (shared.length > 0 || twice === null) ? 'link' : 'review';
  const weights = fieldWeights(model, levels);
  const said = FIELDS.flatMap(({ name }, f) => (weights[f] === null ? [] : [[name, weights[f]] as const]));
  const [first, second] = [a.subject, b.subject].sort() as [string, string];
  return { a: first, b: second, verdict, probability, weight, fields: Object.fromEntries(said), reasons };
}

/** Whether both carry a number that is given once in a life, and not the same. Those whose check digit is wrong say nothing. */
function contradicted(a: Person, b: Person): boolean {
  return a.identifiers.some(
    (mine) =>
      mine.unique &&
      mine.valid &&
      b.identifiers.some(
        (other) => other.unique && other.valid && other.system === mine.system && other.value !== mine.value,
      ),
  );
}

function sharedIdentifiers(a: Person, b: Person): readonly string[] {
  return a.identifiers
    .filter(
      (mine) => mine.valid && b.identifiers.some(({ system, value }) => system === mine.system && value === mine.value),
    )
    .map(({ system, value }) => `${system}|${value}`);
}

/** The authority that knows both under different numbers: it may have registered one person twice, or keeps two apart. */
function sameAuthority(a: Person, b: Person): string | null {
  const found = a.identifiers.find((mine) =>
    b.identifiers.some(({ system, value }) => system === mine.system && value !== mine.value),
  );
  return found?.system ?? null;
}

/** Share of people with each name; under the empty name that of the name a pair of equal ones has on average. */
function nameFrequencies(people: readonly Person[]): Estimates['frequencies'] {
  const count = (name: 'given' | 'family') => {
    const counts = new Map<string, number>();
    for (const person of people) {
      const value = person[name];
      if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    let total = 0;
    let [pairs, weighed] = [0, 0];
    for (const each of counts.values()) total += each;
    for (const each of counts.values()) {
      pairs += each * (each - 1);
      weighed += each * (each - 1) * Math.log(each / total);
    }
    for (const [value, each] of counts) counts.set(value, each / total);
    counts.set('', pairs === 0 ? 1 : Math.exp(weighed / pairs));
    return counts;
  };
  return { given: count('given'), family: count('family') };
}

/**
 * Full agreement on a rare name says more than on a common one: u is then in proportion to the name's own frequency (Newcombe 1959,
 * doi:10.1126/science.130.3381.954; Winkler 2000).
 */
function rarityOf(a: Person, b: Person, levels: Int8Array, { frequencies }: Estimates): Rarity {
  const of = (name: 'given' | 'family') =>
    agreesInFull(levels, name) && a[name] === b[name]
      ? frequencies[name].get(a[name])! / frequencies[name].get('')!
      : 1;
  return { given: of('given'), family: of('family') };
}
