import { randomStream } from '@gemel/numerics';
import { expect, test } from 'vitest';
import { particleMarginalChain } from '../../filter/particle-marginal.ts';
import { sampleNuts } from '../nuts-chains.ts';
import { sliceChain } from '../slice.ts';
import { ChainPool } from './chain-pool.ts';
import { correlated, estimated } from './density.fixture.ts';

const url = new URL('./density.fixture.ts', import.meta.url);
const seed = { seed: 4, path: ['pool'] };
const options = { warmUp: 100, draws: 150 };

test('the numbers are those of one thread, whatever the count of workers', async () => {
  const alone = sampleNuts(correlated(3), 3, randomStream(4, 'pool'), options);
  for (const workers of [1, 2, 4]) {
    const pool = new ChainPool({ url, export: 'correlated', data: 3 }, { workers });
    const progress: number[] = [];
    const together = await pool.nuts(3, seed, options, { onProgress: (share) => progress.push(share) });
    await pool.close();
    expect(together).toEqual(alone);
    expect(progress.at(-1)).toBe(1);
    expect(progress.length).toBeGreaterThan(50);
    expect(progress.every((share, i) => i === 0 || share >= progress[i - 1])).toBe(true);
  }
});

test('slice and particle marginal chains too', async () => {
  const starts = [Float64Array.of(0.5, 1), Float64Array.of(-1, 0)];
  const pool = new ChainPool({ url }, { workers: 2 });
  const slices = await pool.slice(starts, seed, options);
  await pool.close();
  starts.forEach((start, c) => {
    const one = [...sliceChain(correlated(0), start, randomStream(4, 'pool', 'chain', c), options)];
    expect(slices[c]).toEqual(one.slice(options.warmUp));
  });
  const particles = new ChainPool({ url, export: 'estimated' }, { workers: 1 });
  const scales = Float64Array.of(1);
  const [chain] = await particles.particleMarginal([Float64Array.of(0.5)], scales, seed, options);
  await particles.close();
  const one = [
    ...particleMarginalChain(estimated, Float64Array.of(0.5), scales, randomStream(4, 'pool', 'chain', 0), options),
  ];
  expect(chain).toEqual(one.slice(options.warmUp));
});

test('a run that is cancelled is rejected, and the pool goes on', async () => {
  const pool = new ChainPool({ url }, { workers: 2 });
  const abort = new AbortController();
  const cancelled = pool.nuts(
    4,
    seed,
    { warmUp: 100, draws: 1_000_000 },
    { signal: abort.signal, onProgress: () => abort.abort() },
  );
  await expect(cancelled).rejects.toThrow(/abort/i);
  const result = await pool.nuts(2, seed, options);
  expect(result.draws.values).toEqual(sampleNuts(correlated(0), 2, randomStream(4, 'pool'), options).draws.values);
  await pool.close();
});

test('a density that throws is named by chain and iteration, the same for any count of workers', async () => {
  const messages: string[] = [];
  for (const workers of [1, 3]) {
    const pool = new ChainPool({ url, export: 'throwing' }, { workers });
    const failed = await pool.nuts(3, seed, options).catch((error: unknown) => error);
    await pool.close();
    expect(failed).toMatchObject({ code: 'inference-chain-failed', where: { element: 'chain 0' } });
    messages.push((failed as Error).message);
  }
  expect(messages[0]).toMatch(/^Chain 0, after iteration \d+ \(warm-up\): TypeError: no value today$/);
  expect(messages[1]).toBe(messages[0]);
});

test('an error of the sampler keeps its code, and names the chain', async () => {
  const pool = new ChainPool({ url, export: 'nowhere' }, { workers: 1 });
  const failed = pool.nuts(2, seed, options);
  await expect(failed).rejects.toMatchObject({
    code: 'inference-density-not-finite',
    message: 'Chain 0: None of 100 starts in (−2, 2) has a finite log density and gradient.',
    where: { element: 'chain 0' },
  });
  await pool.close();
});

test('a module without a density is refused', async () => {
  const cases = [
    [{ url, export: 'missing' }, /exports no missing/],
    [{ url, export: 'nothing' }, /no dimension or no evaluate/],
    [{ url: new URL('./absent.ts', import.meta.url) }, /cannot be loaded/],
  ] as const;
  for (const [module, message] of cases) {
    const pool = new ChainPool(module, { workers: 1 });
    await expect(pool.nuts(1, seed, options)).rejects.toMatchObject({
      code: 'inference-chain-module',
      message: expect.stringMatching(message),
    });
    await pool.close();
  }
  expect(() => new ChainPool({ url }, { workers: 0 })).toThrow(/one worker or more/);
  const pool = new ChainPool({ url }, { workers: 1 });
  await expect(pool.nuts(0, seed, options)).rejects.toMatchObject({ code: 'inference-shape' });
  await pool.close();
});
