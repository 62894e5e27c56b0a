import type { RandomStream } from '@gemel/numerics/random/stream';
import type { PredictiveCheck } from '@gemel/runtime/pack';
import type { CalibrationWindow } from './calibrate-window.ts';
import { latentSd, type SensorModel, sensorError } from './sensor.ts';

const LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95];

/**
 * Posterior predictive check (Gelman, Meng, Stern, Statistica Sinica 6 (1996) 733): the readings that the calibration used beside
 * what its members predict there, each with a sensor error of its own. The readings were used twice, so that more than nine in
 * ten lie within the central 90 % where all is well.
 * @param predictions interstitial glucose, members × readings
 * @param ignored 1 where a reading was left out
 */
export function predictiveCheck(
  { readings }: CalibrationWindow,
  predictions: Float64Array,
  ignored: ArrayLike<number>,
  sensor: SensorModel,
  random: RandomStream,
): PredictiveCheck {
  const n = readings.length;
  const members = predictions.length / n;
  const quantiles = LEVELS.map(() => new Array<number>(n));
  const spread = latentSd(sensor);
  const shown = new Float64Array(members);
  for (let k = 0; k < n; k++) {
    for (let m = 0; m < members; m++) {
      shown[m] = predictions[m * n + k] + sensorError(spread * random.normal(), sensor);
    }
    shown.sort();
    LEVELS.forEach((level, i) => {
      const place = level * (members - 1);
      const below = Math.floor(place);
      quantiles[i][k] = shown[below] + (place - below) * (shown[Math.min(members - 1, below + 1)] - shown[below]);
    });
  }
  const [low90, low50, median, high50, high90] = quantiles;
  return {
    quantity: 'Sensor glucose',
    unit: 'mg/dL',
    at: readings.map((r) => r.at),
    observed: readings.map((r, k) => (ignored[k] === 1 ? Number.NaN : r.value)),
    median,
    inner: [low50, high50],
    outer: [low90, high90],
  };
}
