import { readdirSync, readFileSync } from 'node:fs';
import type { Trajectory } from '@gemel/core';
import { packContract } from '@gemel/runtime/pack-contract';
import { describe, expect, it } from 'vitest';
import { type Case, hubOf, NOW, SUBJECT } from './fixtures/case.ts';
import { cooled } from './model.ts';
import { pack } from './pack.ts';
import { parameters } from './population.ts';

const file = (name: string) => new URL(`fixtures/${name}`, import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(file(name), 'utf8'));
const cases = readdirSync(new URL('fixtures/', import.meta.url))
  .filter((name) => name.endsWith('.input.json'))
  .map((name) => name.slice(0, -'.input.json'.length));

const fever = await hubOf(read('fever.input.json'));
packContract(pack, { history: await fever.history(SUBJECT, pack.id), now: NOW }, { describe, it });

/** What a case leads to, in the few things a person would look at. */
async function outcome(c: Case) {
  const hub = await hubOf(c);
  await hub.calibrate(SUBJECT, pack.id);
  const { advice } = await hub.advise(SUBJECT, pack.id);
  if (advice.kind === 'abstain') return { kind: advice.kind, code: advice.code };
  const { forecast } = advice.plans.find((plan) => plan.scenario.id === 'as-planned')!;
  const { levels, quantiles } = forecast.quantities.temperature as Trajectory;
  const at = (level: number) => near(quantiles[levels.indexOf(level)]![24]!);
  const inTwoHours = { low: at(0.05), median: at(0.5), high: at(0.95) };
  return { kind: advice.kind, first: advice.plans[0]!.scenario.id, inTwoHours };
}

/** Within 10^−0.5 / 2 = 0.16 Cel: the forecast is a sample of 300 members, drawn anew under every pack’s own name. */
const near = (value: number) => expect.closeTo(value, 0.5);

describe('fixtures', () => {
  it.each(cases)('%s leads where it is expected to', async (name) => {
    expect(read(`${name}.expected.json`)).toEqual(await outcome(read(`${name}.input.json`)));
  });
});

describe('model', () => {
  const typical = Float64Array.from(parameters, (p) => p.value);

  it('without a blanket ends at the set point, with one where both pulls are equal', () => {
    expect(cooled(36, 1000, typical, null)).toBeCloseTo(typical[0]!, 10);
    const end = cooled(36, 1000, typical, 10);
    expect(typical[1]! * (typical[0]! - end)).toBeCloseTo(-typical[2]! * (10 - end), 10);
  });

  it('two half hours are one hour', () => {
    expect(cooled(cooled(39, 0.5, typical, 15), 0.5, typical, 15)).toBeCloseTo(cooled(39, 1, typical, 15), 12);
  });
});
