export { philox4x32, randomStream } from './random/philox.ts';
export type { RandomStream } from './random/stream.ts';
