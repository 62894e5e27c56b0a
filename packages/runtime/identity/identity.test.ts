import { coding, type RawFact, type RawItem } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { minute, sha256, testWorld, volume } from '../fixtures/world.ts';
import { candidatePairs, soundex } from './block.ts';
import { luhn, nhsNumber, npi } from './check-digit.ts';
import { compare, dateLevel, MISSING } from './comparison.ts';
import { estimateModel, FIELD } from './fellegi-sunter.ts';
import { generatePeople, ORDINARY } from './generate-people.ts';
import { jaro, jaroWinkler } from './jaro-winkler.ts';
import { linkPeople } from './link.ts';
import { LinkQueue } from './link-queue.ts';
import { fold, type Person, personOf } from './person.ts';

const NHS = 'https://fhir.nhs.uk/Id/nhs-number';

function person(subject: string, part: Partial<Person> = {}): Person {
  return {
    subject,
    given: 'MARTHA',
    family: 'LOCKHART',
    birthDate: '1961-03-12',
    sex: 'female',
    postcode: '10115',
    street: '5 MILL LANE',
    phone: '301234567',
    identifiers: [],
    ...part,
  };
}
const nhs = (value: string) => ({ identifiers: [{ system: NHS, value, unique: true, valid: true }] });

describe('what is compared', () => {
  test('J1 Jaro-Winkler is symmetrical, within 0 and 1, and 1 for equal texts alone', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const alike = jaroWinkler(a, b);
        expect(alike).toBeCloseTo(jaroWinkler(b, a), 12);
        expect(alike >= 0 && alike <= 1 + 1e-12).toBe(true);
        if (a !== '') expect(jaro(a, a)).toBe(1);
        if (a !== b) expect(jaro(a, b)).toBeLessThan(1);
      }),
    );
    expect(jaro('', '')).toBe(0);
  });

  test.each([
    ['1961-03-12', '1961-03-12', 3],
    ['1961-03-12', '1961-12-03', 2],
    ['1961-03-12', '1961-03-17', 2],
    ['1961-03-12', '1916-03-12', 2],
    ['1961-03-12', '1961-08-29', 1],
    ['1961-03-12', '1994-07-25', 0],
  ])('J2 dates %s and %s agree at level %d', (a, b, level) => {
    expect(dateLevel(a, b)).toBe(level);
  });

  test('J3 names in each other’s place, initials and what is missing', () => {
    const levels = (part: Partial<Person>) => [...compare(person('a'), person('b', part))];
    expect(levels({ given: 'LOCKHART', family: 'MARTHA' }).slice(0, 2)).toEqual([2, 2]);
    expect(levels({ given: 'M' })[FIELD.given]).toBe(1);
    expect(levels({ given: '', birthDate: '', postcode: '', street: '', phone: '' })).toEqual([
      MISSING,
      3,
      MISSING,
      1,
      MISSING,
    ]);
    expect(levels({ street: '5 MILL LNAE', phone: '9' })[FIELD.place]).toBe(2);
  });

  test('J4 folds accents, case and marks; reads a person out of facts', () => {
    expect(fold(' José-María  O’Neill ')).toBe('JOSE MARIA O NEILL');
    const fact = (name: string, value: string) =>
      ({
        kind: 'fact',
        id: name,
        subject: 's',
        fact: name,
        code: null,
        value,
        trueAt: minute(0),
        knownAt: minute(0),
        provenance: { source: 'x', element: 'x' },
      }) as const;
    const read = personOf('urn:mrn|77', [
      fact('name', 'Zoë Brönte'),
      fact('birthDate', '1990-02-03'),
      fact('identifier', `${NHS}|943 476 5919`),
      fact('address', '12 High Street, 10115 Berlin'),
      fact('telecom', '+49 30 123-456-789'),
    ]);
    expect(read).toMatchObject({
      given: 'ZOE',
      family: 'BRONTE',
      birthDate: '1990-02-03',
      street: '12 HIGH STREET',
      postcode: '10115',
      phone: '123456789',
    });
    expect(read.identifiers.map(({ system, unique, valid }) => [system, unique, valid])).toEqual([
      ['urn:mrn', false, true],
      [NHS, true, true],
    ]);
  });

  test('J5 check digits: NHS number, NPI, Luhn', () => {
    expect([nhsNumber('943 476 5919'), nhsNumber('9434765918'), nhsNumber('943476591')]).toEqual([true, false, false]);
    expect([npi('1234567893'), npi('1234567890')]).toEqual([true, false]);
    expect([luhn([7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 3]), luhn([7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 0]), luhn([])]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test.each([
    ['ROBERT', 'R163'],
    ['RUPERT', 'R163'],
    ['ASHCRAFT', 'A261'],
    ['TYMCZAK', 'T522'],
    ['PFISTER', 'P236'],
    ['', '0000'],
  ])('J6 %s sounds %s', (name, code) => {
    expect(soundex(name)).toBe(code);
  });
});

describe('who is one', () => {
  const { records, truth } = generatePeople(600, 0.6, ORDINARY, randomStream(7));
  const of = new Map(records.map(({ subject }, i) => [subject, truth[i]]));

  test('L1 finds people again over errors, and takes no family member or twin for one', () => {
    const found = linkPeople(records);
    const right = found.filter(({ a, b }) => of.get(a) === of.get(b)).length;
    const all = records.filter(({ subject }) => subject.startsWith('b')).length;
    expect(right / found.length).toBeGreaterThan(0.9);
    expect(right / all).toBeGreaterThan(0.9);
    const linked = found.filter(({ verdict }) => verdict === 'link');
    expect(linked.length).toBeGreaterThan(0.1 * all);
    expect(linked.filter(({ a, b }) => of.get(a) !== of.get(b))).toEqual([]);
  });

  test('L2 agreement weighs for a match, disagreement against it, the more the more it says', () => {
    const model = estimateModel(candidatePairs(records).map(([i, j]) => compare(records[i]!, records[j]!)));
    const [one, household, others] = model.agree;
    one!.forEach((levels, f) => {
      expect(levels.at(-1)! / others![f]!.at(-1)!).toBeGreaterThan(levels[0]! / others![f]![0]!);
    });
    // People of a household share the place, not the birth.
    expect(household![FIELD.place]!.at(-1)!).toBeGreaterThan(0.8);
    expect(household![FIELD.birthDate]!.at(-1)!).toBeLessThan(0.3);
    expect(one![FIELD.birthDate]!.at(-1)!).toBeGreaterThan(0.8);
    for (const levels of model.agree.flat()) expect(levels.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 10);
    expect(model.shares.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 10);
  });

  test('L3 never joins two numbers that are given once in a life, however alike', () => {
    const two = [person('a', nhs('9434765919')), person('b', nhs('4010232137'))];
    expect(linkPeople(two)).toEqual([]);
    const wrong = [
      person('a', nhs('9434765919')),
      person('b', { identifiers: [{ system: NHS, value: '1', unique: true, valid: false }] }),
    ];
    expect(linkPeople([...wrong, ...records]).some(({ a, b }) => a === 'a' && b === 'b')).toBe(true);
  });

  test('L4 a shared number links; where name and birth speak against it a person looks', () => {
    const other = {
      given: 'KENJI',
      family: 'ZAVALA',
      birthDate: '1999-07-07',
      sex: 'male',
      postcode: '',
      street: '',
      phone: '',
    };
    const married = { family: 'PEMBERTON' };
    expect(
      linkPeople([person('a', nhs('9434765919')), person('b', { ...nhs('9434765919'), ...married })])[0]!.verdict,
    ).toBe('link');
    expect(
      linkPeople([person('a', nhs('9434765919')), person('b', { ...nhs('9434765919'), ...other })])[0]!.verdict,
    ).toBe('review');
  });

  test('L5 two numbers of one authority are for a person to decide', () => {
    const mrn = (value: string) => ({ identifiers: [{ system: 'urn:mrn', value, unique: false, valid: true }] });
    const found = linkPeople([person('a', mrn('1')), person('b', mrn('2')), ...records]);
    expect(found.find(({ a, b }) => a === 'a' && b === 'b')).toMatchObject({
      verdict: 'review',
      reasons: ['two numbers of urn:mrn'],
    });
  });

  test('L6 a rare name says more than a common one', () => {
    const pair = (given: string) => [1, 2].map((k) => person(`${given}${k}`, { given }));
    const found = linkPeople([...pair('JOHN'), ...pair('IGNATIUS'), ...records]);
    const weight = (name: string) => found.find(({ a, b }) => a === `${name}1` && b === `${name}2`)!.weight;
    expect(weight('IGNATIUS')).toBeGreaterThan(weight('JOHN') + 1);
  });
});

describe('link queue', () => {
  const fact = (subject: string, name: string, text: string): RawFact => ({
    kind: 'fact',
    subject,
    fact: name,
    codings: name === 'identifier' ? [coding('http://terminology.hl7.org/CodeSystem/v2-0203', 'NH')] : [],
    value: { kind: 'text', text },
    time: { start: minute(-1), offset: null },
    provenance: { source: `${subject}.json`, element: name },
  });
  const known = (subject: string, name: string, number: string): RawItem[] => [
    fact(subject, 'name', name),
    fact(subject, 'birthDate', '1961-03-12'),
    fact(subject, 'identifier', `${NHS}|${number}`),
    volume(-1, 5, { subject }),
  ];

  async function queue() {
    const world = testWorld();
    await world.take([
      ...known('ward|1', 'Martha Lockhart', '9434765919'),
      ...known('clinic|9', 'Marhta Lockhart', '9434765919'),
    ]);
    await world.take(known('ward|2', 'Martha Lockhart', '4010232137'));
    return { world, links: new LinkQueue(world.hub, world.store, sha256, () => world.now) };
  }

  it('K1 lists, joins and parts again; every step is an entry of the log', async () => {
    const { world, links } = await queue();
    const [first, ...rest] = await links.list();
    expect([first!.a, first!.b, rest]).toEqual(['clinic|9', 'ward|1', []]);
    expect(await world.hub.subjects()).toEqual(['ward|1', 'clinic|9', 'ward|2']);
    await links.accept(first!.id, 'Dr Who', 'same passport');
    expect(await world.hub.subjects()).toEqual(['clinic|9', 'ward|2']);
    expect(await links.list()).toEqual([]);
    expect(await links.decisions()).toMatchObject([
      { id: first!.id, decision: 'accepted', person: 'Dr Who', reason: 'same passport' },
    ]);
    await links.undo(first!.id, 'Dr Who', 'two after all');
    expect(await world.hub.subjects()).toEqual(['ward|1', 'clinic|9', 'ward|2']);
    expect([(await links.list()).length, await links.decisions()]).toEqual([1, []]);
    await links.accept(first!.id, 'Dr Who', 'one after all');
    expect(await world.hub.subjects()).toEqual(['clinic|9', 'ward|2']);
  });

  it('K2 what was rejected is not asked again until that is taken back', async () => {
    const { links } = await queue();
    const { id } = (await links.list())[0]!;
    await links.reject(id, 'Dr Who', 'father and son');
    expect(await links.list()).toEqual([]);
    await expect(links.accept(id, 'Dr Who', 'x')).rejects.toMatchObject({ code: 'identity-link-unknown' });
    await links.undo(id, 'Dr Who', 'mistaken');
    expect((await links.list()).map((each) => each.id)).toEqual([id]);
    await links.reject(id, 'Dr Who', 'again');
    expect((await links.decisions()).map(({ decision }) => decision)).toEqual(['rejected']);
  });

  it('K3 wants a name and a reason, and a link that waits', async () => {
    const { links } = await queue();
    const { id } = (await links.list())[0]!;
    await expect(links.accept(id, ' ', 'x')).rejects.toMatchObject({ code: 'identity-unsigned' });
    await expect(links.reject(id, 'x', '')).rejects.toMatchObject({ code: 'identity-unsigned' });
    await expect(links.undo('nothing', 'x', 'y')).rejects.toMatchObject({ code: 'identity-link-unknown' });
  });
});
