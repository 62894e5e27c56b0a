import { coding, instant, LOINC, MINUTE, type RawFact, type RawItem, type RawObservation } from '@gemel/core';
import { describe, expect, it } from 'vitest';
import { minute, testWorld, volume } from '../fixtures/world.ts';
import type { Binding } from '../pack.ts';

const CODES = {
  rate: ['8867-4', '/min'],
  systolic: ['8480-6', 'mm[Hg]'],
  diastolic: ['8462-4', 'mm[Hg]'],
  saturation: ['59408-5', '%'],
  temperature: ['8310-5', 'Cel'],
  creatinine: ['2160-0', 'mg/dL'],
  glucose: ['2345-7', 'mg/dL'],
} as const;

function measured(
  what: keyof typeof CODES,
  at: number,
  value: number,
  part: { unit?: string; source?: string; sourceId?: string } = {},
): RawObservation {
  const [code, unit] = CODES[what];
  const { source = 'monitor', sourceId } = part;
  return {
    kind: 'observation',
    subject: 'person|1',
    codings: [coding(LOINC, code)],
    value: { kind: 'quantity', value, unit: part.unit ?? unit },
    time: { start: minute(at), offset: 0 },
    provenance: { source, element: `${what}[${at}]`, ...(sourceId === undefined ? {} : { sourceId }) },
  };
}

function fact(name: string, value: RawFact['value']): RawFact {
  return {
    kind: 'fact',
    subject: 'person|1',
    fact: name,
    codings: [],
    value,
    time: { start: minute(-1e6), offset: null },
    provenance: { source: 'register', element: name },
  };
}
const born = (text: string) => fact('birthDate', { kind: 'text', text });
const sex = (code: string) =>
  fact('sex', { kind: 'coded', codings: [coding('http://hl7.org/fhir/administrative-gender', code)] });
const kilograms = (value: number) => fact('body.weight', { kind: 'quantity', value, unit: 'kg' });
const centimetres = (value: number) => fact('body.height', { kind: 'quantity', value, unit: 'cm' });

/** Grade and marks of everything that holds, in the order of the log; each list is a source of its own. */
async function judged(...sources: (readonly RawItem[])[]) {
  const world = testWorld();
  const accounts = [];
  for (const items of sources) accounts.push((await world.take(items)).account);
  const entries = await world.store.read({ kinds: ['observation', 'fact'] });
  const gone = new Set(entries.map(({ supersedes }) => supersedes));
  const standing = entries
    .filter(({ id }) => !gone.has(id))
    .map(
      ({ payload }) =>
        payload as { grade?: string; marks?: { code: string }[]; repeats?: string; id: string; signal?: string },
    );
  const grades = standing
    .filter(({ signal }) => signal !== undefined)
    .map(({ grade, marks }) => [grade, ...marks!.map(({ code }) => code)]);
  return { world, accounts, standing, grades, facts: standing.filter(({ signal }) => signal === undefined) };
}

