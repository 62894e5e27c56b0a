import { useDebouncedValue } from '@mantine/hooks';
import { useMemo } from 'react';
import { useNow } from '../data/clock.ts';
import { isStale } from '../data/headline.ts';
import { mainTrajectory } from '../data/main-trajectory.ts';
import { UnitsOfTwin, useOffer } from '../data/preferences.tsx';
import { DAY, HOUR } from '../data/time.ts';
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
import { ModelsCard } from './models-card.tsx';
import { NextCard } from './next-card.tsx';
import { NoForecastCard } from './no-forecast-card.tsx';
import { NowCard } from './now-card.tsx';
import { PausedCard } from './paused-card.tsx';
import { QualityCard } from './quality-card.tsx';
import { QuantitiesCard } from './quantities-card.tsx';
import { StandingCard } from './standing-card.tsx';
import { useCalibration } from './use-calibration.ts';
import { useView, type View } from './use-view.ts';

/** What is asked of the server: the twin's own first window, or the one of the view with half of it held ready on each side. */
function askedOf({ window }: View, end: number | null, now: number): { from: number; to: number } | undefined {
  if (window === null && end === null) return undefined;
  const half = (window === null ? 6 * HOUR : Number.parseFloat(window) * (window.endsWith('d') ? DAY : HOUR)) / 2;
  const from = Math.floor(((end ?? now) - 2 * half) / half) * half - half;
  return { from, to: end === null ? now : end + 2 * half };
}

/** One twin: what was measured, what is forecast, and how far that may be trusted. */
export function CockpitPage({ subject }: { readonly subject: string }) {
  const now = useNow();
  const [view, setView] = useView();
  const calibration = useCalibration(subject);
  // While the window is dragged, data are asked for once it rests.
  const [rested] = useDebouncedValue(view.end, 200);
  const twin = useTwin(subject, askedOf(view, rested, now));
  const { data: detail } = twin;
  useOffer(detail === undefined ? [] : [detail.view.units]);
  const time = useMemo(() => (detail === undefined ? null : timeOfTwin(detail)), [detail]);
  const stretch = useMemo(
    () => (detail === undefined ? null : stretchOf(view, now, detail.forecast?.horizon.to ?? null, detail.view)),
    [view, now, detail],
  );

  if (detail === undefined || time === null || stretch === null)
    return (
      <>
        <TwinHead subject={subject} view="cockpit" detail={undefined} />
        <TwinState twin={twin} />
      </>
    );
  if (detail.summary.paused !== undefined)
    return (
      <>
        <TwinHead subject={subject} view="cockpit" detail={detail} />
        <PausedCard reasons={detail.summary.paused} />
      </>
    );
  // What the comparison of models tells is not said again.
  const told = new Set(detail.models.flatMap(({ reasons }) => reasons.map(({ statement }) => statement)));
  const stale = isStale(newestValueAt(detail), now, detail.view.staleMinutes);
  return (
    <UnitsOfTwin units={detail.view.units}>
      <TwinHead subject={subject} view="cockpit" detail={detail} />
      <div className={css.grid}>
        <div className={css.now}>
          <NowCard detail={detail} trajectory={mainTrajectory(detail.forecast, detail.view)} now={now} time={time} />
          <AdvisoriesCard advisories={detail.advisories} />
          <NextCard subject={subject} open={detail.summary.openProposals} stale={stale} />
        </div>
        <div className={css.chart}>
          <ChartCard detail={detail} view={view} onView={setView} stretch={stretch} now={now} time={time} />
          {detail.forecast === null && <NoForecastCard detail={detail} calibration={calibration} />}
          {detail.forecast !== null && <QuantitiesCard forecast={detail.forecast} detail={detail} time={time} />}
          <Card title={strings.posterior.title} text={strings.posterior.text}>
            <CalibrationWords statements={detail.calibration.filter(({ statement }) => !told.has(statement))} />
            <PosteriorTable posterior={detail.posterior} />
          </Card>
          {detail.models.length > 0 && <ModelsCard models={detail.models} />}
          <Card title={strings.accuracy.title} text={strings.accuracy.text}>
            <AccuracyTable accuracy={detail.accuracy} />
          </Card>
        </div>
        <div className={css.side}>
          <StandingCard
            detail={{
              ...detail,
              applicability: {
                ...detail.applicability,
                reasons: detail.applicability.reasons.filter(({ statement }) => !told.has(statement)),
              },
            }}
            calibration={calibration}
          />
          <QualityCard subject={subject} titles={detail.titles} time={time} />
          <BasisCard detail={detail} time={time} />
        </div>
      </div>
    </UnitsOfTwin>
  );
}
