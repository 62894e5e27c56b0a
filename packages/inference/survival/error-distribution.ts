import { logNormalCdf } from '@gemel/numerics/special/normal';

/** The error W of a location-scale model log T = location + scale · W: log density and log survival with two derivatives. */
export interface ErrorDistribution {
  /** Value, first and second derivative at z. */
  logDensity(z: number): readonly [number, number, number];
  logSurvival(z: number): readonly [number, number, number];
}

const HALF_LOG_TWO_PI = Math.log(2 * Math.PI) / 2;
const logOnePlusExp = (z: number) => (z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z)));

/** Least extreme value: T is Weibull. */
export const extremeValue: ErrorDistribution = {
  logDensity(z) {
    const e = Math.exp(z);
    return [z - e, 1 - e, -e];
  },
  logSurvival(z) {
    const e = Math.exp(z);
    return [-e, -e, -e];
  },
};

/** T is log-logistic. */
export const logistic: ErrorDistribution = {
  logDensity(z) {
    const p = 1 / (1 + Math.exp(-z));
    return [z - 2 * logOnePlusExp(z), 1 - 2 * p, -2 * p * (1 - p)];
  },
  logSurvival(z) {
    const p = 1 / (1 + Math.exp(-z));
    return [-logOnePlusExp(z), -p, -p * (1 - p)];
  },
};

/** T is lognormal. */
export const gaussian: ErrorDistribution = {
  logDensity: (z) => [-(z * z) / 2 - HALF_LOG_TWO_PI, -z, -1],
  logSurvival(z) {
    const value = logNormalCdf(-z);
    const hazard = Math.exp(-(z * z) / 2 - HALF_LOG_TWO_PI - value);
    return [value, -hazard, -hazard * (hazard - z)];
  },
};
