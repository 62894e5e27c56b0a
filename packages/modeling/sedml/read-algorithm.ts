import type { Problem, Where } from '@gemel/core/error';
import { childOf, decimal, type XmlElement } from '../sbml/xml.ts';
import { methods } from '../simulate/methods.ts';
import { STOCHASTIC_METHODS } from '../stochastic/runs.ts';
import { sedmlErrors } from './errors.data.ts';
import type { ExperimentMethod } from './experiment.ts';
import { KISAO, type KisaoMethod, kisaoId, kisaoNumber, PARAMETERS, TUNING } from './kisao.data.ts';
import { OWN } from './write-sedml.ts';

/**
 * How an algorithm of SED-ML is run here. A term that is not offered is run by the nearest above it in KiSAO, with a note.
 * @throws sedml-algorithm
 */
export function readAlgorithm(algorithm: XmlElement, where: Where, problems: Problem[]): ExperimentMethod {
  const id = algorithm.attributes.get('kisaoID') ?? '';
  const term = kisaoNumber(id);
  if (term === null || KISAO[term] === undefined) {
    throw sedmlErrors.error(
      'sedml-algorithm',
      `The algorithm “${id}” is not offered, nor is a kind of one that is.`,
      where,
    );
  }
  const own = ownMethod(algorithm);
  const found = own !== null && agrees(own, term) ? own : nearest(term, where, problems);
  const given = parametersOf(algorithm, where, problems);
  if (found.kind === 'stochastic') {
    const { seed = 1, runs = 1, epsilon } = given;
    if (!(Number.isInteger(runs) && runs > 0)) throw badParameter('runs', runs, where);
    return { kind: 'stochastic', method: found.method, seed, runs, ...(epsilon !== undefined && { epsilon }) };
  }
  const { relative, absolute, step, mostSteps, seed } = given;
  return {
    kind: 'ode',
    ...(found.method !== 'auto' && { method: found.method }),
    ...(relative !== undefined && { relative }),
    ...(absolute !== undefined && { absolute }),
    ...(step !== undefined && { step }),
    ...(mostSteps !== undefined && { mostSteps }),
    ...(seed !== undefined && { seed }),
  };
}

/** The method that this project wrote beside the term; null where there is none, or it is not offered any more. */
function ownMethod(algorithm: XmlElement): KisaoMethod | null {
  const annotation = childOf(algorithm, 'annotation');
  const said = annotation === null ? null : childOf(annotation, 'method', OWN);
  const name = said?.attributes.get('name');
  if (name === undefined) return null;
  if (said?.attributes.get('kind') === 'stochastic') {
    const method = STOCHASTIC_METHODS.find((known) => known === name);
    return method === undefined ? null : { kind: 'stochastic', method };
  }
  return name === 'auto' || Object.hasOwn(methods, name) ? { kind: 'ode', method: name } : null;
}

/** Whether a method is what a term names, or of the kind that it names where it names no one method. */
function agrees(own: KisaoMethod, term: number): boolean {
  const { runs } = KISAO[term];
  if (runs === undefined || runs.kind !== own.kind) return false;
  return runs.method === own.method || runs.method === 'auto' || runs.method === 'ssa';
}

function nearest(term: number, where: Where, problems: Problem[]): KisaoMethod {
  for (let at: number | undefined = term; at !== undefined; at = KISAO[at].parents[0]) {
    const { runs } = KISAO[at];
    if (runs === undefined || !offered(runs)) continue;
    if (at !== term) {
      problems.push(
        sedmlErrors.problem(
          'sedml-algorithm-replaced',
          `${KISAO[term].name} (${kisaoId(term)}) is run as ${KISAO[at].name} (${kisaoId(at)}): ${runs.method}.`,
          where,
        ),
      );
    }
    return runs;
  }
  throw sedmlErrors.error('sedml-algorithm', `The algorithm ${kisaoId(term)} is not offered.`, where);
}

function offered(runs: KisaoMethod): boolean {
  return runs.kind === 'stochastic' || runs.method === 'auto' || Object.hasOwn(methods, runs.method);
}

type Given = { -readonly [K in keyof typeof PARAMETERS]?: number };

function parametersOf(algorithm: XmlElement, where: Where, problems: Problem[]): Given {
  const given: Given = {};
  for (const parameter of childOf(algorithm, 'listOfAlgorithmParameters')?.children ?? []) {
    const id = parameter.attributes.get('kisaoID') ?? '';
    const term = kisaoNumber(id);
    const key = (Object.keys(PARAMETERS) as (keyof typeof PARAMETERS)[]).find((name) => PARAMETERS[name] === term);
    const text = parameter.attributes.get('value')?.trim() ?? '';
    if (key === undefined) {
      if (term === null || !TUNING.has(term)) {
        throw sedmlErrors.error('sedml-algorithm', `The parameter “${id}” of the algorithm is not known.`, {
          ...where,
          line: parameter.line,
        });
      }
      problems.push(
        sedmlErrors.problem('sedml-ignored', `The parameter ${id} = ${text} of the algorithm is left out.`, {
          ...where,
          line: parameter.line,
        }),
      );
      continue;
    }
    const value = decimal(text);
    const positive = key === 'seed' ? Number.isFinite(value) : value > 0 && Number.isFinite(value);
    if (!positive) throw badParameter(key, text, where);
    given[key] = value;
  }
  return given;
}

function badParameter(key: string, value: unknown, where: Where) {
  return sedmlErrors.error('sedml-algorithm', `The parameter ${key} of the algorithm has the value “${value}”.`, where);
}
