import { after, finish, type Instant, MINUTE } from '@gemel/core';
import type { ValidationNumbers, ValidationRow } from '@gemel/core/validation';
import { randomStream } from '@gemel/numerics/random/philox';
import { calibrate } from './calibrate.ts';
import { generatePatient, type Perturbation } from './generate.ts';
import { generatedHistory } from './generated-history.ts';
import { AGE_GROUPS, populationPrior, toSampling, VARIED } from './population.ts';
import { PERSONAL } from './priors.ts';

/** Hours of record each patient leaves: a day, a night, a day. */
const HOURS = 36;
/** Asked of the coverage of every 90 % interval, %. */
const BAND = { atLeast: 87, atMost: 93 } as const;
/** Posterior SD over prior SD from which a parameter is called hardly learnt. */
const HARDLY = 0.9;

/** The rows of a recovery study: per personal parameter the coverage of its 90 % interval, and posterior over prior SD. */
export function recoveryRows(): ValidationRow[] {
  return [
    { name: 'patients', source: 'generated', unit: '1', expected: null, atLeast: 400 },
    ...PERSONAL.map((name) => ({
      name: `${name}: in the 90 % interval`,
      source: 'asked for',
      unit: '%',
      expected: null,
      ...BAND,
    })),
    ...PERSONAL.map((name) => ({
      name: `${name}: posterior SD / prior SD`,
      source: 'generated',
      unit: '1',
      expected: null,
    })),
    { name: 'personal parameters hardly learnt (over 0.9)', source: 'generated', unit: '1', expected: null },
    { name: 'all sampled parameters: in the 90 % interval', source: 'generated', unit: '%', expected: null },
  ];
}

/**
 * Truths drawn from the prior, records generated with another solver than the twin's, each calibrated by the pack as it stands:
 * how often the truth lies in the central 90 % interval of its posterior, and how far the posterior narrows (means over patients
 * on the sampling scale). Body weight is known and left out. Patients' age groups alternate.
 */
export function recover(
  patients: number,
  firstSeed: number,
  start: Instant,
  perturbation: Perturbation,
): ValidationNumbers {
  const inside = new Map<string, number>();
  const ratio = new Map<string, number>();
  const add = (sums: Map<string, number>, name: string, value: number) => sums.set(name, (sums.get(name) ?? 0) + value);
  for (let i = 0; i < patients; i++) {
    const group = AGE_GROUPS[i % AGE_GROUPS.length]!;
    const patient = generatePatient({ seed: firstSeed + i, start, days: Math.ceil(HOURS / 24), group, perturbation });
    const at = after(start, (HOURS * 60 - 5) * MINUTE);
    const belief = finish(calibrate(generatedHistory(patient, at), at, randomStream(firstSeed + i, 'recovery')));
    const truth = toSampling(patient.truth.parameters);
    const members = belief.members.map((member) => toSampling(member.parameters));
    const prior = populationPrior(group);
    VARIED.forEach((name, j) => {
      const values = members.map((z) => z[j]!);
      const below = (values.filter((v) => v < truth[j]!).length + 0.5) / (values.length + 1);
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
      const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
      add(inside, name, below >= 0.05 && below <= 0.95 ? 1 : 0);
      add(ratio, name, Math.sqrt(variance) / prior.sd[j]!);
    });
  }
  const share = (name: string) => (100 * inside.get(name)!) / patients;
  const narrowed = (name: string) => ratio.get(name)! / patients;
  const sampled = VARIED.filter((name) => name !== 'BW');
  return {
    patients,
    ...Object.fromEntries(PERSONAL.map((name) => [`${name}: in the 90 % interval`, share(name)])),
    ...Object.fromEntries(PERSONAL.map((name) => [`${name}: posterior SD / prior SD`, narrowed(name)])),
    'personal parameters hardly learnt (over 0.9)': PERSONAL.filter((name) => narrowed(name) > HARDLY).length,
    'all sampled parameters: in the 90 % interval':
      sampled.reduce((sum, name) => sum + share(name), 0) / sampled.length,
  };
}
