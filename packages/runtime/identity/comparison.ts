import { jaroWinkler } from './jaro-winkler.ts';
import type { Person } from './person.ts';

/** What is compared of two people, with the number of levels from disagreement (0) to full agreement. */
export const FIELDS = [
  { name: 'given', levels: 4 },
  { name: 'family', levels: 4 },
  { name: 'birthDate', levels: 4 },
  { name: 'sex', levels: 2 },
  { name: 'place', levels: 3 },
] as const;

export type Field = (typeof FIELDS)[number]['name'];

/** One side says nothing. */
export const MISSING = -1;
/** Level of names and dates that agree in full. */
export const FULL = 3;

/** Similarity of spelling from which two names are one with an error, and from which they may be. */
const ONE_ERROR = 0.92;
const PERHAPS = 0.82;

/** Level of each field, in the order of FIELDS; MISSING where either person lacks it. */
export function compare(a: Person, b: Person): Int8Array {
  const [given, family] = names(a, b);
  return Int8Array.of(
    given,
    family,
    both(a.birthDate, b.birthDate, dateLevel),
    both(a.sex, b.sex, same),
    placeLevel(a, b),
  );
}

/**
 * 3 equal; 2 day and month exchanged, or one digit wrong, or two neighbouring digits exchanged; 1 the same year or the same day and
 * month; 0 else. Dates as `YYYY-MM-DD`.
 */
export function dateLevel(a: string, b: string): number {
  if (a === b) return 3;
  const [x, y] = [a.replaceAll('-', ''), b.replaceAll('-', '')];
  if (x.slice(0, 4) === y.slice(0, 4) && x.slice(4, 6) === y.slice(6) && x.slice(6) === y.slice(4, 6)) return 2;
  const differ = [...x].flatMap((digit, i) => (digit === y[i] ? [] : [i]));
  if (differ.length === 1) return 2;
  const [i, j] = differ as [number, number];
  if (differ.length === 2 && j === i + 1 && x[i] === y[j] && x[j] === y[i]) return 2;
  return x.slice(0, 4) === y.slice(0, 4) || x.slice(4) === y.slice(4) ? 1 : 0;
}

/**
 * Street, postcode and telephone are one thing: who shares one mostly shares all. 2 all that both state, or two of them; 1 one of
 * several; 0 none.
 */
function placeLevel(a: Person, b: Person): number {
  const streets = both(a.street, b.street, (x, y) => (x === y || jaroWinkler(x, y) >= ONE_ERROR ? 1 : 0));
  const stated = [streets, both(a.postcode, b.postcode, same), both(a.phone, b.phone, same)].filter(
    (level) => level !== MISSING,
  );
  if (stated.length === 0) return MISSING;
  const agree = stated.filter((level) => level === 1).length;
  return agree === stated.length || agree >= 2 ? 2 : agree;
}

/** Levels of given and family name; where both names stand in each other's place, as if they did not. */
function names(a: Person, b: Person): readonly [number, number] {
  const straight = [both(a.given, b.given, nameLevel), both(a.family, b.family, nameLevel)] as const;
  if (straight[0] === 3 || straight[1] === 3) return straight;
  const crossed = [both(a.given, b.family, nameLevel), both(a.family, b.given, nameLevel)] as const;
  return crossed[0] === 3 && crossed[1] === 3 ? [2, 2] : straight;
}

function nameLevel(a: string, b: string): number {
  if (a === b) return 3;
  const alike = jaroWinkler(a, b);
  if (alike >= ONE_ERROR) return 2;
  // An initial, or a short form that begins the long one.
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return alike >= PERHAPS || (long.startsWith(short) && short.length > 0) ? 1 : 0;
}

const same = (a: string, b: string) => (a === b ? 1 : 0);

function both(a: string, b: string, level: (a: string, b: string) => number): number {
  return a === '' || b === '' ? MISSING : level(a, b);
}
