import { CodedError } from '@gemel/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEcl } from './ecl.ts';
import { runOperation } from './fhir-operation.ts';
import { treesResource } from './fixture.ts';
import { Inputs } from './inputs.ts';
import { libraryOf } from './memory-library.ts';
import { Terminology } from './terminology.ts';

test('terms, comments and blanks say nothing', () => {
  const plain = parseEcl('<<1000003:1000010=#5');
  expect(parseEcl(' << 1000003 |Tree (thing)| /* all */ : 1000010 |height| = #5 ')).toEqual(plain);
  expect(plain).toEqual({
    kind: 'refined',
    of: { kind: 'hierarchy', operator: '<<', of: { kind: 'concept', id: '1000003' } },
    by: { kind: 'concrete', name: { kind: 'concept', id: '1000010' }, operator: '=', value: 5 },
  });
});

test.each(['^'.repeat(10_000), '('.repeat(10_000), '*:('.repeat(3000), '1'.repeat(30_000)])(
  'depth and length are bounded',
  (text) => expect(() => parseEcl(text)).toThrow(CodedError),
);

test('any text is an expression or refused with a code', () => {
  const token = fc.constantFrom(
    '<',
    '<<',
    '<!',
    '^',
    '*',
    '(',
    ')',
    'AND',
    'OR',
    'MINUS',
    ':',
    '=',
    '!=',
    ',',
    '1000003',
    '|x|',
    '#1',
    '"a"',
    ' ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(token, { maxLength: 30 }).map((all) => all.join('')),
      ),
      (text) => {
        try {
          expect(parseEcl(text).kind).toBeDefined();
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('any parameters are answered or refused with a code', () => {
  const terminology = new Terminology([libraryOf([treesResource])]);
  const names = [
    'code',
    'system',
    'url',
    'coding',
    'codeableConcept',
    'valueSet',
    'conceptMap',
    'codeSystem',
    'filter',
    'count',
    'tx-resource',
  ];
  const operations = [
    'CodeSystem/$lookup',
    'CodeSystem/$validate-code',
    'CodeSystem/$subsumes',
    'ValueSet/$validate-code',
    'ValueSet/$expand',
    'ConceptMap/$translate',
    '__proto__',
  ];
  const parameter = fc.record(
    {
      name: fc.constantFrom(...names),
      valueString: fc.constantFrom('oak', 'http://test.example.org/trees', 'http://test.example.org/trees/vs', ''),
      resource: fc.oneof(fc.constant(treesResource), fc.jsonValue()),
      valueCoding: fc.jsonValue(),
      part: fc.jsonValue(),
    },
    { requiredKeys: ['name'] },
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...operations),
      fc.oneof(fc.jsonValue(), fc.array(parameter, { maxLength: 4 })),
      (name, list) => {
        try {
          const inputs = Inputs.ofResource({ resourceType: 'Parameters', parameter: list });
          expect(runOperation(name, terminology, { inputs, id: null, at: '' }).resourceType).toBeDefined();
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError);
        }
      },
    ),
    { numRuns: 500 },
  );
});
