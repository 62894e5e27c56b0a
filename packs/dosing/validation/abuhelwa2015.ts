import { defineValidation } from '@gemel/core/validation';
import type { DoseGiven } from '../course.ts';
import { FedRun, Feed, inflowsOf } from '../inflow.ts';
import { compartments } from '../structures/compartments.ts';

const VALUES = { CL: 10, VC: 50, KA: 0.5, Q: 5, VP: 100, Q2: 3, VP2: 150 };
const AT = 23;

/** Concentration at 23 h of 100 mg at 0 and 12 h. */
function concentration(peripherals: 0 | 1 | 2, route: 'bolus' | 'infusion' | 'oral'): number {
  const structure = compartments(peripherals, route === 'oral');
  const doses = [0, 12].map(
    (time): DoseGiven => ({
      time,
      amount: 100,
      hours: route === 'infusion' ? 1 : 0,
      route: route === 'oral' ? 'oral' : 'intravenous',
    }),
  );
  const fed = new FedRun(structure.run(VALUES, structure.rest(VALUES)), new Feed(inflowsOf(doses, () => VALUES)), 0);
  fed.to(AT);
  return fed.run.concentration();
}

const SPACES = ['one compartment', 'two compartments', 'three compartments'] as const;
const CASES = [
  [0, 'bolus', 0.242],
  [0, 'infusion', 0.268],
  [0, 'oral', 0.389],
  [1, 'bolus', 0.212],
  [1, 'infusion', 0.225],
  [1, 'oral', 0.302],
  [2, 'bolus', 0.169],
  [2, 'infusion', 0.177],
] as const;
const nameOf = (peripherals: 0 | 1 | 2, route: string) => `${SPACES[peripherals]}, ${route}`;

export default defineValidation({
  id: 'abuhelwa2015',
  title: 'Linear compartments: doses every 12 h',
  citation:
    'Abuhelwa AY, Foster DJR, Upton RN, J Pharmacol Toxicol Methods 2015;73:42-48, doi:10.1016/j.vascn.2015.03.004',
  data: [],
  slow: false,
  rows: CASES.map(([peripherals, route, expected]) => ({
    name: nameOf(peripherals, route),
    source: '100 mg every 12 h, at 23 h, three significant figures',
    unit: 'mg/L',
    expected,
    tolerance: 0.0005,
  })),
  run: () =>
    Object.fromEntries(
      CASES.map(([peripherals, route]) => [nameOf(peripherals, route), concentration(peripherals, route)]),
    ),
});
