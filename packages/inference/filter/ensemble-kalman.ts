/** An equally weighted ensemble: members × dimension, row-major. */
export interface EnsembleState {
  readonly members: number;
  readonly dimension: number;
  readonly ensemble: Float64Array;
}

/** One scalar observation and what each member would have observed. */
export interface EnsembleObservation {
  readonly value: number;
  /** Variance of the observation error. */
  readonly variance: number;
  /** One per member, free of observation error. */
  readonly predicted: Float64Array;
}

export interface EnsembleInfo {
  /** value − mean predicted. */
  readonly innovation: number;
  /** Ensemble variance of the prediction + error variance. */
  readonly innovationVariance: number;
  /** Gain per coordinate. */
  readonly gain: Float64Array;
  /** Predicted observations after the update, for the next one taken at the same time. */
  readonly predicted: Float64Array;
}

/**
 * Serial square-root update by one scalar: Whitaker and Hamill, Mon. Weather Rev. 130 (2002) 1913, equations 10–13.
 * Mean and covariance are the Kalman filter's for the ensemble's own moments; no noise is drawn.
 */
export function squareRootUpdate(
  state: EnsembleState,
  observation: EnsembleObservation,
): { readonly state: EnsembleState; readonly info: EnsembleInfo } {
  const { members, dimension } = state;
  const mean = new Float64Array(dimension);
  for (let m = 0; m < members; m++) for (let i = 0; i < dimension; i++) mean[i] += state.ensemble[m * dimension + i];
  for (let i = 0; i < dimension; i++) mean[i] /= members;
  let predictedMean = 0;
  for (let m = 0; m < members; m++) predictedMean += observation.predicted[m] / members;

  const covariance = new Float64Array(dimension);
  let spread = 0;
  for (let m = 0; m < members; m++) {
    const d = observation.predicted[m] - predictedMean;
    spread += (d * d) / (members - 1);
    for (let i = 0; i < dimension; i++) {
      covariance[i] += ((state.ensemble[m * dimension + i] - mean[i]) * d) / (members - 1);
    }
  }
  const innovationVariance = spread + observation.variance;
  const innovation = observation.value - predictedMean;
  const gain = covariance.map((c) => (innovationVariance > 0 ? c / innovationVariance : 0));
  const predictedGain = innovationVariance > 0 ? spread / innovationVariance : 0;
  // The reduced gain that gives deviations the Kalman covariance without perturbing the observation.
  const share = 1 / (1 + Math.sqrt(observation.variance / (innovationVariance || 1)));

  const ensemble = new Float64Array(state.ensemble.length);
  const predicted = new Float64Array(members);
  for (let m = 0; m < members; m++) {
    const d = observation.predicted[m] - predictedMean;
    const correction = innovation - share * d;
    predicted[m] = predictedMean + d + predictedGain * correction;
    for (let i = 0; i < dimension; i++) {
      const deviation = state.ensemble[m * dimension + i] - mean[i];
      ensemble[m * dimension + i] = mean[i] + deviation + gain[i] * correction;
    }
  }
  return {
    state: { members, dimension, ensemble },
    info: { innovation, innovationVariance, gain, predicted },
  };
}
