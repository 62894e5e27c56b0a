import type { TwinDetail } from '@gemel/server/api';
import { useSentence } from '../data/preferences.tsx';
import { Link, paths } from '../navigation.tsx';
import { Card } from '../parts/card.tsx';
import { strings } from '../strings.data.ts';
import { CalibrateControl } from './calibrate-control.tsx';
import type { Calibration } from './use-calibration.ts';

interface NoForecastCardProps {
  readonly detail: TwinDetail;
  readonly calibration: Calibration;
}

/** Why there is no forecast, and the one thing to do about it. */
export function NoForecastCard({ detail, calibration }: NoForecastCardProps) {
  const t = strings.noForecast;
  const say = useSentence();
  return (
    <Card title={t.title} text={t.text}>
      <ul style={{ margin: '0 0 8px', paddingLeft: 20 }}>
        {detail.forecastMissing.map((missing) => (
          <li key={`${missing.code} ${missing.statement}`}>{say(missing.statement)}</li>
        ))}
      </ul>
      {detail.forecastMissing.every((missing) => missing.code === 'not-calibrated') ? (
        <CalibrateControl calibration={calibration} calibrated={detail.summary.calibrated} />
      ) : (
        <Link href={paths.twins()}>{strings.importing.button}</Link>
      )}
    </Card>
  );
}
