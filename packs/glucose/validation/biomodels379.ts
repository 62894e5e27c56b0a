import { defineValidation } from '@gemel/core/validation';
import { compile } from '@gemel/modeling/codegen/compile';
import { readSbml } from '@gemel/modeling/sbml/read';
import { simulate } from '@gemel/modeling/simulate/simulate';
import { MEAL_STATES, simulateMeal } from '../dallaman.ts';

const FILE = 'reference/BIOMD0000000379.xml';
const MINUTES = Array.from({ length: 85 }, (_, i) => 5 * i);

/** The document's names of the pack's states, in the pack's order. */
const STATES = ['G_p', 'G_t', 'I_l', 'I_p', 'Q_sto1', 'Q_sto2', 'Q_gut', 'I_1', 'I_d', 'X', 'I_po', 'Y'];
const DERIVED = { G: 'glucose', I: 'insulin', Ra: 'appearance', EGP: 'production' } as const;

/** Greatest difference as a share of the largest value of the series. */
function difference(found: Float64Array, expected: Float64Array): number {
  const size = Math.max(...expected.map(Math.abs));
  return Math.max(...found.map((value, i) => Math.abs(value - expected[i]!))) / size;
}

export default defineValidation({
  id: 'biomodels379',
  title:
    'BioModels 379 read from SBML beside the pack’s own equations: a meal of 78 g in a subject of 78 kg, every 5 min',
  citation: 'Dalla Man, Rizza, Cobelli, IEEE Trans Biomed Eng 2007;54:1740-1749; BioModels BIOMD0000000379 (CC0)',
  data: [FILE],
  slow: false,
  rows: [
    ...[...Object.values(DERIVED), ...MEAL_STATES.map(({ name }) => name)].map((name) => ({
      name: `${name}, greatest difference of its largest value`,
      source: 'this pack, form biomodels379',
      unit: '1',
      expected: 0,
      tolerance: 1e-7,
    })),
    { name: 'glucose peak', source: 'BioModels 379, every 5 min', unit: 'mg/dL', expected: 163.94, tolerance: 0.01 },
    { name: 'insulin peak', source: 'BioModels 379, every 5 min', unit: 'pmol/L', expected: 259.31, tolerance: 0.01 },
  ],
  run({ read }) {
    const { model, species } = readSbml(new TextDecoder().decode(read(FILE)), { file: FILE });
    const states = STATES.map((id) => species.get(id)!.amount);
    const names = [...Object.keys(DERIVED), ...states];
    const result = simulate(compile(model), {
      times: Float64Array.from(MINUTES),
      outputs: names,
      relative: 1e-10,
      absolute: 1e-10,
    });
    const series = (name: string) => {
      const at = result.names.indexOf(name) * MINUTES.length;
      return result.values.subarray(at, at + MINUTES.length);
    };
    const own = simulateMeal('normal', { carbohydrate: 78, weight: 78 }, MINUTES, 'biomodels379');
    const found: Record<string, number> = {
      'glucose peak': Math.max(...series('G')),
      'insulin peak': Math.max(...series('I')),
    };
    const compare = (label: string, name: string, expected: Float64Array) => {
      found[`${label}, greatest difference of its largest value`] = difference(series(name), expected);
    };
    for (const [name, label] of Object.entries(DERIVED)) compare(label, name, own[label]);
    states.forEach((name, i) => {
      compare(
        MEAL_STATES[i]!.name,
        name,
        Float64Array.from(own.states, (y) => y[i]!),
      );
    });
    return found;
  },
});
