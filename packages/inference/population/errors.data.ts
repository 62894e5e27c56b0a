import { inferenceProblems } from '../problem.ts';

/** Every problem of population fits. */
export const populationProblems = inferenceProblems({
  'population-no-observations': {
    meaning: 'No subject of the population has an observation.',
    remedy: 'Look at the columns DV, MDV and EVID of the data set: every record is a dose, or has no value.',
  },
  'population-no-value': {
    meaning: 'A subject has no finite prediction or likelihood at the given population values.',
    remedy: 'Start from other values, give the residual error an additive part, or correct the data of the subject.',
  },
  'population-covariance': {
    meaning: 'The covariance of the random effects is not positive definite, or its zeros do not leave whole blocks.',
    remedy: 'Give positive variances, covariances below their geometric mean, and either all or none within a block.',
  },
  'population-not-identifiable': {
    meaning: 'The likelihood does not change with a combination of parameters, or falls away from the estimate.',
    remedy: 'Fix or leave out one of the parameters named, start elsewhere, or measure what tells them apart.',
  },
  'population-variance-collapsed': {
    meaning: 'The variance of a random effect was estimated as nothing: predictions do not vary with it.',
    remedy: 'Leave the random effect out; its variance has no standard error, and shrinkage is complete.',
  },
  'population-few-subjects': {
    meaning: 'There are no more subjects than parameters, so that the sandwich estimate of their errors is singular.',
    remedy: 'Read the errors from the information alone, or fix parameters.',
  },
  'population-not-at-maximum': {
    meaning: 'The estimate is not at the maximum of the likelihood whose curvature gives the standard errors.',
    remedy: 'Allow more steps or start elsewhere; do not read standard errors from this point.',
  },
  'population-drift': {
    meaning: 'A parameter still moved in one direction when averaging began.',
    remedy: 'Allow more iterations, or start nearer; the estimate lies between where it was and where it was going.',
  },
  'population-importance-weights': {
    meaning: 'Few draws carry the importance-sampled likelihood of a subject.',
    remedy: 'Take more draws; look at the subject: its random effects may have several modes, or be hardly measured.',
  },
});
