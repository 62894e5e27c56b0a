import { MODEL_PARAMETERS } from './parameters.ts';

/** One row of the published cohort. */
export interface CohortPatient {
  readonly name: string;
  readonly parameters: Float64Array;
  /** Every column of vpatient_params.csv by its name. */
  readonly columns: Readonly<Record<string, number>>;
  readonly carbohydrateRatio: number;
  readonly correctionFactor: number;
  readonly age: number;
}

/**
 * The published cohort from the text of its two files (vpatient_params.csv and Quest.csv of jxx123/simglucose).
 * The files are not part of the project: studies and tests read them where they are at hand.
 */
export function readCohort(patients: string, quest: string): CohortPatient[] {
  const therapy = new Map(table(quest).map((row) => [row.Name, row]));
  return table(patients).map((row) => {
    const columns = Object.fromEntries(Object.entries(row).map(([name, text]) => [name, Number(text)]));
    const own = therapy.get(row.Name);
    return {
      name: row.Name,
      parameters: Float64Array.from(MODEL_PARAMETERS, (m) => columns[m.name]),
      columns,
      carbohydrateRatio: Number(own?.CR),
      correctionFactor: Number(own?.CF),
      age: Number(own?.Age),
    };
  });
}

function table(text: string): Record<string, string>[] {
  const [head, ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])));
}
