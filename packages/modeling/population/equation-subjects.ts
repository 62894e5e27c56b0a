import type { Dataset, DatasetRecord } from '../dataset/read-dataset.ts';
import type { CompiledModel } from '../program/compiled-model.ts';
import { simulate } from '../simulate/simulate.ts';
import type { Dose, InputSeries } from '../simulate/simulation.ts';
import { type NumericSubject, observations } from './compartment-subjects.ts';
import { doseKinks } from './dose-kinks.ts';
import { populationErrors } from './errors.data.ts';
import { Individual } from './individual.ts';
import type { PopulationModel } from './population-model.ts';

/** A model of equations under a population model: its parameters are those of `theta`. */
export interface EquationStructure {
  readonly model: CompiledModel;
  /** What is observed. */
  readonly output: string;
  /** Tolerances of the integrator; 1e-9 and 1e-10 where absent. */
  readonly relative?: number;
  readonly absolute?: number;
}

/**
 * The subjects of a data set under a model of equations. Compartment n is the n-th state. Parameters or definitions named
 * ALAG1, F1, D1 and R1 are lag, bioavailability, duration and rate of compartment 1; an input named like a column of the data
 * set follows it. A dose that comes after an observation at its very time is given a billionth of the course later.
 * @throws population-model, population-dose, population-covariate
 */
export function equationSubjects(
  model: PopulationModel,
  structure: EquationStructure,
  { subjects }: Dataset,
  file: string,
): readonly NumericSubject[] {
  const { id } = model.text;
  const source = structure.model.model;
  const named = new Set([...source.parameters, ...source.definitions].map(({ name }) => name));
  const wrong = (element: string, message: string) =>
    populationErrors.error('population-model', `${id}: ${message}`, { file: id, element });
  for (const name of model.parameters) {
    if (!source.parameters.some((parameter) => parameter.name === name)) {
      throw wrong(name, `theta names ${name}, which is no parameter of the model`);
    }
  }
  if (![...source.states, ...source.definitions].some(({ name }) => name === structure.output)) {
    throw wrong(structure.output, `the output ${structure.output} is no state or definition of the model`);
  }

  function doseOf(record: DatasetRecord, time: number): Dose {
    const refuse = (field: string, message: string) => {
      const text = `${file}, row ${record.line}, ${field}: ${message}`;
      return populationErrors.error('population-dose', text, { file, line: record.line, field });
    };
    const number = record.compartment ?? 1;
    const state = source.states[number - 1]?.name;
    if (state === undefined)
      throw refuse('CMT', `compartment ${number} is none of ${id}, which has ${source.states.length}`);
    if (record.steadyState === 2)
      throw refuse('SS', 'steady state that adds to what is there needs linear compartments');
    if (record.amount === 0) throw refuse('AMT', 'an infusion since ever needs linear compartments');
    const of = (kind: string) => (named.has(`${kind}${number}`) ? `${kind}${number}` : undefined);
    const modelled = record.rate < 0 ? of(record.rate === -1 ? 'R' : 'D') : undefined;
    if (record.rate < 0 && modelled === undefined) {
      throw refuse(
        'RATE',
        `${record.rate} asks for ${record.rate === -1 ? 'R' : 'D'}${number}, which ${id} does not have`,
      );
    }
    const lag = of('ALAG');
    const bioavailability = of('F');
    return {
      time,
      state,
      amount: record.amount,
      ...(modelled !== undefined && { duration: record.rate === -1 ? { rate: modelled } : { duration: modelled } }),
      ...(record.rate > 0 && { duration: record.amount / record.rate }),
      ...(record.additional > 0 && { additional: record.additional }),
      ...(record.interval > 0 && { interval: record.interval }),
      ...(record.steadyState === 1 && { steadyState: true }),
      ...(lag !== undefined && { lag }),
      ...(bioavailability !== undefined && { bioavailability }),
    };
  }

  return subjects.map((subject) => {
    const { records } = subject;
    const individual = new Individual(model, subject, file);
    const turn = records.find(({ event }) => event >= 3);
    if (turn !== undefined) {
      const message = `${file}, row ${turn.line}, EVID: a reset needs linear compartments`;
      throw populationErrors.error('population-dose', message, { file, line: turn.line, field: 'EVID' });
    }
    if (individual.settings > 1) {
      const message = `${file}: parameters of subject ${subject.id} change between records; let the model take the covariate as an input`;
      throw populationErrors.error('population-covariate', message, { file, element: subject.id });
    }
    const read = records.filter(({ observation }) => observation !== null);
    const times = Float64Array.from(new Set([records[0].time, ...read.map(({ time }) => time)]));
    const at = read.map(({ time }) => times.indexOf(time));
    const tick = 1e-9 * (times[times.length - 1] - times[0] || 1);
    const doses = records.flatMap((record, i) => {
      if (record.event !== 1) return [];
      const seen = records.slice(0, i).some(({ observation, time }) => observation !== null && time === record.time);
      return [doseOf(record, seen ? record.time + tick : record.time)];
    });
    const inputs: Record<string, InputSeries> = {};
    for (const { name } of source.inputs) {
      const given = records.filter(({ covariates }) => covariates.has(name.toUpperCase()));
      if (given.length === 0) continue;
      inputs[name] = {
        times: Float64Array.from(given, ({ time }) => time),
        values: Float64Array.from(given, ({ covariates }) => covariates.get(name.toUpperCase())!),
      };
    }
    const values = new Float64Array(model.parameters.length);
    const recordTimes = records.map(({ time }) => time);
    return {
      id: subject.id,
      ...observations(subject),
      occasions: individual.occasions,
      kinks: doseKinks(model, individual, subject, recordTimes, 1, () => true),
      design: individual.design(),
      predict(theta, eta, out) {
        individual.parameters(0, theta, eta, values);
        const parameters = Object.fromEntries(model.parameters.map((name, p) => [name, values[p]]));
        if (!values.every(Number.isFinite)) return false;
        const { relative = 1e-9, absolute = 1e-10 } = structure;
        const request = {
          times,
          doses,
          inputs,
          parameters,
          outputs: [structure.output],
          relative,
          absolute,
          repeated: true,
        };
        const result = simulate(structure.model, request);
        if (result.status !== 'complete') return false;
        at.forEach((k, i) => {
          out[i] = result.values[k];
        });
        return out.every(Number.isFinite);
      },
    };
  });
}
