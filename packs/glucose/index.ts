export { agpReport, ambulatoryProfile } from './agp.ts';
export { episodes } from './episodes.ts';
export { type GlucoseMetrics, glucoseMetrics, timeShares } from './metrics.ts';
export { type Calibration, createGlucosePack, pack } from './pack.ts';
export { type Reading, readingsOf } from './readings.ts';
export { DEFAULT_POLICY, type GlucosePolicy } from './safety.ts';
