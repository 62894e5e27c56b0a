import type { Plan, Scenario } from '@gemel/core';
import { QUANTILE_LEVELS } from '@gemel/core';
import type { WhatIfControl, WhatIfResult } from '@gemel/server/api';
import { MINUTE } from './curves.ts';
import { control, type Person, standingForecast } from './twins.ts';

export function plan(
  person: Person,
  now: number,
  title: string,
  asked: readonly WhatIfControl[],
  id: string,
  best: number,
): Plan {
  const clipped = asked.map((a) => (a.control === 'insulin.bolus' && a.value > 10 ? { ...a, value: 10 } : a));
  const scenario: Scenario = {
    id,
    title,
    controls: clipped.map((a) =>
      control(
        person.subject,
        a.control,
        a.value,
        a.unit,
        now + a.inMinutes * MINUTE,
        a.forMinutes === undefined ? undefined : now + (a.inMinutes + a.forMinutes) * MINUTE,
        'proposed',
      ),
    ),
  };
  const forecast = standingForecast(person, now, clipped, scenario);
  const q = (mean: number, sd: number) => QUANTILE_LEVELS.map((_, i) => mean + (i - 5) * 0.4 * sd);
  const hypo = -Math.max(0.1, (100 - person.base) / 20) - asked.filter((a) => a.control === 'insulin.bolus').length;
  return {
    scenario,
    forecast,
    rewards: [
      { name: 'hypoglycaemia', title: 'No hypoglycaemia', weight: 4, mean: hypo, sd: 0.6, quantiles: q(hypo, 0.6) },
      { name: 'hyperglycaemia', title: 'No hyperglycaemia', weight: 1, mean: -0.9, sd: 0.4, quantiles: q(-0.9, 0.4) },
    ],
    total: hypo * 4 - 0.9,
    probabilityBest: best,
    limits: [
      {
        limit: 'maximum-bolus',
        title: 'Maximum bolus',
        verdict: clipped.some((c, i) => c.value !== asked[i]!.value) ? 'clipped' : 'within',
        message: 'At most 10 U at once.',
      },
      {
        limit: 'insulin-on-board',
        title: 'Insulin on board',
        verdict: asked.some((a) => a.control === 'insulin.bolus' && a.value > 20) ? 'forbidden' : 'within',
        message: 'At most 12 U on board.',
      },
    ],
    allowed: !asked.some((a) => a.control === 'insulin.bolus' && a.value > 20),
  };
}

export function whatif(
  person: Person,
  now: number,
  arms: readonly { title: string; controls: readonly WhatIfControl[] }[],
): WhatIfResult {
  const plans = arms.map((arm, i) =>
    plan(person, now, arm.title, arm.controls, `arm-${i}`, arms.length === 1 ? 1 : i === 0 ? 0.37 : 0.63),
  );
  const first = plans[0]!;
  return {
    arms: plans,
    differences: plans.slice(1).map((p) => [
      ...Object.values(p.forecast.quantities).flatMap((quantity) => {
        const a = first.forecast.quantities[quantity.name];
        if (quantity.kind !== 'scalar' || a?.kind !== 'scalar') return [];
        const median = quantity.mean - a.mean;
        return [
          {
            name: quantity.name,
            title: quantity.title,
            unit: quantity.unit,
            median,
            low: median - quantity.sd,
            high: median + quantity.sd,
          },
        ];
      }),
      { name: 'hypoglycaemia', title: 'No hypoglycaemia', unit: '1', median: 0.4, low: -0.2, high: 1.1 },
    ]),
  };
}
