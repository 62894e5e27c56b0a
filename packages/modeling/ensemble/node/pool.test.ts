import { expect, test } from 'vitest';
import { defineModel } from '../../model/define-model.ts';
import { ensemble } from '../ensemble.ts';
import { EnsemblePool } from './pool.ts';

const model = defineModel({
  id: 'pool',
  title: 'Pool',
  time: 'h',
  parameters: { k: '1 : /h : rate : test' },
  states: { x: '1 : 1 : amount : test', y: '0 : 1 : amount : test' },
  equations: { x: '-k*x*exp(-y)', y: 'k*x - k*y' },
});
const MEMBERS = 501;
const request = {
  members: MEMBERS,
  intervals: 40,
  every: 10,
  parameters: { k: Float64Array.from({ length: MEMBERS }, (_, i) => 0.1 + i / 100) },
};
const options = { step: 0.05 } as const;

test('the numbers are those of one thread, whatever the count of workers', async () => {
  const alone = ensemble(model, options).run(request);
  for (const workers of [1, 3]) {
    const pool = new EnsemblePool(model, options, { workers });
    const progress: number[] = [];
    const result = await pool.run(request, { onProgress: (fraction) => progress.push(fraction) });
    await pool.close();
    expect(result).toEqual(alone);
    expect(progress.at(-1)).toBe(1);
    expect(progress.length).toBeGreaterThan(5);
  }
});

test('a run that is cancelled is rejected, and the pool goes on', async () => {
  const pool = new EnsemblePool(model, options, { workers: 2 });
  const abort = new AbortController();
  const cancelled = pool.run(
    { ...request, intervals: 4000, every: 1000 },
    { signal: abort.signal, onProgress: () => abort.abort() },
  );
  await expect(cancelled).rejects.toThrow(/abort/i);
  const result = await pool.run(request);
  expect(result.values).toEqual(ensemble(model, options).run(request).values);
  await pool.close();
});

test('a closed pool refuses runs, those that wait for their turn too', async () => {
  const pool = new EnsemblePool(model, options, { workers: 1 });
  const begun = pool.run({ ...request, intervals: 40_000, every: 1000 }).catch((error) => error);
  const waiting = pool.run(request).catch((error) => error);
  await pool.close();
  const after = pool.run(request).catch((error) => error);
  expect(await begun).toBeInstanceOf(Error);
  for (const refused of [await waiting, await after]) expect(refused.code).toBe('ensemble-closed');
});
