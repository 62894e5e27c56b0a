import { CodedError, instant } from '@gemel/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fhirPath, pathCompiler, systemValue } from './expression.ts';

const patient = {
  resourceType: 'Patient',
  id: 'p',
  birthDate: '1970-06-01',
  deceasedBoolean: false,
  name: [{ family: 'A', given: ['B', 'C'] }, { family: 'D' }],
  managingOrganization: { reference: 'Organization/o' },
};

const values = (expression: string, more = {}) => fhirPath(expression).evaluate(patient, more);

function refusal(work: () => unknown): CodedError {
  try {
    work();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('not refused');
}

test('values come with their types', () => {
  expect(values('name.given')).toEqual([
    { type: 'FHIR.string', value: 'B' },
    { type: 'FHIR.string', value: 'C' },
  ]);
  expect(values('birthDate')).toEqual([{ type: 'FHIR.date', value: '1970-06-01' }]);
  expect(values('deceased.not()')).toEqual([{ type: 'System.Boolean', value: true }]);
  expect(values('0.1 + 0.2')).toEqual([{ type: 'System.Decimal', value: 0.3 }]);
  expect(values("name.where(family = 'X')")).toEqual([]);
});

test('an expression goes on from what was found, with its type and place', () => {
  const names = fhirPath('name').nodes(patient);
  expect(names).toHaveLength(2);
  expect(fhirPath('family').evaluate(names[1])).toEqual([{ type: 'FHIR.string', value: 'D' }]);
});

test('an expression is compiled once, and a compiler keeps a bounded number', () => {
  expect(fhirPath('name.family')).toBe(fhirPath('name.family'));
  const compiler = pathCompiler();
  const first = compiler('id');
  for (let i = 0; i < 1000; i++) compiler(`${i}`);
  expect(compiler('id')).not.toBe(first);
});

test('variables keep their types', () => {
  expect(values('birthDate = %born', { variables: { born: systemValue('@1970-06-01') } })[0]?.value).toBe(true);
  expect(values('%sct | %`vs-x`').map(({ value }) => value)).toEqual([
    'http://snomed.info/sct',
    'http://hl7.org/fhir/ValueSet/x',
  ]);
});

test('the time is the one given, in UTC', () => {
  const at = instant(Date.UTC(2024, 1, 29, 23, 30, 15, 250));
  expect(values('today()', { at })[0]?.value).toBe('2024-02-29');
  expect(values('now()', { at })[0]?.value).toBe('2024-02-29T23:30:15.250Z');
  expect(values('timeOfDay()', { at })[0]?.value).toBe('23:30:15.250');
  const error = refusal(() => values('Patient.birthDate < today()'));
  expect(error.code).toBe('fhirpath-time');
});

test.each([
  ['name.', 'fhirpath-syntax', 'column 6'],
  ['', 'fhirpath-syntax', 'column 1'],
  ['name.\n where(', 'fhirpath-syntax', 'line 2'],
  ['@@', 'fhirpath-syntax', 'column 1'],
  ['name.frist()', 'fhirpath-function', 'column 6: there is no function frist()'],
  ['name.first(1)', 'fhirpath-function', 'takes 0 arguments, not 1'],
  ['toString.constructor()', 'fhirpath-function', 'there is no function constructor()'],
  ['%terminologies', 'fhirpath-offline', 'stands for a server'],
])('%s is refused before there are data', (expression, code, words) => {
  const error = refusal(() => fhirPath(expression));
  expect(error.code).toBe(code);
  expect(error.message).toContain(words);
});

test.each([
  ['name.given.single()', 'fhirpath-evaluation', 'column 12'],
  ["name.family + 'x'", 'fhirpath-evaluation', ''],
  ['id = %nothing', 'fhirpath-variable', '%nothing'],
  ['managingOrganization.resolve()', 'fhirpath-offline', 'resolve()'],
  ["name.given.memberOf('http://x')", 'fhirpath-offline', 'memberOf()'],
])('%s is refused on the data', (expression, code, words) => {
  const error = refusal(() => values(expression));
  expect(error.code).toBe(code);
  expect(error.message).toContain(words);
  expect(error.message).toContain(expression);
});

test('an expression that is too long or nested too deep is refused', () => {
  expect(refusal(() => fhirPath('1'.repeat(20_001))).message).toContain('longer than');
  expect(refusal(() => fhirPath(`${'('.repeat(9000)}1${')'.repeat(9000)}`)).code).toBe('fhirpath-syntax');
});

test('where the variables are known, others are refused', () => {
  expect(refusal(() => fhirPath('%a', new Set(['b']))).code).toBe('fhirpath-variable');
  expect(fhirPath('%b', new Set(['b'])).syntax.variables).toEqual(new Set(['b']));
});

test('any text is compiled or refused with a code, and any expression evaluated or refused with one', () => {
  const piece = fc.constantFrom(
    'name',
    '.',
    '(',
    ')',
    'where',
    '=',
    "'a'",
    '1',
    '[0]',
    '%x',
    '|',
    'first()',
    '@2020',
    ' is ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
      ),
      (text) => {
        try {
          values(text);
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError);
        }
      },
    ),
    { numRuns: 300 },
  );
});
