import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventCalendar } from './calendar.ts';

it('gives events by time and, at one time, in the order in which they were put in', () => {
  // A number is put in as a time; null takes the next out.
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 20 })), { maxLength: 300 }), (acts) => {
      const calendar = new EventCalendar();
      let expected: { readonly time: number; readonly order: number }[] = [];
      let order = 0;
      for (const act of acts) {
        if (act !== null) {
          calendar.schedule(act, order % 7, order, order + 5);
          expected.push({ time: act, order: order++ });
        } else {
          expected.sort((a, b) => a.time - b.time || a.order - b.order);
          const [first, ...rest] = expected;
          expect(calendar.next()).toBe(first !== undefined);
          if (first === undefined) continue;
          expected = rest;
          const { time, kind, subject, stamp } = calendar;
          expect([time, kind, subject, stamp]).toEqual([first.time, first.order % 7, first.order, first.order + 5]);
        }
        expect(calendar.size).toBe(expected.length);
        if (order % 3 === 0) expect(calendar.due).toBe(Math.min(...expected.map(({ time }) => time)));
        if (order % 11 === 0) {
          const rows = calendar.rows();
          expect(rows.length).toBe(5 * expected.length);
          calendar.load(rows, order);
        }
      }
    }),
    { numRuns: 300 },
  );
});
