import type { TwinSummary } from '@gemel/server/api';
import { headlineText, isStale, newestAt } from '../data/headline.ts';
import { UnitsOfTwin, useSentence, useUnits } from '../data/preferences.tsx';
import { durationText, HOUR } from '../data/time.ts';
import { Link, paths } from '../navigation.tsx';
import { DataAge } from '../parts/data-age.tsx';
import { Icon } from '../parts/icon.tsx';
import { LevelMark } from '../parts/level-mark.tsx';
import { RiskMark } from '../parts/risk-mark.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { strings } from '../strings.data.ts';
import css from './twin-list.module.css';

interface TwinRowProps {
  readonly twin: TwinSummary;
  readonly now: number;
  readonly answeredAt: number;
  /** The subject has other twins beside this one. */
  readonly oneOfSeveral: boolean;
}

export function TwinRow(props: TwinRowProps) {
  return (
    <UnitsOfTwin units={props.twin.view.units}>
      <Row {...props} />
    </UnitsOfTwin>
  );
}

function Row({ twin, now, answeredAt, oneOfSeveral }: TwinRowProps) {
  const unit = useUnits();
  const say = useSentence();
  const { staleMinutes } = twin.view;
  const pack = oneOfSeveral ? twin.pack : null;
  const newest = newestAt(twin, answeredAt);
  const headline = headlineText(twin.headline, unit);
  return (
    <li className={css.row} data-risk={twin.risk} data-testid="twin-row">
      <div className={css.risk}>
        <RiskMark risk={twin.risk} />
      </div>
      <div className={css.name}>
        <h2>
          <Link href={paths.twin(twin.subject, pack)} className={css.link}>
            {twin.name}
          </Link>
        </h2>
        <LevelMark level={twin.level} />
      </div>
      <div className={css.headline} data-stale={isStale(newest, now, staleMinutes)}>
        {twin.paused === undefined ? (
          <>
            <span className={css.value}>
              {headline.value} <small>{headline.unit}</small>
            </span>
            <span className={css.statement}>{say(twin.headline.statement)}</span>
          </>
        ) : (
          <span className={css.statement} data-testid="paused">
            {strings.paused.row(twin.paused.map(({ statement }) => statement).join(' '))}
          </span>
        )}
      </div>
      <div className={css.trend}>
        {twin.sparkline.length > 1 ? (
          <Sparkline
            points={twin.sparkline}
            label={strings.twins.sparkline(twin.name, twin.sparkline.length, durationText(twin.view.trendHours * HOUR))}
            view={twin.view}
          />
        ) : (
          <span className={css.none}>{strings.twins.noTrend(durationText(twin.view.trendHours * HOUR))}</span>
        )}
      </div>
      <div className={css.age}>
        <DataAge at={newest} now={now} staleMinutes={staleMinutes} />
      </div>
      <div className={css.state}>
        <span data-done={twin.calibrated} className={css.calibrated}>
          {twin.calibrated && <Icon name="check" size={15} />}
          {twin.calibrated ? strings.twins.calibrated : strings.twins.notCalibrated}
        </span>
        {twin.openProposals > 0 && (
          <Link href={paths.proposals(twin.subject, pack)} className={css.open}>
            {strings.twins.open(twin.openProposals)}
          </Link>
        )}
      </div>
    </li>
  );
}
