/** Adaptation of a step size to a wanted acceptance. */
export interface DualAveraging {
  readonly count: number;
  /** Point towards which log step sizes shrink. */
  readonly mu: number;
  readonly error: number;
  readonly logStep: number;
  readonly logAverage: number;
}

/** Constants of Hoffman and Gelman, JMLR 15 (2014) 1593, section 3.2.1. */
const GAMMA = 0.05;
const T0 = 10;
const KAPPA = 0.75;

/** Starts at a step size, drawn towards ten times it. */
export function init(stepSize: number): DualAveraging {
  return {
    count: 0,
    mu: Math.log(10 * stepSize),
    error: 0,
    logStep: Math.log(stepSize),
    logAverage: Math.log(stepSize),
  };
}

/** Nesterov's dual averaging, Hoffman and Gelman, equation 6. */
export function step(state: DualAveraging, acceptance: number, wanted: number): DualAveraging {
  const count = state.count + 1;
  const eta = 1 / (count + T0);
  const error = (1 - eta) * state.error + eta * (wanted - acceptance);
  const logStep = state.mu - (error * Math.sqrt(count)) / GAMMA;
  const share = count ** -KAPPA;
  return { ...state, count, error, logStep, logAverage: share * logStep + (1 - share) * state.logAverage };
}
