import type { RewardSpec } from '@gemel/runtime/pack';
import { GLUCOSE, perMember } from './quantities.ts';
import { riskHigh, riskLow } from './risk.ts';

/**
 * What a plan is worth: the mean risk of the glucose it leads to, on the scale of Kovatchev (risk.ts), low glucose first of
 * all. That scale already makes 50 and 250 mg/dL equal; the weights make low risk count five times as much again. The ratio
 * is a policy of this pack, stricter than the 3.0 : 1.6 by which clinicians weighed hypoglycaemia against hyperglycaemia in
 * the glycaemia risk index (Klonoff 2023, doi:10.1177/19322968221085273). Very low glucose is weighed once more, by time.
 */
export const rewards: readonly RewardSpec[] = [
  {
    name: 'hypoglycaemia-risk',
    title: 'Avoids low glucose (minus mean low risk)',
    weight: 5,
    evaluate: (paths) => perMember(paths, GLUCOSE, (path) => -average(path, riskLow)),
  },
  {
    name: 'severe-hypoglycaemia',
    title: 'Avoids very low glucose (minus percent of time below 54 mg/dL)',
    weight: 1,
    evaluate: (paths) => perMember(paths, GLUCOSE, (path) => -100 * average(path, (g) => (g < 54 ? 1 : 0))),
  },
  {
    name: 'hyperglycaemia-risk',
    title: 'Avoids high glucose (minus mean high risk)',
    weight: 1,
    evaluate: (paths) => perMember(paths, GLUCOSE, (path) => -average(path, riskHigh)),
  },
  {
    name: 'interventions',
    title: 'Asks little (minus number of things to do)',
    weight: 0.1,
    evaluate(paths, scenario) {
      const asked = scenario.controls.filter((c) => c.status === 'proposed').length;
      return new Float64Array(paths.members).fill(-asked);
    },
  },
];

function average(path: Float64Array, value: (g: number) => number): number {
  let sum = 0;
  for (const g of path) sum += value(g);
  return sum / path.length;
}
