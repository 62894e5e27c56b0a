import type { Person } from './person.ts';

/** Groups larger than this tell nobody apart: they are the placeholders of a source (`UNKNOWN`, 1900-01-01). */
const LARGEST = 2_000;

/**
 * Pairs worth comparing, by index: those who share an identifier, a birth date, a telephone, a street in a postcode, or the sound of the family
 * name with the first letter of the given name or the year of birth. Each pair once.
 */
export function candidatePairs(people: readonly Person[]): readonly (readonly [number, number])[] {
  const blocks = new Map<string, number[]>();
  people.forEach((person, i) => {
    for (const key of new Set(keysOf(person))) {
      const block = blocks.get(key);
      if (block === undefined) blocks.set(key, [i]);
      else block.push(i);
    }
  });
  const seen = new Set<number>();
  const pairs: (readonly [number, number])[] = [];
  for (const block of blocks.values()) {
    if (block.length > LARGEST) continue;
    for (let x = 0; x < block.length; x++) {
      for (let y = x + 1; y < block.length; y++) {
        const id = block[x]! * people.length + block[y]!;
        if (seen.has(id)) continue;
        seen.add(id);
        pairs.push([block[x]!, block[y]!]);
      }
    }
  }
  return pairs;
}

function keysOf({ given, family, birthDate, street, postcode, phone, identifiers }: Person): readonly string[] {
  const keys = identifiers.filter(({ valid }) => valid).map(({ system, value }) => `i|${system}|${value}`);
  if (birthDate !== '') keys.push(`b|${birthDate}`);
  if (phone.length >= 6) keys.push(`p|${phone}`);
  if (street !== '' && postcode !== '') keys.push(`a|${postcode}|${street}`);
  if (family !== '') {
    const sound = soundex(family);
    if (given !== '') keys.push(`n|${sound}|${given[0]}`);
    if (birthDate !== '') keys.push(`y|${sound}|${birthDate.slice(0, 4)}`);
  }
  // Names in each other's place.
  if (given !== '' && family !== '') keys.push(`x|${[given, family].sort().join('|')}`);
  return keys;
}

const CODES: Readonly<Record<string, string>> = Object.fromEntries(
  ['BFPV', 'CGJKQSXZ', 'DT', 'L', 'MN', 'R'].flatMap((letters, i) =>
    [...letters].map((letter) => [letter, String(i + 1)]),
  ),
);

/** American Soundex, as the US National Archives state it: H and W do not part equal codes. Letters beyond A to Z are left out. */
export function soundex(name: string): string {
  const letters = [...name].filter((letter) => letter >= 'A' && letter <= 'Z');
  let code = letters[0] ?? '';
  let last = CODES[code] ?? '';
  for (const letter of letters.slice(1)) {
    const own = CODES[letter] ?? '';
    if (own !== '' && own !== last) code += own;
    if (letter !== 'H' && letter !== 'W') last = own;
    if (code.length === 4) break;
  }
  return code.padEnd(4, '0');
}
