import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coding } from './concept.ts';
import { isMovement, MOVEMENT_KINDS, type Movement, movementFact, movementOf, VISIT } from './movement.ts';
import type { Fact } from './observation.ts';
import { instant } from './time.ts';

const text = fc.string({ minLength: 1, maxLength: 12 });
const movement: fc.Arbitrary<Movement> = fc.record({
  kind: fc.constantFrom(...MOVEMENT_KINDS),
  cancels: fc.boolean(),
  visit: fc.option(text.map((code) => coding(VISIT, code))),
  prior: fc.option(text.map((code) => coding('urn:other', code))),
  class: fc.option(fc.constantFrom('IMP', 'EMER')),
  ward: fc.option(text),
  bed: fc.option(text),
  at: fc.integer({ min: 0, max: 1e12 }).map(instant),
  expected: fc.option(fc.integer({ min: 1e12, max: 2e12 }).map(instant)),
});

test('a movement is read from its fact as it was told', () => {
  fc.assert(
    fc.property(movement, text, (told, words) => {
      const { fact, value } = movementFact(told, words);
      if (value.kind !== 'coded') throw new Error('a movement is coded');
      const { kind: _, ...concept } = value;
      const logged: Fact = {
        ...{ kind: 'fact', id: 'f', subject: 's', fact, code: null, value: concept },
        ...{ trueAt: told.at, knownAt: told.at, provenance: { source: 's', element: 'e' } },
        ...(told.expected === null ? {} : { until: told.expected }),
      };
      expect(movementOf(logged)).toEqual(told);
      expect(isMovement(fact)).toBe(true);
    }),
  );
});

test('other facts are none', () => {
  for (const fact of ['visit.admitted.twice', 'visit', 'encounter', 'xvisit.admitted'])
    expect(isMovement(fact)).toBe(false);
});
