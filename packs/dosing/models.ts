import type { ModelRow, Outlook } from '@gemel/runtime/pack';
import { candidatesOf } from './candidates.ts';
import type { Drug, DrugModel } from './drug.ts';
import { memberLayout } from './dynamics.ts';
import type { DosingState } from './fed-dynamics.ts';
import { covariatesOf } from './record.ts';

/** What models are compared by, where they have it. */
const COMPARED = [
  { name: 'CL', title: 'Clearance', unit: 'L/h' },
  { name: 'VC', title: 'Central volume', unit: 'L' },
] as const;

/** Every model of the drug: whether it may speak of this patient, how much the levels leave it, and what it makes of them. */
export function modelsOf(drug: Drug) {
  const layout = memberLayout(drug);
  return ({ belief, history, now }: Outlook<DosingState>): readonly ModelRow[] => {
    const covariates = covariatesOf(history, now).at(-1)!.values;
    const rows = candidatesOf(drug, covariates).map(({ model, used, reasons }, number): ModelRow => {
      const weight = belief?.diagnostics.numbers[`probability ${model.id}`];
      const own = (belief?.members ?? []).filter(({ parameters }) => layout.model(parameters) === number);
      const typical = used ? typicalOf(model, covariates) : {};
      return {
        id: model.id,
        title: model.title,
        citation: model.citation,
        population: `${model.population} (${model.subjects})`,
        weight: weight ?? null,
        used,
        reasons,
        values: COMPARED.filter(({ name }) => typical[name] !== undefined).map(({ name, title, unit }) => {
          const sorted = Float64Array.from(own, ({ parameters }) => layout.values(parameters)[name]).sort();
          const at = (level: number) => sorted[Math.min(sorted.length - 1, Math.floor(level * sorted.length))] ?? null;
          return { name, title, unit, expected: typical[name], median: at(0.5), low: at(0.05), high: at(0.95) };
        }),
      };
    });
    return rows.toSorted((a, b) => Number(b.used) - Number(a.used) || (b.weight ?? 0) - (a.weight ?? 0));
  };
}

function typicalOf(
  model: DrugModel,
  covariates: Parameters<DrugModel['typical']>[1],
): Readonly<Record<string, number>> {
  const theta = Object.fromEntries(model.theta.map(({ name, value }) => [name, value]));
  const typical = model.typical(theta, covariates);
  return model.derived?.(typical) ?? typical;
}
