import { Button, Progress } from '@mantine/core';
import { percent } from '../data/number.ts';
import { Failure } from '../parts/failure.tsx';
import { strings } from '../strings.data.ts';
import css from './standing-card.module.css';
import type { Calibration } from './use-calibration.ts';

interface CalibrateControlProps {
  readonly calibration: Calibration;
  readonly calibrated: boolean;
}

/** Begins the long work, shows how far it is, and calls it off. */
export function CalibrateControl({ calibration, calibrated }: CalibrateControlProps) {
  const { job, running, error } = calibration;
  const t = strings.standing;
  if (running && job !== null)
    return (
      <div className={css.job}>
        <p role="status">
          {t.running}: {job.progress.message}
        </p>
        <Progress
          value={job.progress.fraction * 100}
          aria-label={`${t.running}, ${percent(job.progress.fraction)}`}
          size="lg"
        />
        <Button variant="default" size="xs" onClick={() => void calibration.cancel()}>
          {t.cancel}
        </Button>
      </div>
    );
  return (
    <div className={css.job}>
      {job?.state === 'done' && <p role="status">{t.done}</p>}
      {job?.state === 'cancelled' && <p role="status">{t.cancelled}</p>}
      {job?.state === 'failed' && (
        <p role="alert">
          {t.failed}: {job.problem?.message} {job.problem?.remedy}
        </p>
      )}
      {error !== null && <Failure error={error} heading={t.failed} />}
      <Button
        className="no-print"
        variant={calibrated ? 'default' : 'filled'}
        size="sm"
        onClick={() => void calibration.start()}
      >
        {calibrated ? t.recalibrate : t.calibrate}
      </Button>
    </div>
  );
}
