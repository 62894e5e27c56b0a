import { extname } from 'node:path';
import { compile } from '@gemel/modeling/codegen/compile';
import { type Dataset, readDataset } from '@gemel/modeling/dataset/read-dataset';
import type { Model } from '@gemel/modeling/model/model';
import { compartmentSubjects, type NumericSubject } from '@gemel/modeling/population/compartment-subjects';
import { equationSubjects } from '@gemel/modeling/population/equation-subjects';
import { populationLibrary } from '@gemel/modeling/population/library.data';
import {
  type CompartmentStructure,
  definePopulation,
  type OmegaText,
  type PopulationModel,
  type PopulationText,
} from '@gemel/modeling/population/population-model';
import { cliErrors } from '../errors.data.ts';
import { importModule, readText } from './given-file.ts';
import { readModelSource } from './model-source.ts';

/** A population model and how the subjects of a data set stand under it. */
export interface PopulationSource {
  readonly model: PopulationModel;
  subjects(data: Dataset, file: string): readonly NumericSubject[];
}

/** What the command line sets in place of the model's own values. */
export interface PopulationSettings {
  readonly theta: Readonly<Record<string, number>>;
  readonly omega: Readonly<Record<string, number>>;
  readonly sigma: Readonly<Record<string, number>>;
  readonly output?: string;
}

/** What a module may export beside its model. */
interface Exported extends Partial<Omit<PopulationText, 'omega'>> {
  readonly model?: Model;
  readonly compartments?: CompartmentStructure;
  readonly output?: string;
  readonly omega?: OmegaText | readonly number[] | readonly (readonly number[])[];
}

/**
 * A built-in model by name, or a module: it exports a model (`defineModel`) or `compartments`, with theta, omega and sigma.
 * @throws cli-model-unreadable, cli-option-unreadable, population-model
 */
export async function readPopulationSource(name: string, settings: PopulationSettings): Promise<PopulationSource> {
  const builtIn = populationLibrary.find(({ id }) => id === name);
  if (builtIn !== undefined) return compartmentSource(builtIn, builtIn.compartments, settings);
  if (!/^\.[cm]?[jt]s$/.test(extname(name))) {
    const names = populationLibrary.map(({ id }) => id).join(', ');
    throw cliErrors.error('cli-model-unreadable', `${name} is neither a module nor one of ${names}`, { file: name });
  }
  const exported: Exported & { readonly default?: Exported } = await importModule(name);
  const inner = typeof exported.default === 'object' && exported.default !== null ? exported.default : {};
  const found: Exported = { ...exported, ...('states' in inner ? {} : inner) };
  const { theta, omega, sigma } = found;
  if (theta === undefined || omega === undefined || sigma === undefined || typeof sigma !== 'object') {
    const message = `${name} exports no ${theta === undefined ? 'theta' : omega === undefined ? 'omega' : 'sigma of variances { proportional, additive }'}`;
    throw cliErrors.error(
      'cli-model-unreadable',
      message,
      { file: name },
      'Export theta, omega and sigma beside the model.',
    );
  }
  if (Array.isArray(theta)) {
    const message = `${name} exports theta as a list`;
    throw cliErrors.error(
      'cli-model-unreadable',
      message,
      { file: name },
      'Name each typical value: theta = { CL: 4, VC: 70 }.',
    );
  }
  const { scales, covariates, occasions, title = name } = found;
  const text: PopulationText = {
    id: found.id ?? name,
    title,
    theta,
    omega: omegaOf(omega, Object.keys(theta), name),
    sigma,
    ...(scales && { scales }),
    ...(covariates && { covariates }),
    ...(occasions && { occasions }),
  };
  if (found.compartments !== undefined) return compartmentSource(text, found.compartments, settings);
  const equations = found.model ?? (await readModelSource(name)).model;
  const output = settings.output ?? found.output ?? equations.outputs[0];
  if (output === undefined || (equations.outputs.length !== 1 && !settings.output && !found.output)) {
    const message = `${name}: which of ${equations.outputs.join(', ')} is observed?`;
    throw cliErrors.error(
      'cli-option-unreadable',
      message,
      { file: name },
      'Name it: --output C, or export const output.',
    );
  }
  const model = definePopulation(withSettings(text, settings));
  const compiled = compile(equations);
  return { model, subjects: (data, file) => equationSubjects(model, { model: compiled, output }, data, file) };
}

/** @throws cli-file-unreadable, and what the reader throws */
export async function readDataFile(
  path: string,
  options: { readonly columns: Readonly<Record<string, string>>; readonly ignore?: string },
): Promise<Dataset> {
  const text = await readText(path);
  return readDataset(text, { file: path, ...options });
}

function compartmentSource(
  text: PopulationText,
  compartments: CompartmentStructure,
  settings: PopulationSettings,
): PopulationSource {
  const model = definePopulation(withSettings(text, settings));
  return { model, subjects: (data, file) => compartmentSubjects(model, compartments, data, file) };
}

/** Lists and matrices stand for the first names of theta. */
function omegaOf(omega: NonNullable<Exported['omega']>, names: readonly string[], file: string): OmegaText {
  if (!Array.isArray(omega)) return omega as OmegaText;
  if (omega.length > names.length) {
    throw cliErrors.error('cli-model-unreadable', `${file}: omega has more rows than theta has names`, { file });
  }
  const own = names.slice(0, omega.length);
  if (omega.every((row) => typeof row === 'number')) {
    return Object.fromEntries(own.map((name, i) => [name, omega[i] as number]));
  }
  return { names: own, matrix: omega as readonly (readonly number[])[] };
}

function withSettings(text: PopulationText, { theta, omega, sigma }: PopulationSettings): PopulationText {
  const unknown = Object.keys(theta).find((name) => !(name in text.theta));
  if (unknown !== undefined) {
    throw cliErrors.error(
      'cli-option-unreadable',
      `--theta ${unknown}: theta has ${Object.keys(text.theta).join(', ')}`,
      {},
    );
  }
  const part = Object.keys(sigma).find((name) => name !== 'proportional' && name !== 'additive');
  if (part !== undefined) {
    throw cliErrors.error('cli-option-unreadable', `--sigma ${part}: sigma has proportional and additive`, {});
  }
  const isMatrix = 'matrix' in text.omega;
  if (isMatrix && Object.keys(omega).length > 0) {
    throw cliErrors.error('cli-option-unreadable', '--omega: the model gives a full covariance; change it there', {});
  }
  return {
    ...text,
    theta: { ...text.theta, ...theta },
    omega: isMatrix ? text.omega : { ...(text.omega as Readonly<Record<string, number>>), ...omega },
    sigma: { ...text.sigma, ...sigma },
  };
}
