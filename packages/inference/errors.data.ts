import { inferenceProblems } from './problem.ts';

/** Every problem the statistical methods report; the layer below the platform's own errors, in the same shape. */
export const inferenceErrors = inferenceProblems({
  'inference-density-not-finite': {
    meaning: 'The log density, or its gradient, is not a finite number where the method has to start.',
    remedy: 'Start inside the support, and check data and parameters there for missing, zero or overflowing values.',
  },
  'inference-shape': {
    meaning: 'An argument has another length, range or count than the method needs.',
    remedy: 'Give the argument the shape that the message names.',
  },
  'inference-no-convergence': {
    meaning: 'An optimiser ended before its criteria were met.',
    remedy: 'Allow more iterations, rescale the parameters, or start elsewhere; do not read intervals from this point.',
  },
  'inference-improper-posterior': {
    meaning: 'The log density rises or stays level without end, so that it is not a distribution.',
    remedy: 'Give a proper prior to every parameter that the data leave free, or bound it.',
  },
  'inference-disconnected-modes': {
    meaning: 'Several separate modes of comparable density were found.',
    remedy:
      'Report every mode, or sample with tempering; a single normal approximation or chain shows one of them only.',
  },
  'inference-unidentifiable-parameter': {
    meaning: 'The profile of a parameter stays above the threshold as far as it was followed.',
    remedy: 'Fix the parameter, give it an informative prior, or measure what depends on it; its interval is open.',
  },
  'inference-divergent-transitions': {
    meaning:
      'Trajectories of the sampler left the region where the integrator is accurate; part of the posterior is missed.',
    remedy: 'Reparametrise (a non-centred hierarchy, a log scale), raise the wanted acceptance, or tighten a prior.',
  },
  'inference-tree-depth': {
    meaning: 'Trajectories of the sampler were cut at the greatest depth; the draws are valid but costly.',
    remedy: 'Use a dense or low-rank metric, rescale the parameters, or raise the greatest depth.',
  },
  'inference-low-energy-fraction': {
    meaning: 'The energy of a chain changes slowly (E-BFMI below 0.3); the tails are not explored.',
    remedy: 'Reparametrise heavy tails and hierarchical scales, or draw more.',
  },
  'inference-draws-not-finite': {
    meaning: 'Draws, or log likelihoods of draws, are not finite numbers.',
    remedy: 'Look for the parameter values that made them; the density must be −Infinity there, not NaN.',
  },
  'inference-zero-variance': {
    meaning: 'All draws of a parameter are the same number.',
    remedy: 'Leave a fixed parameter out; else the sampler does not move: start elsewhere or rescale.',
  },
  'inference-chains-not-mixed': {
    meaning:
      'The chains disagree about a parameter (R-hat of 1.01 or more): they have not converged, or sit in separate modes.',
    remedy:
      'Draw longer; look at the chains one by one; for separate modes sample with tempering. Use no interval until then.',
  },
  'inference-few-effective-draws': {
    meaning: 'A parameter has fewer than 100 effective draws for each chain, in the bulk or the tails.',
    remedy: 'Draw longer, or reparametrise so that the draws are less correlated.',
  },
  'inference-prior-only-parameter': {
    meaning: 'The posterior of a parameter is about as wide as its prior: the data hardly speak of it.',
    remedy: 'Read its interval as the prior’s, not as a finding; measure what depends on it, or fix it.',
  },
  'inference-single-chain': {
    meaning: 'One chain was drawn: whether it found all of the posterior cannot be seen from it.',
    remedy: 'Draw four chains or more from scattered starts.',
  },
  'inference-collapsed-weights': {
    meaning: 'A few draws or particles carry nearly all weight, so that they stand for the posterior no longer.',
    remedy:
      'Use more particles or moves, a proposal nearer the posterior, or more temperatures; use no interval of it.',
  },
  'inference-not-moving': {
    meaning: 'Fewer than one proposal in a hundred is accepted: the chains or particles stand where they were.',
    remedy: 'Use smaller strides or other moves; for an estimated likelihood, more particles.',
  },
  'inference-density-share': {
    meaning: 'A share of the evaluations of the log density was not finite.',
    remedy:
      'Return −Infinity outside the support, never NaN, and look at the points that fail; bound or transform the parameters so that few proposals fall outside.',
  },
  'inference-chain-failed': {
    meaning: 'The log density threw an error while a chain was drawn.',
    remedy: 'Mend the density for the point named; outside the support it must return −Infinity instead.',
  },
  'inference-chain-module': {
    meaning: 'The module named for worker threads has no log density under the export named.',
    remedy: 'Export a log density, or a function that makes one of the data given, and name its file by URL.',
  },
  'inference-importance-weights': {
    meaning: 'Leaving out single observations cannot be done by reweighting the draws.',
    remedy: 'Fit again without each named observation, or use K-fold cross-validation; look whether they are outliers.',
  },
  'inference-not-calibrated': {
    meaning:
      'Ranks of known truths among posterior draws are not uniform: the inference is biased, or too sure or unsure.',
    remedy: 'A slope means bias, a U too narrow, a hump too wide a posterior; correct model, density or sampler.',
  },
  'inference-output-not-finite': {
    meaning: 'A model gave outputs that are not finite numbers at some of the inputs; they are left out.',
    remedy: 'Narrow the inputs to where the model holds, or mend the model; the indices speak of the rest only.',
  },
  'inference-sloppy-direction': {
    meaning: 'A combination of parameters is known more than a thousand times less well than the best-known one.',
    remedy: 'Fix or merge the parameters named, or measure what tells them apart.',
  },
  'inference-few-simulations': {
    meaning: 'Simulated data sets are too few for what is asked of them, or cannot tell a covariance.',
    remedy: 'Simulate more, a thousand or so at least; leave out observations that repeat one another.',
  },
  'inference-simulation-not-finite': {
    meaning: 'A model gave no prediction for some of the random effects drawn.',
    remedy:
      'Look at the variances of random effects, and at doses and covariates of the subject named; what is missing is left out.',
  },
  'inference-observations-left-out': {
    meaning: 'Observations could not be compared with their predictions and are left out.',
    remedy:
      'Widen the bins, or leave out observations that the model gives without any error, as before the first dose.',
  },
  'inference-prediction-errors': {
    meaning: 'Normalised prediction distribution errors are not standard normal: the model does not describe the data.',
    remedy: 'Look at the errors over time and predictions, and at a visual predictive check, for where it departs.',
  },
  'inference-prediction-correction': {
    meaning: 'A prediction correction is not defined where values lie below a limit, or where the prediction is zero.',
    remedy:
      'Leave the correction out, or narrow the bins so that observations in one are alike; see the share below the limit.',
  },
  'inference-limit-open': {
    meaning: 'Observations lie below different limits of quantification.',
    remedy: 'Name the one limit that simulated values are held against.',
  },
  'inference-posterior-predictive': {
    meaning: 'A quantity of the data is one that the fitted model hardly ever replicates.',
    remedy: 'Extend the model by what makes that feature, or do not use it where the feature matters.',
  },
  'inference-forecast-not-calibrated': {
    meaning:
      'Forecasts do not hold what they say: observations fall too often, or too rarely, where little was expected.',
    remedy: 'Correct bias or spread as the message says, or guard the forecasts by conformal intervals.',
  },
  'inference-few-calibration-points': {
    meaning: 'No finite interval of the level follows from so few calibration points.',
    remedy: 'Take more points that the model has not seen, or a lower level.',
  },
  'inference-survival-time': {
    meaning:
      'A time that something lasted is not usable: negative, not finite, not after it came under observation, or without weight.',
    remedy:
      'Mend or leave out the time that is named; a duration of nothing has no logarithm and cannot be fitted by a family.',
  },
  'inference-survival-no-end': {
    meaning: 'Nothing was seen to end, so that how long it lasts cannot be estimated.',
    remedy: 'Observe for longer, or take a distribution from elsewhere and say so.',
  },
  'inference-survival-open': {
    meaning: 'Some last longer than anything was seen to last; the curve does not say how long.',
    remedy: 'Give a distribution for what lasts beyond, or fit a family.',
  },
});
