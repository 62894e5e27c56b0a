export * from './concept.ts';
export type * from './distribution.ts';
export * from './error.ts';
export * from './forecast.ts';
export type * from './observation.ts';
export * from './quantity.ts';
export type * from './raw.ts';
export * from './time.ts';
export * from './work.ts';
