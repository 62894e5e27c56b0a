import type { TwinDetail } from '@gemel/server/api';
import { Card } from '../parts/card.tsx';
import { LevelMark } from '../parts/level-mark.tsx';
import { VerdictView } from '../parts/verdict-view.tsx';
import { strings } from '../strings.data.ts';
import { CalibrateControl } from './calibrate-control.tsx';
import css from './standing-card.module.css';
import type { Calibration } from './use-calibration.ts';

interface StandingCardProps {
  readonly detail: TwinDetail;
  readonly calibration: Calibration;
}

/** Whether the twin may speak of this person: applicability, level, calibration. */
export function StandingCard({ detail, calibration }: StandingCardProps) {
  const { summary } = detail;
  const t = strings.standing;
  return (
    <Card title={t.title}>
      <div className={css.part}>
        <VerdictView verdict={detail.applicability} />
      </div>
      <div className={css.part}>
        <LevelMark level={summary.level} />
        <p>
          {strings.level.meaning[summary.level]} {strings.level.computed}
        </p>
      </div>
      <div className={css.part}>
        <h3>{t.calibration}</h3>
        <p>{summary.calibrated ? t.calibrated : t.notCalibrated}</p>
        <CalibrateControl calibration={calibration} calibrated={summary.calibrated} />
      </div>
    </Card>
  );
}
