import { useDebouncedValue } from '@mantine/hooks';
import { useMemo } from 'react';
import { useNow } from '../data/clock.ts';
import { isStale } from '../data/headline.ts';
import { mainTrajectory } from '../data/main-trajectory.ts';
import { Card } from '../parts/card.tsx';
import { strings } from '../strings.data.ts';
import { AccuracyTable } from '../twin/accuracy-table.tsx';
import { newestValueAt } from '../twin/last-value.ts';
import { PosteriorTable } from '../twin/posterior-table.tsx';
import { TwinHead } from '../twin/twin-head.tsx';
import { TwinState } from '../twin/twin-state.tsx';
import { useTwin } from '../twin/use-twin.ts';
import { timeOfTwin } from '../twin/zone.ts';
import { AdvisoriesCard } from './advisories-card.tsx';
import { BasisCard } from './basis-card.tsx';
import { CalibrationWords } from './calibration-words.tsx';
import { ChartCard } from './chart-card.tsx';
import { stretchOf } from './cockpit-chart.ts';
import css from './cockpit-page.module.css';
import { NextCard } from './next-card.tsx';
import { NoForecastCard } from './no-forecast-card.tsx';
import { NowCard } from './now-card.tsx';
import { QuantitiesCard } from './quantities-card.tsx';
import { StandingCard } from './standing-card.tsx';
import { useCalibration } from './use-calibration.ts';
import { useView, WINDOWS } from './use-view.ts';

/** One twin: what was measured, what is forecast, and how far that may be trusted. */
export function CockpitPage({ subject }: { readonly subject: string }) {
  const now = useNow();
  const [view, setView] = useView();
  const calibration = useCalibration(subject);
  // While the window is dragged, data are asked for once it rests; half a window on each side is held ready.
  const [rested] = useDebouncedValue(view.end, 200);
  const half = WINDOWS[view.window] / 2;
  const from = Math.floor(((rested ?? now) - 2 * half) / half) * half - half;
  const twin = useTwin(subject, from, rested === null ? now : rested + 2 * half);
  const { data: detail } = twin;
  const time = useMemo(() => (detail === undefined ? null : timeOfTwin(detail)), [detail]);
  const horizonEnd = detail?.forecast?.horizon.to ?? null;
  const stretch = useMemo(() => stretchOf(view, now, horizonEnd), [view, now, horizonEnd]);

  if (detail === undefined || time === null)
    return (
      <>
        <TwinHead subject={subject} view="cockpit" detail={undefined} />
        <TwinState twin={twin} />
      </>
    );
  const stale = isStale(newestValueAt(detail), now);
  return (
    <>
      <TwinHead subject={subject} view="cockpit" detail={detail} />
      <div className={css.grid}>
        <div className={css.now}>
          <NowCard detail={detail} trajectory={mainTrajectory(detail.forecast)} now={now} time={time} />
          <AdvisoriesCard advisories={detail.advisories} />
          <NextCard subject={subject} open={detail.summary.openProposals} stale={stale} />
        </div>
        <div className={css.chart}>
          <ChartCard detail={detail} view={view} onView={setView} stretch={stretch} now={now} time={time} />
          {detail.forecast === null && <NoForecastCard detail={detail} calibration={calibration} />}
          {detail.forecast !== null && <QuantitiesCard forecast={detail.forecast} time={time} />}
          <Card title={strings.posterior.title} text={strings.posterior.text}>
            <CalibrationWords statements={detail.calibration} />
            <PosteriorTable posterior={detail.posterior} />
          </Card>
          <Card title={strings.accuracy.title} text={strings.accuracy.text}>
            <AccuracyTable accuracy={detail.accuracy} />
          </Card>
        </div>
        <div className={css.side}>
          <StandingCard detail={detail} calibration={calibration} />
          <BasisCard detail={detail} time={time} />
        </div>
      </div>
    </>
  );
}
