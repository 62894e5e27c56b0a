import type { WhatIfResult } from '@gemel/server/api';
import { Card } from '../parts/card.tsx';
import { LimitList } from '../parts/limit-list.tsx';
import { strings } from '../strings.data.ts';
import css from './limits-card.module.css';

interface LimitsCardProps {
  readonly result: WhatIfResult;
  readonly titles: readonly string[];
}

/** What the hard limits said of each arm. */
export function LimitsCard({ result, titles }: LimitsCardProps) {
  const t = strings.whatif;
  return (
    <Card title={t.limits} text={t.limitsText}>
      <div className={css.arms}>
        {result.arms.map((plan, index) => (
          <div key={plan.scenario.id}>
            <h3>{titles[index]}</h3>
            <LimitList limits={plan.limits} />
          </div>
        ))}
      </div>
    </Card>
  );
}
