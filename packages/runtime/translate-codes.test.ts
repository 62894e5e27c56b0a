import { expect, test } from 'vitest';
import { inflow, testWorld, volume } from './fixtures/world.ts';
import type { Translate } from './translate-codes.ts';

const LOCAL = { system: 'urn:here', code: 'VOL' };
const VOLUME = volume(0, 1).codings[0]!;
const translate: Translate = ({ code }) =>
  code === 'VOL'
    ? [{ coding: VOLUME, by: 'urn:map' }]
    : code === 'IN'
      ? [{ coding: inflow(0, 1).codings[0]!, by: 'urn:map' }]
      : [];

async function after(items: Parameters<ReturnType<typeof testWorld>['take']>[0], how: Translate | undefined) {
  const world = testWorld({ translate: how });
  const { account } = await world.take(items);
  return { account, history: await world.hub.history('tank|1', 'tank') };
}

test('C3 a local code is read by a concept map, which is said and is no doubt of the value', async () => {
  const { account, history } = await after(
    [volume(-1, 5, { codings: [LOCAL] }), volume(0, 6, { codings: [LOCAL] })],
    translate,
  );
  expect(account).toMatchObject({ mapped: 2, kept: 0 });
  expect(account.problems.map(({ code }) => code)).toEqual(['admit-code-translated']);
  expect(account.problems[0]!.message).toMatch(/urn:here\|VOL.*urn:map.*2 times/);
  expect(history.observations).toHaveLength(2);
  const [first] = history.observations;
  expect(first).toMatchObject({ signal: 'volume', grade: 'good' });
  expect(first!.marks.map(({ code }) => code)).toEqual(['admit-code-translated']);
});

test('C3 without a map, or where the code is known, nothing is translated', async () => {
  expect((await after([volume(0, 5, { codings: [LOCAL] })], undefined)).account).toMatchObject({ mapped: 0, kept: 1 });
  const known = await after([volume(0, 5)], () => {
    throw new Error('asked without need');
  });
  expect(known.account).toMatchObject({ mapped: 1, problems: [] });
});

test('C3 controls are translated too', async () => {
  const given = { ...inflow(-1, 2), codings: [{ system: 'urn:here', code: 'IN' }] };
  const { account, history } = await after([volume(-2, 5), given], translate);
  expect(account.mapped).toBe(2);
  expect(history.controls).toHaveLength(1);
});

test('C3 codes that mean different things are not chosen between', async () => {
  const others = [VOLUME, { system: 'http://loinc.org', code: '2345-7' }];
  const { account } = await after([volume(0, 5, { codings: [LOCAL] })], () =>
    others.map((coding) => ({ coding, by: 'urn:map' })),
  );
  expect(account.mapped).toBe(0);
  expect(account.problems.map(({ code }) => code)).toContain('admit-code-ambiguous');
});
