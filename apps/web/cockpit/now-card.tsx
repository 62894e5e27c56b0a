import type { Trajectory } from '@gemel/core';
import type { TwinDetail } from '@gemel/server/api';
import { headlineText, isStale } from '../data/headline.ts';
import { unitLabel, valueText } from '../data/number.ts';
import { useSentence, useUnits } from '../data/preferences.tsx';
import { nearestIndex, trajectoryQuantile } from '../data/quantile.ts';
import { ageText, durationText, type LocalTime, MINUTE } from '../data/time.ts';
import { Card } from '../parts/card.tsx';
import { DataAge } from '../parts/data-age.tsx';
import { strings } from '../strings.data.ts';
import { dataPoints, lastPoint, newestValueAt } from '../twin/last-value.ts';
import css from './now-card.module.css';

interface NowCardProps {
  readonly detail: TwinDetail;
  readonly trajectory: Trajectory | null;
  readonly now: number;
  readonly time: LocalTime;
}

/** The last measured value, how old and how good it is, and what is forecast next. */
export function NowCard({ detail, trajectory, now, time }: NowCardProps) {
  const unit = useUnits();
  const newest = newestValueAt(detail);
  const { leadsMinutes, staleMinutes } = detail.view;
  const stale = isStale(newest, now, staleMinutes);
  const say = useSentence();
  const headline = headlineText(detail.summary.headline, unit);
  const last = lastPoint(dataPoints(detail));
  const t = strings.cockpit;
  return (
    <Card title={t.measured} aside={<DataAge at={newest} now={now} staleMinutes={staleMinutes} />}>
      <p className={css.value} data-stale={stale} data-testid="now-value">
        {headline.value} <small>{headline.unit}</small>
      </p>
      <p className={css.statement}>{say(detail.summary.headline.statement)}</p>
      {newest !== null && (
        <p className={css.meta}>
          {t.at(time.dayAndTime(newest))}
          {last !== null && last.at === newest && (
            <>
              , {strings.table.grade.toLowerCase()} {strings.grade[last.grade] ?? last.grade}
            </>
          )}
        </p>
      )}
      {stale && newest !== null && staleMinutes !== null && (
        <p className={css.stale} role="status">
          <strong>{t.staleTitle}.</strong> {t.staleText(ageText(now - newest), durationText(staleMinutes * MINUTE))}
        </p>
      )}
      {!stale && trajectory !== null && (
        <dl className={css.leads} aria-label={t.outlook}>
          {leadsMinutes.map((minutes) => {
            const index = nearestIndex(trajectory.times, now + minutes * MINUTE);
            const q = (p: number) => valueText(trajectoryQuantile(trajectory, p, index), trajectory.unit, unit);
            return (
              <div key={minutes}>
                <dt>{t.forecastIn(durationText(minutes * MINUTE))}</dt>
                <dd>
                  <strong>{q(0.5)}</strong> {unitLabel(trajectory.unit, unit)}
                  <span>
                    {strings.level90}: {q(0.05)} {strings.to} {q(0.95)}
                  </span>
                </dd>
              </div>
            );
          })}
        </dl>
      )}
    </Card>
  );
}
