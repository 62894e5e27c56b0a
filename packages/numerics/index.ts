export { indexedDraws, philox4x32, randomStream } from './random/philox.ts';
export type { IndexedDraws, RandomStream } from './random/stream.ts';
