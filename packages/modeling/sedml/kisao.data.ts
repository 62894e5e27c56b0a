import type { StochasticMethod } from '../stochastic/runs.ts';

/** What runs an experiment here. `auto`: by differential equations, the method chosen by stiffness. */
export type KisaoMethod =
  | { readonly kind: 'ode'; readonly method: string | 'auto' }
  | { readonly kind: 'stochastic'; readonly method: StochasticMethod };

interface KisaoTerm {
  readonly name: string;
  /** Numbers of the terms that this one is a kind of. */
  readonly parents: readonly number[];
  readonly runs?: KisaoMethod;
}

const ode = (method: string): KisaoMethod => ({ kind: 'ode', method });
const stochastic = (method: StochasticMethod): KisaoMethod => ({ kind: 'stochastic', method });

/**
 * Algorithms of the Kinetic Simulation Algorithm Ontology (KiSAO 2.34, https://github.com/SED-ML/KiSAO), as far as they are kinds
 * of ODE solver, multistep method or Gillespie-like method. A term without `runs` is run by the nearest above it that has one.
 */
export const KISAO: Readonly<Record<number, KisaoTerm>> = {
  694: { name: 'ODE solver', parents: [], runs: ode('auto') },
  94: { name: 'Livermore solver', parents: [694] },
  71: { name: 'LSODE', parents: [94] },
  88: { name: 'LSODA', parents: [94] },
  89: { name: 'LSODAR', parents: [94] },
  90: { name: 'LSODI', parents: [94] },
  91: { name: 'LSODIS', parents: [94] },
  93: { name: 'LSODPK', parents: [94] },
  232: { name: 'LSOIBT', parents: [94] },
  233: { name: 'LSODES', parents: [94] },
  234: { name: 'LSODKR', parents: [94] },
  560: { name: 'LSODA/LSODAR hybrid method', parents: [94] },
  377: { name: 'one-step method', parents: [694] },
  64: { name: 'Runge-Kutta based method', parents: [377] },
  32: { name: 'explicit fourth-order Runge-Kutta method', parents: [64], runs: ode('rk4') },
  33: { name: 'Rosenbrock method', parents: [64], runs: ode('rodas5p') },
  668: { name: 'Numerical Recipes in C "stiff" Rosenbrock method', parents: [33] },
  302: { name: 'embedded Runge-Kutta method', parents: [64], runs: ode('tsit5') },
  290: { name: 'Merson method', parents: [302] },
  303: { name: 'Zonneveld method', parents: [302] },
  305: { name: 'Verner method', parents: [302], runs: ode('vern7') },
  435: { name: 'embedded Runge-Kutta 5(4) method', parents: [302], runs: ode('tsit5') },
  86: { name: 'Fehlberg method', parents: [435] },
  607: { name: 'hierarchical Fehlberg method', parents: [86] },
  87: { name: 'Dormand-Prince method', parents: [435] },
  321: { name: 'Cash-Karp method', parents: [435] },
  434: { name: 'Higham-Hall method', parents: [435] },
  436: { name: 'Dormand-Prince 8(5,3) method', parents: [302] },
  609: { name: 'embedded Runge-Kutta Prince-Dormand (8,9) method', parents: [302] },
  304: { name: 'Radau method', parents: [64] },
  261: { name: 'Euler method', parents: [377] },
  30: { name: 'Euler forward method', parents: [261] },
  31: { name: 'Euler backward method', parents: [261] },
  379: { name: 'Bulirsch-Stoer algorithm', parents: [377] },
  433: { name: 'CVODE-like method', parents: [694] },
  19: { name: 'CVODE', parents: [433] },
  20: { name: 'PVODE', parents: [433] },
  496: { name: 'CVODES', parents: [433] },
  535: { name: 'VODE', parents: [433] },
  536: { name: 'ZVODE', parents: [433] },
  281: { name: 'multistep method', parents: [], runs: ode('auto') },
  288: { name: 'backward differentiation formula', parents: [281], runs: ode('bdf') },
  289: { name: 'Adams method', parents: [281] },
  279: { name: 'Adams-Bashforth method', parents: [289] },
  280: { name: 'Adams-Moulton method', parents: [289] },
  364: { name: 'Adams predictor-corrector method', parents: [289] },
  241: { name: 'Gillespie-like method', parents: [], runs: stochastic('ssa') },
  15: { name: 'Gillespie first reaction algorithm', parents: [241] },
  29: { name: 'Gillespie direct algorithm', parents: [241], runs: stochastic('direct') },
  27: { name: 'Gibson-Bruck next reaction algorithm', parents: [241] },
  586: { name: 'Gibson-Bruck next reaction algorithm with indexed priority queue', parents: [27] },
  38: { name: 'sorting stochastic simulation algorithm', parents: [241] },
  329: {
    name: 'constant-time kinetic Monte Carlo algorithm',
    parents: [241],
    runs: stochastic('composition-rejection'),
  },
  610: {
    name: 'composite-rejection stochastic simulation algorithm',
    parents: [241],
    runs: stochastic('composition-rejection'),
  },
  39: { name: 'tau-leaping method', parents: [241], runs: stochastic('tau-leap') },
  40: { name: 'Poisson tau-leaping method', parents: [39] },
  84: { name: 'nonnegative Poisson tau-leaping method', parents: [39] },
  74: { name: 'binomial tau-leaping method', parents: [39] },
  81: { name: 'estimated midpoint tau-leaping method', parents: [39] },
  45: { name: 'implicit tau-leaping method', parents: [39] },
  48: { name: 'adaptive explicit-implicit tau-leaping method', parents: [39] },
};

/** Parameters of algorithms that are read. */
export const PARAMETERS = {
  relative: 209,
  absolute: 211,
  epsilon: 228,
  mostSteps: 415,
  step: 483,
  seed: 488,
  runs: 498,
} as const;

/** Parameters that tune another program's own machinery: without them the run is as exact as asked. */
export const TUNING: ReadonlySet<number> = new Set([
  467, 469, 475, 476, 477, 478, 479, 480, 481, 482, 484, 485, 216, 219, 220, 242, 243, 415, 559, 571, 656, 670, 671,
  665, 666,
]);

/** What variables of SED-ML Level 1 Version 4 may ask of a species by `term`. */
export const TERMS = { amount: 836, concentration: 838 } as const;

export function kisaoId(number: number): string {
  return `KISAO:${String(number).padStart(7, '0')}`;
}

/** The number of a KiSAO identifier; null where it is none. */
export function kisaoNumber(id: string): number | null {
  const digits = /^(?:https?:\/\/identifiers\.org\/(?:biomodels\.)?kisao\/)?KISAO[:_](\d{7})$/i.exec(id.trim())?.[1];
  return digits === undefined ? null : Number(digits);
}