describe('plausible at an age', () => {
  it.each([
    ['a newborn', '2024-05-15', 'rate', 210, 'good'],
    ['an adult', '1970-01-01', 'rate', 210, 'good'],
    ['a newborn', '2024-05-15', 'rate', 40, 'poor'],
    ['an adult', '1970-01-01', 'rate', 40, 'good'],
    ['a schoolchild', '2016-05-15', 'systolic', 260, 'poor'],
    ['an adult', '1970-01-01', 'systolic', 260, 'good'],
    ['somebody born this or last year, by the year alone', '2024', 'rate', 55, 'good'],
    ['an adult whose year alone is known', '1970', 'systolic', 30, 'poor'],
    ['somebody whose age is not known', null, 'rate', 300, 'good'],
  ] as const)('Q1 %s (born %s): %s of %d is %s', async (_, birth, what, value, grade) => {
    const { grades } = await judged([...(birth === null ? [] : [born(birth)]), measured(what, -1, value)]);
    expect(grades[0]![0]).toBe(grade);
  });

  it('Q2 holds what cannot be against any age', async () => {
    const { grades } = await judged([measured('saturation', -2, 101), measured('rate', -1, 400)]);
    expect(grades).toEqual([
      ['poor', 'admit-implausible'],
      ['poor', 'admit-implausible'],
    ]);
  });

  it('Q3 uses a range by age of the pack that binds the signal', async () => {
    const { tank } = await import('../fixtures/tank.ts');
    const measure = {
      ...(await import('./measure.ts')).measureOf([coding(LOINC, '8867-4')])!,
      unit: 'L',
      units: ['L'],
    };
    const bands = [
      { from: 0, usual: [1, 2, 3], plausible: [1, 3] },
      { from: 18, usual: [1, 5, 9], plausible: [1, 9] },
    ] as const;
    const binding: Binding = { ...tank.observes[0]!, measure: { ...measure, bands, possible: [0, 100] } };
    const world = testWorld({ packs: [{ ...tank, observes: [binding] }] });
    await world.take([{ ...born('2020-01-01'), subject: 'tank|1' }, volume(-2, 2), volume(-1, 8)]);
    const history = await world.hub.history('tank|1', 'tank');
    expect([history.observations.length, history.setAside!.length]).toEqual([1, 1]);
  });

  it('Q4 doubts what is dated before birth, or by a clock that was never set', async () => {
    const at = (ms: number) => ({ ...measured('rate', 0, 70), time: { start: instant(ms), offset: 0 } });
    const { grades } = await judged([
      born('1980-05-17'),
      at(Date.UTC(1979, 0, 1)),
      at(5 * MINUTE),
      at(Date.UTC(1980, 4, 17)),
    ]);
    expect(grades.map(([grade, code]) => [grade, code])).toEqual([
      ['poor', 'admit-before-birth'],
      ['poor', 'admit-before-birth'],
      ['good', undefined],
    ]);
    const clock = await judged([at(5 * MINUTE)]);
    expect(clock.grades).toEqual([['poor', 'admit-long-past']]);
  });

  it('Q5 doubts both pressures where systolic is below diastolic, whichever came first, and neither where it is above', async () => {
    const wrong = [measured('systolic', -1, 70), measured('diastolic', -1, 110)];
    for (const items of [wrong, wrong.toReversed()]) {
      expect((await judged(items)).grades).toEqual([
        ['poor', 'admit-inconsistent'],
        ['poor', 'admit-inconsistent'],
      ]);
    }
    const { grades } = await judged([
      measured('systolic', -1, 120),
      measured('diastolic', -1, 80),
      measured('diastolic', -2, 130),
    ]);
    expect(grades.map(([grade]) => grade)).toEqual(['good', 'good', 'good']);
    const twice = await judged(wrong, wrong);
    expect(twice.accounts[1]).toMatchObject({ mapped: 0, duplicates: 2 });
  });

  it('Q6 doubts a weight that no height goes with, and sets a poor one aside from packs', async () => {
    const { facts } = await judged([centimetres(180), kilograms(75), kilograms(9)]);
    expect(facts.map(({ grade, marks }) => [grade, marks?.[0]?.code])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      ['uncertain', 'admit-inconsistent'],
    ]);
    const child = await judged([born('2022-05-01'), kilograms(75)]);
    expect(child.facts[1]!.grade).toBe('poor');
  });
});

