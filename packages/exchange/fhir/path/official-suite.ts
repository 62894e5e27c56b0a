import type { CodedError, Instant } from '@gemel/core';
import { SaxesParser } from 'saxes';
import { fhirPath } from './expression.ts';
import { xmlResource } from './xml-resource.ts';

/** One test of the FHIRPath test suite (HL7, tests-fhir-r4.xml). */
export interface SuiteCase {
  readonly group: string;
  readonly name: string;
  readonly input: string | null;
  readonly expression: string;
  /** `syntax`, `semantic`, `execution` or `true`, where the expression must be refused. */
  readonly invalid: string | null;
  /** The result counts by whether it is there. */
  readonly predicate: boolean;
  readonly outputs: readonly { readonly type: string; readonly text: string }[];
}

/** The tests of the suite, in its order. */
export function suiteCases(xml: string): SuiteCase[] {
  const parser = new SaxesParser();
  const cases: SuiteCase[] = [];
  let group = '';
  let test: { -readonly [K in keyof SuiteCase]: SuiteCase[K] } | null = null;
  let outputs: { type: string; text: string }[] = [];
  let into: 'expression' | 'output' | null = null;
  parser.on('opentag', ({ name, attributes }) => {
    const given = attributes as Record<string, string>;
    if (name === 'group') group = given.name ?? '';
    else if (name === 'test') {
      outputs = [];
      const predicate = given.predicate === 'true';
      test = {
        group,
        name: given.name!,
        input: given.inputfile ?? null,
        expression: '',
        invalid: null,
        predicate,
        outputs,
      };
    } else if (name === 'expression') {
      into = 'expression';
      test!.invalid = given.invalid ?? null;
    } else if (name === 'output') {
      into = 'output';
      outputs.push({ type: given.type ?? '', text: '' });
    }
  });
  const text = (words: string) => {
    if (into === 'expression') test!.expression += words;
    else if (into === 'output') outputs.at(-1)!.text += words;
  };
  parser.on('text', text);
  parser.on('cdata', text);
  parser.on('closetag', ({ name }) => {
    if (name === 'expression' || name === 'output') into = null;
    if (name === 'test') cases.push(test!);
  });
  parser.write(xml).close();
  return cases;
}

/** The inputs by name, in the form expressions are evaluated on. */
export function suiteInput(name: string, text: string): unknown {
  return name.endsWith('.xml') ? xmlResource(text) : JSON.parse(text);
}

/** Why a test does not pass; null where it does. `at` is the time it asks for. */
export function caseFailure(test: SuiteCase, input: unknown, at: Instant): string | null {
  let found: readonly { readonly type: string; readonly text: string }[];
  try {
    const values = fhirPath(test.expression).evaluate(input ?? {}, { at });
    found = values.map(({ type, value }) => ({ type: type.replace(/^.*\./, ''), text: textOf(value) }));
  } catch (error) {
    return test.invalid === null ? (error as CodedError).message : null;
  }
  const shown = found.map(({ type, text }) => `${type} ${text}`).join(', ');
  if (test.invalid !== null) return `not refused; gives ${shown || 'nothing'}`;
  if (test.predicate) return test.outputs[0]?.text === String(found.length > 0) ? null : shown;
  const same =
    found.length === test.outputs.length && found.every((one, i) => agrees(one.type, one.text, test.outputs[i]!));
  const wanted = test.outputs.map(({ type, text }) => `${type} ${text}`).join(', ');
  return same ? null : `gives ${shown || 'nothing'}, not ${wanted || 'nothing'}`;
}

/** By the equality of FHIRPath: digits behind the point and the zone an instant is told in make no difference. */
function agrees(type: string, text: string, wanted: SuiteCase['outputs'][number]): boolean {
  if (wanted.type !== '' && type.toLowerCase() !== wanted.type.toLowerCase()) return false;
  const other = wanted.text.replace(/^@T?(?=\d)/, '');
  if (type === 'Decimal' || type === 'Integer') return Number(text) === Number(other);
  const zoned = /^(\d{4}-\d\d-\d\dT[\d:.]+)(Z|[+-]\d\d:\d\d)$/;
  const [one, two] = [zoned.exec(text), zoned.exec(other)];
  if (one === null || two === null) return text === other;
  // A whole second is written with and without its milliseconds.
  return Date.parse(text.replace('-00:00', 'Z')) === Date.parse(other);
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
