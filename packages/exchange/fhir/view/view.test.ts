import { CodedError, instant } from '@gemel/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileView, viewProblems } from './compile.ts';
import { streamedResources } from './resources.ts';
import { rowObject, viewRows } from './rows.ts';

const select = [{ column: [{ name: 'id', path: 'id', type: 'id' }] }];
const columns = (...column: readonly unknown[]) => ({ resource: 'Patient', select: [{ column }] });
const told = (definition: unknown) =>
  viewProblems(definition, 'v.json').map(({ code, where }) => `${code} ${where.element}`);
const rows = (definition: unknown, resource: unknown, options = {}) => {
  const view = compileView(definition);
  return viewRows(view, resource, options).map((row) => rowObject(view, row));
};

function refusal(work: () => unknown): CodedError {
  try {
    work();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('not refused');
}

const AT = 'ViewDefinition';
test.each<readonly [string, unknown, readonly string[]]>([
  ['no object', [], [`view-element ${AT}`]],
  ['nothing', {}, [`view-element ${AT}.select`, `view-element ${AT}.resource`]],
  ['an element that is misspelt', { resource: 'Patient', select, wher: [] }, [`view-element ${AT}.wher`]],
  [
    'another resource type',
    { resourceType: 'Patient', resource: 'Patient', select },
    [`view-element ${AT}.resourceType`],
  ],
  ['a resource that R4 does not have', { resource: 'Patent', select }, [`view-resource ${AT}.resource`]],
  [
    'a select that is no list',
    { resource: 'Patient', select: {} },
    [`view-element ${AT}.select`, `view-element ${AT}.select`],
  ],
  [
    'a select without content',
    { resource: 'Patient', select: [{ forEach: 'name' }] },
    [`view-element ${AT}.select[0]`],
  ],
  [
    'two iterations',
    { resource: 'Patient', select: [{ forEach: 'name', forEachOrNull: 'name', ...select[0] }] },
    [`view-element ${AT}.select[0]`],
  ],
  [
    'a repeat that is no list',
    { resource: 'Patient', select: [{ repeat: 'x', ...select[0] }] },
    [`view-element ${AT}.select[0].repeat`],
  ],
  ['a column without path', columns({ name: 'a' }), [`view-element ${AT}.select[0].column[0].path`]],
  ['a name that is none in SQL', columns({ name: 'a b', path: 'id' }), [`view-name ${AT}.select[0].column[0].name`]],
  [
    'a column given twice',
    columns({ name: 'a', path: 'id' }, { name: 'a', path: 'id' }),
    [`view-name ${AT}.select[0].column[1].name`],
  ],
  [
    'a type that R4 does not have',
    columns({ name: 'a', path: 'id', type: 'text' }),
    [`view-element ${AT}.select[0].column[0].type`],
  ],
  ['a path that cannot be parsed', columns({ name: 'a', path: 'id.' }), [`view-path ${AT}.select[0].column[0].path`]],
  [
    'a function that is not there',
    columns({ name: 'a', path: 'id.frist()' }),
    [`view-path ${AT}.select[0].column[0].path`],
  ],
  ['a constant that is not there', columns({ name: 'a', path: '%x' }), [`view-path ${AT}.select[0].column[0].path`]],
  [
    'collection that is no boolean',
    columns({ name: 'a', path: 'id', collection: 1 }),
    [`view-element ${AT}.select[0].column[0].collection`],
  ],
  [
    'constants of the wrong type',
    {
      resource: 'Patient',
      select,
      constant: [
        { name: 'a', valueInteger: '1' },
        { name: 'b', valueDate: '2024-13-01' },
        { name: 'c', valueNothing: 1 },
        { name: 'd' },
        { name: 'e', valueCode: 'x', valueString: 'y' },
      ],
    },
    [
      `view-constant ${AT}.constant[3]`,
      `view-constant ${AT}.constant[4]`,
      `view-constant ${AT}.constant[0].valueInteger`,
      `view-constant ${AT}.constant[1].valueDate`,
      `view-constant ${AT}.constant[2].valueNothing`,
    ],
  ],
  [
    'branches of a union that differ in type',
    {
      resource: 'Patient',
      select: [
        { unionAll: [{ column: [{ name: 'a', path: 'id', type: 'id' }] }, { column: [{ name: 'a', path: 'id' }] }] },
      ],
    },
    [`view-union ${AT}.select[0].unionAll[1]`],
  ],
])('%s is refused, naming the element', (_title, definition, wanted) => {
  expect(told(definition)).toEqual(wanted);
  expect(refusal(() => compileView(definition)).code).toBe(wanted[0]!.split(' ')[0]);
});

test('elements of a canonical resource and of any element may stand', () => {
  const definition = {
    resourceType: 'ViewDefinition',
    id: 'v',
    url: 'http://v',
    name: 'v',
    status: 'draft',
    fhirVersion: ['4.0.1'],
  };
  expect(told({ ...definition, resource: 'Patient', _name: {}, select: [{ id: 's', ...select[0] }] })).toEqual([]);
});

const family = { name: 'f', path: 'name.family', type: 'string' };
test.each<readonly [string, unknown, string]>([
  ['several values', columns(family), 'view-column-several'],
  ['another type', columns({ ...family, path: 'active' }), 'view-column-type'],
  ['a fraction for an integer', columns({ name: 'n', path: '1.5', type: 'integer' }), 'view-column-type'],
  ['a condition that is no boolean', { ...columns(family), where: [{ path: 'id' }] }, 'view-where'],
  ['a path that breaks', columns({ ...family, path: 'name.family.single()' }), 'view-evaluation'],
  ['a path that asks the time', columns({ name: 't', path: 'today()' }), 'view-evaluation'],
  ['a path that asks a server', columns({ name: 't', path: 'generalPractitioner.resolve()' }), 'view-evaluation'],
  ['a repeat without end', { resource: 'Patient', select: [{ repeat: ['$this'], ...select[0] }] }, 'view-endless'],
])('%s on a resource is refused, naming it', (_title, definition, code) => {
  const patient = { resourceType: 'Patient', id: 'p', active: true, name: [{ family: 'A' }, { family: 'B' }] };
  const error = refusal(() => rows(definition, patient));
  expect(error.code).toBe(code);
  expect(error.message).toContain('Patient/p');
  expect(error.where.element).toMatch(/^ViewDefinition\.(select|where)\[0\]/);
});

test('rows beyond all sense are refused before they are made', () => {
  const name = Array.from({ length: 1100 }, (_, i) => ({ family: `${i}` }));
  const over = (column: string) => ({ forEach: 'name', column: [{ name: column, path: 'family' }] });
  const definition = { resource: 'Patient', select: [over('a'), over('b')] };
  expect(refusal(() => rows(definition, { resourceType: 'Patient', name })).code).toBe('view-endless');
});

test('the time is the one given, and elements and empty lists are values', () => {
  const at = instant(Date.UTC(2024, 0, 2));
  const definition = columns(
    { name: 'day', path: 'today()', type: 'date' },
    { name: 'name', path: 'name.first()' },
    { name: 'none', path: 'contact.name', collection: true },
  );
  const patient = { resourceType: 'Patient', name: [{ family: 'A' }] };
  expect(rows(definition, patient, { at })).toEqual([{ day: '2024-01-02', name: { family: 'A' }, none: [] }]);
});

test('a resource is not changed, and gives the same rows again', () => {
  const patient = { resourceType: 'Patient', id: 'p', name: [{ given: ['A', 'B'], family: 'F' }] };
  const before = JSON.stringify(patient);
  const definition = {
    resource: 'Patient',
    select: [{ forEach: 'name', column: [{ ...family, path: "given.join(' ')" }] }],
  };
  expect(rows(definition, patient)).toEqual([{ f: 'A B' }]);
  expect(rows(definition, patient)).toEqual([{ f: 'A B' }]);
  expect(JSON.stringify(patient)).toBe(before);
});

test('lines are taken one at a time', async () => {
  let taken = 0;
  async function* lines() {
    for (; taken < 1000; taken++) yield `{"resourceType":"Patient","id":"${taken}"}`;
  }
  for await (const given of streamedResources(lines(), false, 'in.ndjson')) {
    expect('resource' in given && (given.resource as { id: string }).id).toBe(`${taken}`);
  }
  expect(taken).toBe(1000);
});

const path = fc.constantFrom(
  'id',
  'name',
  'given',
  '$this',
  '%rowIndex',
  '%c',
  'name.where(',
  'name.family',
  "'x'",
  '',
  'today()',
);
const column = fc.record(
  { name: fc.constantFrom('a', 'b', '1'), path, type: fc.constantFrom('string', 'id', 'nothing') },
  { requiredKeys: ['path'] },
);
const { part } = fc.letrec((tie) => ({
  part: fc.record(
    {
      column: fc.array(column, { maxLength: 2 }),
      select: fc.array(tie('part'), { maxLength: 2 }),
      unionAll: fc.array(tie('part'), { maxLength: 2 }),
      forEach: path,
      forEachOrNull: path,
      repeat: fc.array(path, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  ),
}));
const constant = fc.record({ name: fc.constant('c'), valueString: fc.oneof(fc.string(), fc.integer()) });
const definitions = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      resource: fc.constantFrom('Patient', 'X'),
      select: fc.array(part, { maxLength: 2 }),
      constant: fc.array(constant, { maxLength: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
);

test('any definition is compiled or refused with codes, and any compiled one gives rows of its columns or a code', () => {
  const patient = { resourceType: 'Patient', id: 'p', name: [{ family: 'A', given: ['B', 'C'] }, {}] };
  fc.assert(
    fc.property(definitions, (definition) => {
      const problems = viewProblems(definition);
      for (const { code } of problems) expect(code).toMatch(/^view-/);
      if (problems.length > 0) return;
      const view = compileView(definition);
      try {
        for (const row of viewRows(view, patient)) expect(row).toHaveLength(view.columns.length);
      } catch (error) {
        expect((error as CodedError).code).toMatch(/^view-/);
      }
    }),
    { numRuns: 300 },
  );
});
