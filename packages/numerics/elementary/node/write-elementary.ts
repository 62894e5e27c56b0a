/** Writes elementary.ts from the kernels: `node packages/numerics/elementary/node/write-elementary.ts`, then format it. */
import { writeFileSync } from 'node:fs';
import { elementarySource } from '../source.ts';

writeFileSync(new URL('../elementary.ts', import.meta.url), elementarySource());
