import { CodedError } from '@gemel/core/error';
import { compile } from '../codegen/compile.ts';
import type { Model } from '../model/model.ts';
import { simulate } from '../simulate/simulate.ts';

export const MATH_NAMESPACE = 'xmlns="http://www.w3.org/1998/Math/MathML"';
const CORE = 'http://www.sbml.org/sbml/level3/version2/core';

/** A Level 3 Version 2 document around the lists of a model. */
export function sbml(lists: string, more = ''): string {
  return `<sbml xmlns="${CORE}" level="3" version="2"${more}>\n<model id="m">\n${lists}\n</model>\n</sbml>`;
}

export function math(content: string): string {
  return `<math ${MATH_NAMESPACE}>${content}</math>`;
}

export function parameters(
  ...items: readonly (readonly [id: string, value: number | null, constant?: boolean])[]
): string {
  const one = ([id, value, constant = true]: readonly [string, number | null, boolean?]) =>
    `<parameter id="${id}"${value === null ? '' : ` value="${value}"`} constant="${constant}"/>`;
  return `<listOfParameters>${items.map(one).join('\n')}</listOfParameters>`;
}

export function rules(...items: readonly string[]): string {
  return `<listOfRules>${items.join('\n')}</listOfRules>`;
}

export const assignment = (variable: string, content: string) =>
  `<assignmentRule variable="${variable}">${math(content)}</assignmentRule>`;
export const rate = (variable: string, content: string) =>
  `<rateRule variable="${variable}">${math(content)}</rateRule>`;

/** Code of the error that `run` throws; `none` where it throws none. An error without a code is thrown on. */
export function codeOf(run: () => unknown): string {
  return caught(run)?.code ?? 'none';
}

export function caught(run: () => unknown): CodedError | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
}

/** Values of names at times. */
export function values(model: Model, times: readonly number[], ...names: readonly string[]): readonly number[][] {
  const result = simulate(compile(model), {
    times: Float64Array.from(times),
    outputs: names,
    relative: 1e-10,
    absolute: 1e-12,
  });
  return names.map((_, i) => [...result.values.subarray(i * times.length, (i + 1) * times.length)]);
}
