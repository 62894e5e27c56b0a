import type { CompartmentStructure, PopulationText } from './population-model.ts';

/** A population model of linear compartments. */
export interface CompartmentPopulation extends PopulationText {
  readonly compartments: CompartmentStructure;
}

const ORAL: CompartmentStructure = { depots: [1], central: 2, peripherals: [] };
const REFERENCE = { CL: 4, VC: 70, KA: 1 };
const SPREAD = { CL: 0.2, VC: 0.2, KA: 0.2 };
const SIGMA = { proportional: 0.05 };

/** Starting values in L/h and L for doses in mg and hours; `--theta`, `--omega` and `--sigma` set others. */
const GENERAL = { CL: 5, VC: 50 };
const EXCHANGE = { ...GENERAL, Q: 5, VP: 50 };
const TWO_EXCHANGES = { ...EXCHANGE, Q2: 2, VP2: 100 };
const wide = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 0.1]));
const general = (
  id: string,
  title: string,
  theta: Readonly<Record<string, number>>,
  compartments: CompartmentStructure,
) => ({
  id,
  title,
  theta,
  omega: wide(Object.keys(theta)),
  sigma: { proportional: 0.1 },
  compartments,
});

/**
 * Population models by name. `mapbayr-001` to `-008` are the reference models of Le Louedec and others 2021
 * (doi 10.1002/psp4.12689); the others are structures with values to start from.
 */
export const populationLibrary: readonly CompartmentPopulation[] = [
  general('one-compartment', 'One compartment', GENERAL, { depots: [], central: 1, peripherals: [] }),
  general('one-compartment-oral', 'One compartment, first-order absorption', { ...GENERAL, KA: 1 }, ORAL),
  general('two-compartment', 'Two compartments', EXCHANGE, { depots: [], central: 1, peripherals: [2] }),
  general(
    'two-compartment-oral',
    'Two compartments, first-order absorption',
    { ...EXCHANGE, KA: 1 },
    { depots: [1], central: 2, peripherals: [3] },
  ),
  general('three-compartment', 'Three compartments', TWO_EXCHANGES, { depots: [], central: 1, peripherals: [2, 3] }),
  general(
    'three-compartment-oral',
    'Three compartments, first-order absorption',
    { ...TWO_EXCHANGES, KA: 1 },
    { depots: [1], central: 2, peripherals: [3, 4] },
  ),
  {
    id: 'mapbayr-001',
    title: 'One compartment, first-order absorption',
    theta: REFERENCE,
    omega: SPREAD,
    sigma: SIGMA,
    compartments: ORAL,
  },
  {
    id: 'mapbayr-002',
    title: 'One compartment, infusion as the data say',
    theta: REFERENCE,
    omega: SPREAD,
    sigma: SIGMA,
    compartments: ORAL,
  },
  {
    id: 'mapbayr-003',
    title: 'One compartment, first-order absorption after a lag',
    theta: { ...REFERENCE, ALAG1: 1 },
    omega: { ...SPREAD, ALAG1: 0.2 },
    sigma: SIGMA,
    compartments: ORAL,
  },
  {
    id: 'mapbayr-004',
    title: 'One compartment, zero-order input of modelled duration',
    theta: { CL: 4, VC: 70, D2: 4 },
    omega: { CL: 0.2, VC: 0.2, D2: 0.2 },
    sigma: SIGMA,
    compartments: { depots: [], central: 2, peripherals: [] },
  },
  {
    id: 'mapbayr-005',
    title: 'One compartment, zero-order input into the depot, then first-order absorption',
    theta: { ...REFERENCE, D1: 1 },
    omega: { ...SPREAD, D1: 0.2 },
    sigma: SIGMA,
    compartments: ORAL,
  },
  {
    id: 'mapbayr-006',
    title: 'One compartment, first-order and zero-order absorption together',
    theta: { ...REFERENCE, D2: 4, F1: 0.2, F2: 0.8 },
    omega: { ...SPREAD, D2: 0.2 },
    sigma: SIGMA,
    compartments: ORAL,
  },
  {
    id: 'mapbayr-007',
    title: 'One compartment, two depots',
    theta: { CL: 4, VC: 70, KA1: 1, KA3: 0.25, F1: 0.2, F3: 0.8 },
    omega: { CL: 0.2, VC: 0.2, KA1: 0.2, KA3: 0.2 },
    sigma: SIGMA,
    compartments: { depots: [1, 3], central: 2, peripherals: [] },
  },
  {
    id: 'mapbayr-008',
    title: 'One compartment, first-order absorption, bioavailability on the logit scale',
    theta: { ...REFERENCE, F1: 0.5 },
    omega: { ...SPREAD, F1: 0.2 },
    scales: { F1: 'logit' },
    sigma: SIGMA,
    compartments: ORAL,
  },
];
