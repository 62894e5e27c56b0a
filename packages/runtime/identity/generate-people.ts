import type { RandomStream } from '@gemel/numerics';
import { family, given, streets } from './names.data.ts';
import type { Person } from './person.ts';

/** Records of invented people, with who is who. */
export interface GeneratedPeople {
  readonly records: readonly Person[];
  /** By record: the number of the person it is of. */
  readonly truth: Int32Array;
}

/** How records of one person differ. Shares of fields; an assumption, severe for a register. */
export interface Errors {
  /** Of name fields that differ: a letter wrong, missing, doubled, or two exchanged. */
  readonly typo: number;
  readonly missing: number;
  /** Day and month exchanged, or a digit wrong. */
  readonly date: number;
  /** Moved: another street, postcode and telephone. */
  readonly moved: number;
  /** Family name changed, as by marriage. */
  readonly renamed: number;
  /** Given and family name in each other's place. */
  readonly crossed: number;
}

export const ORDINARY: Errors = { typo: 0.12, missing: 0.08, date: 0.05, moved: 0.15, renamed: 0.03, crossed: 0.01 };

/**
 * `count` people in households (one to five who share street, postcode, telephone and mostly the family name; one household in
 * twenty has twins), each with one record, and a second one with errors for a share of them. Names follow their rank: the k-th is had by a
 * share in proportion to 1/k.
 */
export function generatePeople(count: number, again: number, errors: Errors, random: RandomStream): GeneratedPeople {
  const records: Person[] = [];
  const truth: number[] = [];
  const people = households(count, random);
  people.forEach((person, i) => {
    records.push({ ...person, subject: `a|${i}` });
    truth.push(i);
  });
  people.forEach((person, i) => {
    if (random.uniform() >= again) return;
    records.push({ ...spoiled(person, errors, random), subject: `b|${i}` });
    truth.push(i);
  });
  return { records, truth: Int32Array.from(truth) };
}

function households(count: number, random: RandomStream): readonly Person[] {
  const people: Person[] = [];
  while (people.length < count) {
    const size = 1 + Math.floor(5 * random.uniform());
    const shared = place(random);
    const name = pick(family, random);
    const twins = size >= 2 && random.uniform() < 0.05;
    const born = date(random);
    for (let k = 0; k < size && people.length < count; k++) {
      const sex = random.uniform() < 0.5 ? 'female' : 'male';
      people.push({
        ...shared,
        subject: '',
        given: pick(given[sex], random),
        family: random.uniform() < 0.85 ? name : pick(family, random),
        birthDate: twins && k < 2 ? born : date(random),
        sex,
        identifiers: [],
      });
    }
  }
  return people;
}

function spoiled(person: Person, errors: Errors, random: RandomStream): Person {
  const at = (share: number) => random.uniform() < share;
  const moved = at(errors.moved) ? place(random) : person;
  const wrong = (text: string) => (at(errors.missing) ? '' : at(errors.typo) ? typo(text, random) : text);
  const renamed = at(errors.renamed) ? pick(family, random) : person.family;
  const [first, last] = [wrong(person.given), wrong(renamed)];
  const [givenName, familyName] = at(errors.crossed) ? [last, first] : [first, last];
  return {
    ...person,
    given: givenName,
    family: familyName,
    birthDate: at(errors.missing) ? '' : at(errors.date) ? wrongDate(person.birthDate, random) : person.birthDate,
    sex: at(0.01) ? (person.sex === 'male' ? 'female' : 'male') : person.sex,
    street: wrong(moved.street),
    postcode: at(errors.missing) ? '' : moved.postcode,
    phone: at(2 * errors.missing) ? '' : moved.phone,
  };
}

/** Falls with rank as 1/k: the continuous form. */
function pick(names: readonly string[], random: RandomStream): string {
  return names[Math.floor((names.length + 1) ** random.uniform()) - 1]!;
}

function place(random: RandomStream): Pick<Person, 'street' | 'postcode' | 'phone'> {
  const number = (size: number) => Math.floor(size * random.uniform());
  return {
    street: `${1 + number(150)} ${streets[number(streets.length)]!}`,
    postcode: String(10_000 + number(400)),
    phone: String(100_000_000 + number(899_999_999)),
  };
}

function date(random: RandomStream): string {
  const from = Date.UTC(1930, 0, 1);
  return new Date(from + random.uniform() * (Date.UTC(2023, 0, 1) - from)).toISOString().slice(0, 10);
}

function typo(text: string, random: RandomStream): string {
  if (text.length < 2) return text;
  const i = Math.floor(random.uniform() * (text.length - 1));
  const letter = String.fromCharCode(65 + Math.floor(26 * random.uniform()));
  const kind = Math.floor(4 * random.uniform());
  if (kind === 0) return text.slice(0, i) + text[i + 1]! + text[i]! + text.slice(i + 2);
  if (kind === 1) return text.slice(0, i) + text.slice(i + 1);
  return text.slice(0, i) + letter + text.slice(kind === 2 ? i : i + 1);
}

function wrongDate(text: string, random: RandomStream): string {
  const [year, month, day] = text.split('-') as [string, string, string];
  if (Number(day) <= 12 && random.uniform() < 0.5) return `${year}-${day}-${month}`;
  const digit = Math.floor(10 * random.uniform());
  return random.uniform() < 0.5
    ? `${year.slice(0, 3)}${digit}-${month}-${day}`
    : `${year}-${month}-${day[0] === '3' ? '3' : day[0]}${day[0] === '3' ? 0 : digit}`;
}