describe('units mistaken for others', () => {
  const adult = [born('1970-01-01'), sex('female')];
  it.each([
    ['glucose', 5.6, 'mg/dL', 'mmol/L'],
    ['creatinine', 85, 'mg/dL', 'umol/L'],
    ['temperature', 98.6, 'Cel', '[degF]'],
    ['temperature', 37.2, '[degF]', 'Cel'],
    ['systolic', 16, 'mm[Hg]', 'kPa'],
  ] as const)('W1 %s of %d %s was probably %s: poor, kept as it is', async (what, value, unit, candidate) => {
    const { standing, world, grades } = await judged([...adult, measured(what, -1, value, { unit })]);
    expect(grades[0]).toContain('admit-unit-swap-suspected');
    expect(grades[0]![0]).toBe('poor');
    const [entry] = await world.store.read({ kinds: ['observation'] });
    const item = entry!.payload as { value: { value: number }; marks: { code: string; message: string }[] };
    const mark = item.marks.find(({ code }) => code === 'admit-unit-swap-suspected')!;
    expect(mark.message).toContain(`probably ${value} ${candidate}`);
    expect(standing.length).toBe(3);
  });

  it.each([
    ['glucose', 39, 'mg/dL'],
    ['glucose', 520, 'mg/dL'],
    ['creatinine', 11, 'mg/dL'],
    ['temperature', 41.2, 'Cel'],
    ['rate', 34, '/min'],
  ] as const)('W2 %s of %d %s is what illness does, not another unit', async (what, value, unit) => {
    const { grades } = await judged([...adult, measured(what, -1, value, { unit })]);
    expect(grades[0]!).toEqual(['good']);
  });

  it('W3 judges by the person: 12 mg/dL is a swap for one whose glucose is 220, and a low for one whose is 30', async () => {
    const history = (level: number) =>
      Array.from({ length: 8 }, (_, i) => measured('glucose', -900 + 60 * i, level + i));
    const marks = async (level: number) =>
      (await judged([...adult, ...history(level), measured('glucose', -1, 12.2)])).grades.at(-1)!;
    expect(await marks(220)).toContain('admit-unit-swap-suspected');
    expect(await marks(25)).not.toContain('admit-unit-swap-suspected');
  });

  it('W4 pounds entered as kilograms, by what the person weighed before', async () => {
    const { facts } = await judged([...adult, ...[70, 71, 70.5, 69, 69.5].map(kilograms), kilograms(155)]);
    expect(facts.at(-1)!.marks!.map(({ code }) => code)).toEqual(['admit-unit-swap-suspected']);
  });
});

describe('one measurement by two doors', () => {
  const lab = { source: 'lab.hl7', sourceId: 'hl7/1' };
  const portal = { source: 'portal.json', sourceId: 'Observation/9' };

  it('D1 keeps both, links them, counts one: exactly equal', async () => {
    const { standing, grades, accounts } = await judged(
      [measured('creatinine', -1, 0.9, lab)],
      [measured('creatinine', -1, 0.9, portal)],
    );
    expect(standing.map(({ repeats }) => repeats)).toEqual([undefined, standing[0]!.id]);
    expect(grades.map(([grade]) => grade)).toEqual(['good', 'good']);
    expect(accounts[1]).toMatchObject({ mapped: 0, duplicates: 1 });
  });

  it('D2 the same in another unit and to the minute', async () => {
    const second = {
      ...measured('glucose', 0, 5.5, { ...portal, unit: 'mmol/L' }),
      time: { start: instant(minute(0) - 40_000), offset: 0 },
    };
    const { standing, grades } = await judged([measured('glucose', -1, 99, lab)], [second]);
    expect(standing[1]!.repeats).toBe(standing[0]!.id);
    expect(grades[1]).toEqual(['good', 'admit-same-measurement']);
  });

  it('D3 counts once where a pack reads it, twice as soon as the first is withdrawn', async () => {
    const world = testWorld();
    const of = (source: string, sourceId: string) => volume(-1, 5, { provenance: { source, element: 'x', sourceId } });
    const count = async () =>
      (await world.hub.history('tank|1', 'tank')).observations.map(({ provenance }) => provenance.source);
    await world.take([of('a', '1')]);
    await world.take([of('b', '2')]);
    expect(await count()).toEqual(['a']);
    expect((await world.store.read({ kinds: ['observation'] })).length).toBe(2);
    await world.take([of('b', '2')]);
    expect((await world.store.read({ kinds: ['observation'] })).length).toBe(2);
    await world.take([
      { kind: 'retraction', subject: 'tank|1', target: '1', provenance: { source: 'a', element: 'x' } },
    ]);
    expect(await count()).toEqual(['b']);
  });

  it('D6 a better one takes the place of what came before: the final value that of the preliminary, the record that of the note', async () => {
    const world = testWorld();
    const of = (source: string, part: Partial<RawObservation> = {}) =>
      volume(-1, 5, { provenance: { source, element: 'x', sourceId: source }, ...part });
    const late = { start: instant(minute(-1) + 20_000), offset: 0 };
    await world.take([of('a', { status: 'preliminary' })]);
    await world.take([of('b', { time: late })]);
    const { observations } = await world.hub.history('tank|1', 'tank');
    expect(observations.map(({ grade, provenance }) => [grade, provenance.source])).toEqual([['good', 'b']]);
    const derived = { from: 'text', charStart: 0, charEnd: 3, rule: 'test', confidence: 1 } as const;
    const note = measured('rate', -1, 140, { source: 'note' });
    const told = { ...note, provenance: { ...note.provenance, derived } };
    const { grades } = await judged([measured('rate', -1, 70)], [told]);
    expect(grades.map(([grade]) => grade)).toEqual(['good', 'uncertain']);
  });

  it('D4 equal values of one source, and different ones of two, are not the same measurement', async () => {
    const within = await judged([
      measured('rate', -1, 70),
      { ...measured('rate', -1, 70), time: { start: instant(minute(-1) + 1000), offset: 0 } },
    ]);
    expect(within.standing.map(({ repeats }) => repeats)).toEqual([undefined, undefined]);
    const between = await judged([measured('rate', -1, 70)], [measured('rate', -1, 72, { source: 'watch' })]);
    expect(between.grades).toEqual([['good'], ['good']]);
  });

  it('D5 flags different values of one moment as a disagreement of both', async () => {
    const { grades } = await judged([measured('rate', -1, 70)], [measured('rate', -1, 140, { source: 'watch' })]);
    expect(grades).toEqual([
      ['uncertain', 'admit-disagreement'],
      ['uncertain', 'admit-disagreement'],
    ]);
  });
});

