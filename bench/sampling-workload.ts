import type { DifferentiableLogDensity } from '@gemel/inference/differentiable-log-density';
import { constrained } from '@gemel/inference/mcmc/constrained';
import { positive, real } from '@gemel/inference/mcmc/transform';
import { defineDensity } from '@gemel/modeling/density/density';
import { cauchy, normal } from '@gemel/modeling/density/families';
import { randomStream } from '@gemel/numerics';
import { glucosePosterior } from './sampling-glucose.ts';

/** A posterior that every sampler is given, with the same warm-up and draws. */
export interface SamplingWork {
  /** Name of its programs for peers. */
  readonly id: string;
  readonly name: string;
  readonly chains: number;
  readonly warmUp: number;
  readonly draws: number;
  /** Where chains begin, in free coordinates; absent: uniform on (−2, 2). */
  readonly start?: Float64Array;
  /** Peers of which only the gradient is timed, since sampling takes them minutes. */
  readonly gradientsOnly: readonly string[];
  /** What peers are told. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Builds the density; the time of it is told apart. */
  make(): SampledDensity;
}

export interface SampledDensity extends DifferentiableLogDensity {
  constrain(u: Float64Array): Float64Array;
}

/** Rubin, J. Educ. Stat. 6 (1981) 377, table 1. */
const EFFECTS = [28, 8, -3, 7, -1, 1, 18, 12];
const ERRORS = [15, 10, 16, 11, 9, 11, 10, 18];

const eightSchools: SamplingWork = {
  id: 'schools',
  name: 'Eight schools, non-centred',
  chains: 4,
  warmUp: 1000,
  draws: 2500,
  gradientsOnly: [],
  data: { y: EFFECTS, sigma: ERRORS },
  make() {
    const density = defineDensity({
      id: 'eight-schools',
      sets: { school: EFFECTS.length },
      parameters: { eta: 'school', mu: 1, tau: 1 },
      data: { y: ['school', EFFECTS], sigma: ['school', ERRORS] },
      definitions: { theta: 'mu + tau*eta' },
      terms: [normal('mu', 0, 5), cauchy('tau', 0, 5), normal('eta'), normal('y', 'theta', 'sigma')],
    });
    return constrained(density, [real(EFFECTS.length + 1), positive()]);
  },
};

/** Invented after the theophylline study: 12 subjects, a dose of 4 mg/kg by mouth, ten concentrations each. */
const SUBJECTS = 12;
const HOURS = [0.25, 0.5, 1, 2, 3.5, 5, 7, 9, 12, 24];
const TYPICAL = { ka: 0.45, CL: -3.2, V: -0.78 };

function concentrations(): { readonly dose: number[]; readonly y: number[] } {
  const random = randomStream(12, 'oral');
  const dose = Array.from({ length: SUBJECTS }, () => 4 + random.uniform());
  const y = dose.flatMap((amount) => {
    const ka = Math.exp(TYPICAL.ka + 0.6 * random.normal());
    const CL = Math.exp(TYPICAL.CL + 0.25 * random.normal());
    const V = Math.exp(TYPICAL.V + 0.15 * random.normal());
    const k = CL / V;
    return HOURS.map(
      (t) => ((amount * ka) / (V * (ka - k))) * (Math.exp(-k * t) - Math.exp(-ka * t)) + 0.5 * random.normal(),
    );
  });
  return { dose, y };
}

const subject = Array.from({ length: SUBJECTS * HOURS.length }, (_, i) => Math.floor(i / HOURS.length));
const hours = subject.map((_, i) => HOURS[i % HOURS.length]);
const { dose, y } = concentrations();

const oral: SamplingWork = {
  id: 'oral',
  name: 'Oral one-compartment PK, 12 subjects, 43 parameters',
  chains: 4,
  warmUp: 500,
  draws: 1000,
  gradientsOnly: [],
  data: { subject, hours, dose, y },
  make() {
    const density = defineDensity({
      id: 'oral',
      sets: { subject: SUBJECTS, sample: { subject } },
      parameters: {
        ...{ lka: 1, lCL: 1, lV: 1, zka: 'subject', zCL: 'subject', zV: 'subject' },
        ...{ ska: 1, sCL: 1, sV: 1, noise: 1 },
      },
      data: { dose: ['subject', dose], hours: ['sample', hours], y: ['sample', y] },
      definitions: {
        ka: 'exp(lka + ska*zka)',
        V: 'exp(lV + sV*zV)',
        k: 'exp(lCL + sCL*zCL)/V',
        scale: 'dose*ka/(V*(ka - k))',
        C: 'scale*(exp(-k*hours) - exp(-ka*hours))',
      },
      terms: [
        ...[normal('lka', 0.5, 1), normal('lCL', -3, 1), normal('lV', -0.7, 1)],
        ...['zka', 'zCL', 'zV', 'ska', 'sCL', 'sV', 'noise'].map((name) => normal(name)),
        normal('y', 'C', 'noise'),
      ],
    });
    return constrained(density, [real(3 + 3 * SUBJECTS), positive(4)]);
  },
};

const { data, make, dimension } = glucosePosterior();

const glucose: SamplingWork = {
  id: 'glucose',
  name: 'Glucose twin, a day of CGM, 7 personal parameters and noise',
  chains: 2,
  warmUp: 150,
  draws: 150,
  start: new Float64Array(dimension),
  gradientsOnly: ['stan', 'blackjax'],
  data,
  make,
};

export const SAMPLING: readonly SamplingWork[] = [eightSchools, oral, glucose];
