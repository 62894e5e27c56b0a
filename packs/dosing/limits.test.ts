import { describe, expect, it } from 'vitest';
import { drugs } from './drugs/index.ts';
import { methotrexate } from './drugs/methotrexate/index.ts';
import { vancomycin } from './drugs/vancomycin/index.ts';
import { after, creatinine, dose, fact, history } from './fixtures/patient.ts';
import { largestDaily, largestSingle } from './limits.ts';
import { dosingPack } from './pack.ts';

const kilograms = (value: number) => fact('body.weight', { value, unit: 'kg' });
const child = (kg: number) => [fact('birthDate', '2023-03-01'), kilograms(kg)];

/** What the daily limit leaves of planned doses, and what it says. */
function held(drug: (typeof drugs)[number], facts: ReturnType<typeof child>, ...amounts: readonly number[]) {
  const now = after(0);
  const open = amounts.map((mg, i) => ({
    ...dose((24 * i) / amounts.length, mg, 1),
    control: `${drug.id}.dose`,
    status: 'proposed' as const,
  }));
  const given = history({ controls: [], facts, observations: [creatinine(-2, 0.3)], knownAt: now });
  const limit = dosingPack(drug).limits.find(({ name }) => name === 'daily-dose')!;
  const situation = {
    now,
    history: given,
    belief: null as never,
    applicability: { applies: 'yes', reasons: [] },
  } as const;
  const { controls, verdict } = limit.apply(open, situation);
  return { total: controls.reduce((sum, { value }) => sum + value.value, 0), verdict };
}

describe('the daily limit by weight', () => {
  it.each([
    ['vancomycin', 80],
    ['gentamicin', 7],
    ['tobramycin', 7],
    ['amikacin', 30],
    ['tacrolimus', 0.3],
    ['busulfan', 4.8],
    ['voriconazole', 18],
  ])('%s: %d mg/kg a day hold a child whom the adult’s amount does not', (id, perKilogram) => {
    const drug = drugs.find((each) => each.id === id)!;
    const asked = drug.limits.daily / 4;
    const { total, verdict } = held(drug, child(10), asked, asked, asked, asked);
    expect(total).toBeCloseTo(10 * perKilogram, 9);
    expect(verdict).toMatchObject({
      verdict: 'clipped',
      title: expect.stringContaining(`${perKilogram} mg/kg`),
      source: drug.limits.source,
    });
  });
  it('of a heavy adult is the amount', () => {
    expect(largestDaily(vancomycin, { weight: 120 })).toBe(4500);
    expect(held(vancomycin, [kilograms(120)], 3000, 3000).total).toBe(4500);
  });
  it('where no weight is known is the amount: what then bars a proposal is said', () => {
    expect(largestDaily(vancomycin, {})).toBe(4500);
    const { missing } = dosingPack(vancomycin).readiness('decide', history({ facts: [] }), after(30));
    expect(missing.map(({ code }) => code)).toContain('weight-missing');
  });
});

describe('the largest single dose by body surface', () => {
  it('is 4 g/m² of methotrexate, 8 g at most', () => {
    expect(largestSingle(methotrexate, { weight: 19, height: 110 })).toBeCloseTo(4000 * 0.7619, 0);
    expect(largestSingle(methotrexate, { weight: 110, height: 190 })).toBe(8000);
  });
  it('without a height no dose is proposed, and it is said', () => {
    const facts = history().facts.filter((each) => each.fact !== 'body.height');
    const { missing } = dosingPack(methotrexate).readiness(
      'decide',
      history({ facts, controls: [], observations: [creatinine(-2, 1)] }),
      after(0),
    );
    expect(missing.map(({ code }) => code)).toContain('height-missing');
  });
});

it('what limits say of a plan is one line; where they are from stands apart', () => {
  for (const drug of drugs)
    for (const { title } of dosingPack(drug).limits) {
      expect(title.length).toBeLessThan(80);
      expect(title).not.toContain('doi');
    }
});
