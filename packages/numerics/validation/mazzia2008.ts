import { auto } from '../ode/auto.ts';
import { bdf } from '../ode/bdf.ts';
import { rodas5p } from '../ode/rodas5p.ts';
import type { Solver } from '../ode/solver.ts';
import { type StiffProblem, stiffProblems } from '../ode/stiff-problems.data.ts';

/** Relative tolerance of each method, at which its error is well below what is claimed. */
const METHODS: readonly { readonly solver: Solver; readonly relative: number }[] = [
  { solver: rodas5p, relative: 1e-9 },
  { solver: bdf, relative: 1e-10 },
  { solver: auto, relative: 1e-9 },
];
const CLAIM = 1e-6;

/** The state at the end of the span; absolute tolerances in proportion to the published solution. */
function solve({ system, initial, end, reference }: StiffProblem, solver: Solver, relative: number): Float64Array {
  const absolute = reference.map((value) => 1e-2 * relative * Math.abs(value));
  const stepper = solver.start(system, 0, initial, { kind: 'adaptive', relative, absolute });
  while (stepper.t < end)
    if (stepper.step(end) !== 'stepped') return new Float64Array(reference.length).fill(Number.NaN);
  return stepper.y;
}

const rowName = (problem: StiffProblem, solver: Solver) => `${problem.name} by ${solver.name}: largest relative error`;
const componentName = (problem: StiffProblem, i: number) => `${problem.name} y${i + 1} by Rodas5P`;

export default {
  id: 'mazzia2008',
  title: 'Stiff problems of the IVP test set: state at the end of the span',
  citation:
    'Mazzia, Magherini. Test Set for Initial Value Problem Solvers, release 2.4. Department of Mathematics, University of Bari, 2008',
  data: [],
  slow: false,
  rows: stiffProblems.flatMap((problem) => [
    ...METHODS.map(({ solver }) => ({
      name: rowName(problem, solver),
      source: `${problem.name}, reference solution`,
      unit: '',
      expected: null,
      atMost: CLAIM,
    })),
    ...[...problem.reference].map((value, i) => ({
      name: componentName(problem, i),
      source: `${problem.name}, reference solution`,
      unit: '',
      expected: value,
      tolerance: CLAIM * Math.abs(value),
    })),
  ]),
  run(): Record<string, number> {
    const numbers: Record<string, number> = {};
    for (const problem of stiffProblems) {
      for (const { solver, relative } of METHODS) {
        const y = solve(problem, solver, relative);
        const errors = problem.reference.map((value, i) => Math.abs(y[i] - value) / Math.abs(value));
        numbers[rowName(problem, solver)] = errors.reduce((most, error) => Math.max(most, error), 0);
        if (solver === rodas5p) for (const [i, value] of y.entries()) numbers[componentName(problem, i)] = value;
      }
    }
    return numbers;
  },
};
