import type { Plan } from '@gemel/core';
import type { TwinDetail } from '@gemel/server/api';
import { percent, plainNumber } from '../data/number.ts';
import { useUnits } from '../data/preferences.tsx';
import type { LocalTime } from '../data/time.ts';
import { Card } from '../parts/card.tsx';
import { FanLegend } from '../parts/fan-legend.tsx';
import { LimitList } from '../parts/limit-list.tsx';
import { strings } from '../strings.data.ts';
import { OptionChart } from './option-chart.tsx';
import { planWords } from './plan-words.ts';
import css from './proposal-page.module.css';

interface OptionsCardProps {
  readonly plans: readonly Plan[];
  readonly detail: TwinDetail;
  readonly time: LocalTime;
}

/** The options weighed, the proposed one first, each with its forecast, its chance of being best and what the limits said. */
export function OptionsCard({ plans, detail, time }: OptionsCardProps) {
  const unit = useUnits();
  const t = strings.proposal;
  return (
    <Card title={t.options}>
      <FanLegend
        band={detail.view.band?.title}
        outOfRange={plans.some((plan) => plan.forecast.outOfRange.length > 0)}
      />
      <ol className={css.options}>
        {plans.map((plan, i) => (
          <li key={plan.scenario.id} className={css.option} data-testid="option">
            <div>
              <h3>
                {t.option(i + 1)}: {plan.scenario.title}
              </h3>
              <ul>
                {planWords(plan, unit, detail.titles).map((words) => (
                  <li key={words}>{words}</li>
                ))}
              </ul>
              <p className={css.best}>
                <strong>{percent(plan.probabilityBest)}</strong> {strings.whatif.best.toLowerCase()},{' '}
                {t.total(plainNumber(plan.total))}
              </p>
              <div className={css.bestbar} aria-hidden="true">
                <span style={{ width: `${plan.probabilityBest * 100}%` }} />
              </div>
              {!plan.allowed && <p className={css.forbidden}>{t.notAllowed}</p>}
              <details style={{ marginTop: 8, fontSize: 14 }}>
                <summary>{t.limits}</summary>
                <LimitList limits={plan.limits} />
              </details>
            </div>
            <OptionChart plan={plan} plans={plans} view={detail.view} time={time} index={i} />
          </li>
        ))}
      </ol>
    </Card>
  );
}
