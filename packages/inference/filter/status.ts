/** What became of one step of a filter. Anything but `ok` and `no-observation` leaves the state unmoved by the observation. */
export type FilterStatus = keyof typeof filterStatuses;

/** Each status in words, with what to do. */
export const filterStatuses = {
  ok: { meaning: 'The observation was taken in.', remedy: 'Nothing to do.' },
  'no-observation': {
    meaning: 'Every component was missing; the state was only carried forward.',
    remedy: 'Nothing to do.',
  },
  'forecast-not-finite': {
    meaning: 'The model gave a value that is not finite. The state before the forecast was kept.',
    remedy: 'Shorten the step of the solver, bound the parameters, or lower the inflation.',
  },
  'observation-not-finite': {
    meaning: 'An observed or predicted value is infinite, or a predicted value is not a number.',
    remedy: 'Leave the value out (NaN means missing), or mend the observation operator.',
  },
  'covariance-not-positive': {
    meaning: 'A covariance is not positive semidefinite, or error without variance meets a method that divides by it.',
    remedy: 'Give a symmetric covariance with positive variances; exact observations go to the Kalman filter.',
  },
  'singular-innovation': {
    meaning: 'Prediction and error together have no variance in some direction: two exact observations of one thing.',
    remedy: 'Give the observations an error variance, or leave one of them out.',
  },
  'correlated-errors': {
    meaning: 'A local analysis was asked for observations whose errors are correlated.',
    remedy: 'Decorrelate the observations first, or use an analysis that is not local.',
  },
  'ensemble-collapsed': {
    meaning: 'The members agree to rounding, so that observations cannot move them.',
    remedy: 'Raise the inflation, add model noise, or start again with more spread.',
  },
  'particles-collapsed': {
    meaning: 'No particle can explain the observation: every weight is zero. The weights before it were kept.',
    remedy: 'Use more particles, a guided proposal, a heavier-tailed likelihood, or more model noise.',
  },
  'time-reversed': {
    meaning: 'The observation is older than the state.',
    remedy: 'Put the filter into a fixed-lag history, which runs again from before the late observation.',
  },
  'too-late': {
    meaning: 'The observation is older than the history kept. It was not used.',
    remedy: 'Keep a longer lag.',
  },
} as const satisfies Record<string, { readonly meaning: string; readonly remedy: string }>;
