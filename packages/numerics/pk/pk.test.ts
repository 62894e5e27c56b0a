import { describe, expect, test } from 'vitest';
import { type CourseDose, type CourseItem, courseLayout, DoseCourse } from './dose-course.ts';
import { LinearCompartments } from './linear-compartments.ts';

const bolus: CourseDose = {
  time: 0,
  compartment: 0,
  amount: 100,
  rate: 0,
  additional: 0,
  interval: 0,
  steadyState: 'none',
};

/** One central space: clearance 2, volume 10, or with the parameters given by position. */
function read(items: readonly CourseItem[], changes: Readonly<Record<number, number>> = {}): Float64Array {
  const layout = courseLayout(0, 0);
  const row = Float64Array.of(2, 10, 0, 1, Number.NaN);
  for (const [at, value] of Object.entries(changes)) row[Number(at)] = value;
  const course = new DoseCourse(layout, items);
  const out = new Float64Array(course.readings);
  expect(course.evaluate([row], out)).toBe(true);
  return out;
}
const dose = (change: Partial<CourseDose>): CourseItem => ({ kind: 'dose', dose: { ...bolus, ...change } });
const at = (time: number): CourseItem => ({ kind: 'reading', reading: { time, compartment: 0 } });
const decay = (t: number) => Math.exp(-0.2 * t);

describe('linear compartments', () => {
  test('absorption as fast as elimination is the limit, not a division by zero', () => {
    const system = new LinearCompartments(1, 0);
    system.setRates([2, 10], [0.2]);
    system.bolus(0, 100);
    system.advance(3);
    expect(system.amount(1)).toBeCloseTo(100 * 0.2 * 3 * decay(3), 12);
  });

  test('a space without elimination keeps what it has', () => {
    const system = new LinearCompartments(1, 1);
    system.setRates([0, 10, 3, 20], [0.7]);
    system.addRate(0, 5);
    system.advance(4);
    expect(system.amount(0) + system.amount(1) + system.amount(2)).toBeCloseTo(20, 12);
  });

  test('two spaces solved by formula and three by rotation agree where the third exchanges nothing', () => {
    const two = new LinearCompartments(1, 1);
    const three = new LinearCompartments(1, 2);
    two.setRates([2, 10, 3, 20], [0.7]);
    three.setRates([2, 10, 3, 20, 0, 5], [0.7]);
    for (const system of [two, three]) {
      system.bolus(0, 100);
      system.addRate(1, 7);
      system.advance(2.5);
    }
    for (const i of [0, 1, 2]) expect(three.amount(i)).toBeCloseTo(two.amount(i), 11);
  });

  test('amounts stay when clearances change', () => {
    const system = new LinearCompartments(0, 2);
    system.setRates([2, 10, 3, 20, 1, 30], []);
    system.bolus(0, 100);
    system.advance(1);
    const before = [0, 1, 2].map((i) => system.amount(i));
    system.setRates([1, 12, 4, 25, 2, 9], []);
    [0, 1, 2].forEach((i) => {
      expect(system.amount(i)).toBeCloseTo(before[i], 11);
    });
  });
});

describe('a course of doses', () => {
  test('records at one time act in their order', () => {
    expect(read([at(0), dose({}), at(0), at(1)])).toEqual(Float64Array.of(0, 10, 10 * decay(1)));
  });

  test('a reset forgets amounts, infusions and doses still to come', () => {
    const running = dose({ rate: 10, additional: 3, interval: 4 });
    expect([...read([running, { kind: 'reset', time: 2 }, at(2), at(12)])]).toEqual([0, 0]);
  });

  test('steady state is where many doses lead, with a lag longer than the interval and infusions that overlap', () => {
    const many = (change: Partial<CourseDose>, changes = {}) => {
      const from = -40 * 6;
      const long = read(
        [dose({ ...change, time: from, additional: 60, interval: 6 }), at(0.5), at(5), at(9), at(20)],
        changes,
      );
      const steady = read(
        [dose({ ...change, additional: 20, interval: 6, steadyState: 'set' }), at(0.5), at(5), at(9), at(20)],
        changes,
      );
      steady.forEach((value, i) => {
        expect(value).toBeCloseTo(long[i], 10);
      });
    };
    many({});
    many({}, { 2: 2 });
    many({}, { 2: 6 });
    many({}, { 2: 14.5 });
    many({ rate: 40 });
    many({ rate: 100 / 15 }, { 2: 7 });
    many({ rate: 'duration' }, { 3: 0.6, 4: 13 });
  });

  test('bioavailability shortens an infusion of given rate and thins one of given duration', () => {
    const given = read([dose({ rate: 20 }), at(10)], { 3: 0.5 });
    const modelled = read([dose({ rate: 'duration' }), at(10)], { 3: 0.5, 4: 2.5 });
    expect(modelled[0]).toBeCloseTo(given[0], 12);
  });

  test('parameters of a record hold from the record before it', () => {
    const course = new DoseCourse(courseLayout(0, 0), [dose({}), at(1), at(2)]);
    const slow = Float64Array.of(2, 10, 0, 1, 0);
    const fast = Float64Array.of(4, 10, 0, 1, 0);
    const out = new Float64Array(2);
    expect(course.evaluate([slow, slow, fast], out)).toBe(true);
    expect(out[1]).toBeCloseTo(10 * decay(1) * Math.exp(-0.4), 12);
  });

  test('a duration that is no number is refused', () => {
    const course = new DoseCourse(courseLayout(0, 0), [dose({ rate: 'duration' }), at(1)]);
    expect(course.evaluate([Float64Array.of(2, 10, 0, 1, Number.NaN)], new Float64Array(1))).toBe(false);
  });
});