describe('over time', () => {
  it('S1 a sensor that shows one value for hours', async () => {
    const flat = Array.from({ length: 50 }, (_, i) => measured('glucose', -250 + 5 * i, 120));
    const { grades } = await judged(flat);
    expect(grades.filter(([grade]) => grade === 'uncertain').length).toBe(50 - 36);
    const alive = await judged(flat.map((raw, i) => (i === 30 ? measured('glucose', -100, 121) : raw)));
    expect(alive.grades.every(([grade]) => grade === 'good')).toBe(true);
  });

  it('S2 a change no body makes', async () => {
    const { grades } = await judged([measured('temperature', -30, 36.5), measured('temperature', -1, 40.5)]);
    expect(grades).toEqual([['good'], ['uncertain', 'admit-change']]);
  });

  it('S3 a source that disagrees for good is marked; one that differs by chance is not', async () => {
    const series = (source: string, off: (i: number) => number) =>
      Array.from({ length: 30 }, (_, i) => measured('systolic', -300 + 10 * i, 120 + (i % 5) + off(i), { source }));
    const biased = await judged(
      series('arterial', () => 0),
      series('watch', () => 12),
    );
    expect(biased.grades.slice(0, 30).every(([grade]) => grade === 'good')).toBe(true);
    expect(biased.grades.slice(45).every(([, code]) => code === 'admit-source-disagrees')).toBe(true);
    const chance = await judged(
      series('arterial', () => 0),
      series('cuff', (i) => 6 * Math.cos(i)),
    );
    expect(chance.grades.every(([grade]) => grade === 'good')).toBe(true);
  });

  it('S4 a source whose course lies later than that of another is marked; the grade stays, and neither is where they agree', async () => {
    const rate = (at: number) => 80 + 12 * Math.sin(at / 17) + 6 * Math.sin(at / 41);
    const series = (source: string, from: number, late: number) =>
      Array.from({ length: 150 }, (_, i) => from + 5 * i).map((at) =>
        measured('rate', at, rate(at - late), { source }),
      );
    const { grades } = await judged(series('monitor', -760, 0), series('watch', -748, 24));
    const marked = grades.map(([, ...marks]) => marks.includes('admit-clock-differs'));
    expect(marked.slice(0, 150 + 63)).not.toContain(true);
    expect(marked.slice(150 + 64)).not.toContain(false);
    const alone = grades.find((all) => all.length === 2 && all[1] === 'admit-clock-differs');
    expect(alone?.[0]).toBe('good');
    const same = await judged(series('monitor', -760, 0), series('watch', -758, 0));
    expect(same.grades.flat()).not.toContain('admit-clock-differs');
  });
});
