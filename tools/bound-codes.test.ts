import { BOUND_CODES } from '@gemel/exchange/terminology/bound-codes.data';
import { expect, test } from 'vitest';
import { boundCodes } from './node/bound-codes.ts';

test('what terminology knows without a release is what the packs bind (node tools/node/bound-codes.ts)', async () => {
  const known = Object.entries(BOUND_CODES).flatMap(([system, rows]) =>
    rows.map(([code, display]) => ({ system, code, ...(display === null ? {} : { display }) })),
  );
  expect(known).toEqual(await boundCodes());
});
