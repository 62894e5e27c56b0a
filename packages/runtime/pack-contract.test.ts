import { describe, expect, it } from 'vitest';
import { network } from './fixtures/network.ts';
import { queue } from './fixtures/queue.ts';
import { tank } from './fixtures/tank.ts';
import { exampleOf } from './fixtures/world.ts';
import type { Pack } from './pack.ts';
import { loadPack, packChecks, packContract } from './pack-contract.ts';
import { viewOf } from './view.ts';

for (const pack of [tank, queue, network]) packContract(pack as Pack<unknown>, await exampleOf(pack), { describe, it });

const example = await exampleOf(tank);

/** Names of the checks a pack fails. */
function failing(pack: Pack<unknown>): readonly string[] {
  return packChecks(pack, example).flatMap((check) => {
    try {
      check.run();
      return [];
    } catch {
      return [check.name.slice(0, 2)];
    }
  });
}

describe('pack contract', () => {
  const any = tank as Pack<unknown>;
  const { dynamics } = any;

  it('finds nothing to fault in a sound pack', () => expect(failing(any)).toEqual([]));

  it.each<[string, string, Partial<Pack<unknown>>]>([
    ['P1', 'no rewards', { rewards: [] }],
    ['P2', 'a parameter without a source', { parameters: any.parameters.map((p) => ({ ...p, source: '' })) }],
    ['P2', 'a personal parameter without its prior spread', { parameters: any.parameters.map(({ sd: _, ...p }) => p) }],
    ['P3', 'two limits of one name', { limits: [...any.limits, any.limits[0]!] }],
    ['P4', 'a unit that is not UCUM', { observes: any.observes.map((b) => ({ ...b, unit: 'litres' })) }],
    [
      'P5',
      'a prediction under the code of the measurement',
      { quantities: any.quantities.map((q) => ({ ...q, code: { codings: any.observes[0]!.codings } })) },
    ],
    [
      'P6',
      'a score of a signal it does not need',
      { scores: [{ quantity: 'volume', signal: 'other', leadsMinutes: [15] }] },
    ],
    [
      'P7',
      'values shown in a unit they are not kept in',
      { view: { ...viewOf(any), units: [{ unit: 'furlong', factor: 1, decimals: 0 }] } },
    ],
    ['P7', 'a curve that is not foretold', { view: { ...viewOf(any), quantity: 'nothing' } }],
    [
      'D2',
      'dynamics that change the state they are given',
      {
        dynamics: {
          ...dynamics,
          advance(state, ...rest) {
            const next = dynamics.advance(state, ...rest) as { volume: number };
            (state as { volume: number }).volume = next.volume;
            return next;
          },
        },
      },
    ],
    [
      'D3',
      'a snapshot that loses precision',
      {
        dynamics: {
          ...dynamics,
          restore(bytes) {
            const state = dynamics.restore(bytes) as { at: number; volume: number };
            return { ...state, volume: Math.fround(state.volume) };
          },
        },
      },
    ],
    [
      'D5',
      'a batch that draws other numbers than the loop',
      {
        dynamics: {
          ...dynamics,
          trajectories: (request) => dynamics.trajectories!({ ...request, random: request.random.fork('other') }),
        },
      },
    ],
    [
      'L1',
      'a limit that clips without end',
      {
        limits: [
          ...any.limits,
          {
            name: 'endless',
            title: 'Endless',
            apply: (controls) => ({
              verdict: { limit: 'endless', title: 'Endless', verdict: 'clipped', message: 'Half.' },
              controls: controls.map((c) => ({ ...c, value: { ...c.value, value: c.value.value / 2 } })),
            }),
          },
        ],
      },
    ],
    ['L2', 'limits that bind nothing', { limits: [] }],
    ['S1', 'readiness without data', { readiness: () => ({ ready: true, missing: [] }) }],
    ['S3', 'proposals without end', { propose: () => [{ id: `${Math.random()}`, title: 'x', controls: [] }] }],
    [
      'S4',
      'a decision that depends on luck',
      {
        decide: (situation, plans, pathsOf) => ({
          ...any.decide(situation, plans, pathsOf),
          statement: `${Math.random()}`,
        }),
      },
    ],
  ])('%s fails %s', (rule, _, part) => {
    expect(failing({ ...any, ...part })).toContain(rule);
  });

  it('loadPack refuses an incomplete pack and names the component', () => {
    expect(loadPack(tank)).toBe(tank);
    const { assimilator: _, ...rest } = tank;
    const refused = (candidate: unknown) => {
      try {
        loadPack(candidate);
      } catch (error) {
        return error;
      }
      return null;
    };
    expect(refused(rest)).toMatchObject({
      code: 'pack-incomplete',
      where: { element: 'digital state', field: 'assimilator' },
    });
    expect(refused({ ...tank, dynamics: { ...tank.dynamics, restore: undefined } })).toMatchObject({
      where: { element: 'physical state' },
    });
    expect(refused({ ...tank, controls: [] })).toMatchObject({ where: { element: 'control inputs' } });
    expect(refused(undefined)).toMatchObject({ code: 'pack-incomplete' });
  });
});
