export { type CalibrationStatement, calibrationWords } from './calibration-words.ts';
export { createHub } from './create-hub.ts';
export type * from './dynamics.ts';
export { runtimeErrors } from './errors.data.ts';
export type * from './hub.ts';
export { loadPack } from './load-pack.ts';
export type * from './pack.ts';
export { type ParticleChoice, particleAssimilator } from './particle.ts';
export { trajectories, trajectoryLoop } from './paths.ts';
