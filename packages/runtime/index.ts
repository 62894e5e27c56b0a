export type * from './dynamics.ts';
export type * from './hub.ts';
export type * from './pack.ts';
