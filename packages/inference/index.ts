export * as adaptiveConformal from './conformal/adaptive.ts';
export {
  type ConformalQuantile,
  conformalQuantile,
  conformalRank,
  coverageRange,
  fewestPoints,
} from './conformal/conformal-rank.ts';
export * from './conformal/jackknife-plus.ts';
export * from './conformal/split.ts';
export * from './diagnose/convergence.ts';
export * from './diagnose/effective-draws.ts';
export * from './diagnose/forecast-calibration.ts';
export * from './diagnose/leave-one-out.ts';
export * from './diagnose/posterior-predictive.ts';
export * from './diagnose/rank-uniformity.ts';
export * from './diagnose/scores.ts';
export * from './diagnose/simulation-calibration.ts';
export * from './diagnose/standard-normal.ts';
export * from './diagnose/summary.ts';
export * from './differentiable-log-density.ts';
export * from './errors.data.ts';
export * as ensembleFilter from './filter/ensemble-filter.ts';
export * from './filter/ensemble-kalman.ts';
export * as fixedLag from './filter/fixed-lag.ts';
export * from './filter/gaussian-state.ts';
export * from './filter/guide.ts';
export * as iteratedSmoother from './filter/iterated-smoother.ts';
export * as kalmanFilter from './filter/kalman.ts';
export * as liuWest from './filter/liu-west.ts';
export * from './filter/localisation.ts';
export * from './filter/observation.ts';
export * as particleFilter from './filter/particle.ts';
export * as particleMarginal from './filter/particle-marginal.ts';
export * from './filter/robust.ts';
export * from './filter/schedule.ts';
export * from './filter/status.ts';
export * from './filter/transition.ts';
export * as unscentedFilter from './filter/unscented.ts';
export type * from './log-density.ts';
export * as covarianceAdaptation from './map/covariance-adaptation.ts';
export * from './map/laplace.ts';
export * as levenbergMarquardt from './map/levenberg-marquardt.ts';
export * as limitedMemoryBfgs from './map/limited-memory-bfgs.ts';
export * from './map/multi-start.ts';
export * from './map/profile.ts';
export * from './mcmc/constrained.ts';
export * from './mcmc/draws.ts';
export * as ensembleChains from './mcmc/ensemble.ts';
export { type EnsembleSample, type SweepOptions, sampleEnsemble } from './mcmc/ensemble-sample.ts';
export * from './mcmc/moves.ts';
export * as nuts from './mcmc/nuts.ts';
export * from './mcmc/nuts-chains.ts';
export * as slice from './mcmc/slice.ts';
export * from './mcmc/stretch.ts';
export * from './mcmc/transform.ts';
export * as alternatingLinear from './population/alternating-linear.ts';
export * from './population/conditional-mode.ts';
export * from './population/errors.data.ts';
export * from './population/importance-likelihood.ts';
export type { Kink } from './population/kinks.ts';
export * as maximumLikelihood from './population/maximum-likelihood.ts';
export * from './population/mean-design.ts';
export * from './population/objective.ts';
export * from './population/parameters.ts';
export * from './population/population.ts';
export * from './population/prediction-errors.ts';
export * as saem from './population/saem.ts';
export * from './population/saem-drift.ts';
export * from './population/shrinkage.ts';
export * from './population/simulation.ts';
export * as standardErrors from './population/standard-errors.ts';
export * from './population/visual-check.ts';
export * from './population/visual-check-bins.ts';
export * from './problem.ts';
export { countedDensity, type DensityCounts } from './result/density-counts.ts';
export * from './result/posterior.ts';
export {
  chainsPosterior,
  ensemblePosterior,
  importancePosterior,
  type Naming,
  nutsPosterior,
  temperedPosterior,
} from './result/sampled-posterior.ts';
export * from './sensitivity/identifiability.ts';
export * from './sensitivity/inputs.ts';
export * from './sensitivity/morris.ts';
export * from './sensitivity/sobol-indices.ts';
export * from './series/autoregressive.ts';
export * as adaptiveImportance from './smc/adaptive-importance.ts';
export * from './smc/pareto-smoothing.ts';
export * from './smc/proposal.ts';
export * from './smc/resampling.ts';
export * from './smc/resampling-schemes.ts';
export * from './smc/tempered-sample.ts';
export * as tempering from './smc/tempering.ts';
export * from './smc/weights.ts';
export type * from './state-space.ts';
export * from './survival/accelerated.ts';
export * from './survival/kaplan-meier.ts';
export type { ObservedTime } from './survival/observed-time.ts';
