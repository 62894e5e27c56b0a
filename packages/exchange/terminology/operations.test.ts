import { CodedError, SNOMED, UCUM } from '@gemel/core';
import { describe, expect, test } from 'vitest';
import { builtIn, MDC_TO_LOINC } from './built-in.ts';
import { expand } from './expand.ts';
import { runOperation } from './fhir-operation.ts';
import { TREES, treesResource, treesValueSet } from './fixture.ts';
import { Inputs } from './inputs.ts';
import { libraryOf } from './memory-library.ts';
import { isJson, type Json, valueSetOf } from './resource.ts';
import { Terminology } from './terminology.ts';
import { membership } from './value-set.ts';

const LOCAL = 'urn:local';
const map: Json = {
  resourceType: 'ConceptMap',
  id: 'local-trees',
  url: 'urn:map',
  status: 'active',
  group: [
    {
      source: LOCAL,
      target: TREES,
      element: [
        { code: 'E', target: [{ code: 'oak', equivalence: 'equivalent' }] },
        { code: 'W', target: [{ code: 'tree', equivalence: 'wider', comment: 'no better' }] },
        { code: 'N', target: [{ equivalence: 'unmatched' }] },
        {
          code: 'D',
          target: [
            { code: 'pine', equivalence: 'equivalent', dependsOn: [{ property: 'leaf', value: 'needle' }] },
            { code: 'oak', equivalence: 'equivalent', dependsOn: [{ property: 'leaf', value: 'lobed' }] },
          ],
        },
      ],
      unmapped: { mode: 'fixed', code: 'plant' },
    },
    { source: 'urn:taken', target: TREES, unmapped: { mode: 'provided' } },
  ],
};
/** Has nothing of its own; and one that hands over to itself. */
const handing = (url: string, to: string): Json => ({
  resourceType: 'ConceptMap',
  url,
  status: 'active',
  group: [{ source: LOCAL, unmapped: { mode: 'other-map', url: to } }],
});
const terminology = new Terminology([
  libraryOf([treesResource, map, handing('urn:handing', 'urn:map'), handing('urn:endless', 'urn:endless')]),
  builtIn(),
]);

function ask(name: string, parameters: Readonly<Record<string, unknown>>, id: string | null = null): Json {
  const resource = {
    resourceType: 'Parameters',
    parameter: Object.entries(parameters).flatMap(([key, value]) =>
      (Array.isArray(value) ? value : [value]).map((each) =>
        isJson(each) && 'resourceType' in each
          ? { name: key, resource: each }
          : isJson(each) && 'part' in each
            ? { name: key, part: each.part }
            : {
                name: key,
                [typeof each === 'boolean'
                  ? 'valueBoolean'
                  : typeof each === 'number'
                    ? 'valueInteger'
                    : isJson(each)
                      ? 'valueCoding'
                      : 'valueString']: each,
              },
      ),
    ),
  };
  return runOperation(name, terminology, { inputs: Inputs.ofResource(resource), id, at: '2024-01-31T00:00:00Z' });
}

/** Values of a Parameters resource by name; parts as lists. */
function said(answer: Json): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const { name, part, ...value } of answer.parameter as ({ name: string; part?: unknown } & Json)[]) {
    const one = part ?? Object.values(value)[0];
    found[name] = name in found ? [found[name], one].flat(part === undefined ? 1 : 0) : one;
  }
  return found;
}

function failure(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
  return 'none';
}

const codes = (compose: Json, more: Parameters<typeof expand>[1] = {}) =>
  expand(membership(valueSetOf(treesValueSet(compose)), terminology), more).codes.map(({ code }) => code);
const filtered = (property: string, op: string, value: string) =>
  codes({ include: [{ system: TREES, filter: [{ property, op, value }] }] });

describe('$lookup', () => {
  test('gives name, version, definition, designations and properties with parents and children', () => {
    const answer = ask('CodeSystem/$lookup', { system: TREES, code: 'tree' });
    expect(said(answer)).toMatchObject({ name: 'Trees', version: '2.9', display: 'Tree' });
    const text = JSON.stringify(answer);
    for (const part of ['Baum', 'Arbre', 'A plant of wood.', '"oak"', '"plant"', 'inactive'])
      expect(text).toContain(part);
  });

  test('gives only the properties asked for, and the name in the language asked for', () => {
    const answer = ask('CodeSystem/$lookup', {
      coding: { system: TREES, code: 'tree' },
      property: 'parent',
      displayLanguage: 'de',
    });
    expect(said(answer)).toEqual({
      name: 'Trees',
      version: '2.9',
      display: 'Baum',
      property: [
        { name: 'code', valueCode: 'parent' },
        { name: 'value', valueCode: 'plant' },
      ],
    });
  });

  test('refuses what is not there, and says which versions are', () => {
    expect(failure(() => ask('CodeSystem/$lookup', { system: TREES, code: 'palm' }))).toBe('terminology-code-unknown');
    expect(failure(() => ask('CodeSystem/$lookup', { system: 'urn:none', code: 'x' }))).toBe(
      'terminology-system-unknown',
    );
    expect(() => ask('CodeSystem/$lookup', { system: TREES, code: 'oak', version: '1' })).toThrow(/2\.9/);
    expect(failure(() => ask('CodeSystem/$lookup', { system: TREES }))).toBe('terminology-request');
    expect(failure(() => ask('CodeSystem/$lookup', { system: TREES, code: 'oak', date: '2020' }))).toBe(
      'terminology-request',
    );
  });

  test('UCUM is a code system without a list', () => {
    expect(said(ask('CodeSystem/$lookup', { system: UCUM, code: 'mg/dL' }))).toMatchObject({ display: 'mg/dL' });
    expect(failure(() => ask('CodeSystem/$lookup', { system: UCUM, code: 'mg/dl/' }))).toBe('terminology-code-unknown');
  });
});

describe('$validate-code', () => {
  test('of a code system: the code, its name in any language, and what it is truly called', () => {
    const url = { url: TREES };
    expect(said(ask('CodeSystem/$validate-code', { ...url, code: 'oak' }))).toMatchObject({
      result: true,
      display: 'Oak tree',
    });
    expect(said(ask('CodeSystem/$validate-code', { ...url, code: 'tree', display: ' baum' })).result).toBe(true);
    expect(said(ask('CodeSystem/$validate-code', { ...url, code: 'oak', display: 'Elm' }))).toMatchObject({
      result: false,
      display: 'Oak tree',
    });
    expect(said(ask('CodeSystem/$validate-code', { ...url, code: 'palm' })).result).toBe(false);
  });

  test('says that a code is inactive, and that a grouper is no value unless asked for', () => {
    const url = { url: TREES };
    expect(said(ask('CodeSystem/$validate-code', { ...url, code: 'elm' }))).toMatchObject({
      result: true,
      inactive: true,
    });
    expect(said(ask('CodeSystem/$validate-code', { ...url, code: 'plant' })).result).toBe(false);
    expect(said(ask('CodeSystem/$validate-code', { ...url, code: 'plant', abstract: true })).result).toBe(true);
  });

  test('of a value set: any coding of a concept will do, and one without system is looked for', () => {
    const valueSet = treesValueSet({
      include: [{ system: TREES, filter: [{ property: 'concept', op: 'is-a', value: 'tree' }] }],
    });
    expect(said(ask('ValueSet/$validate-code', { valueSet, code: 'yew', system: TREES })).result).toBe(true);
    expect(said(ask('ValueSet/$validate-code', { valueSet, code: 'yew' }))).toMatchObject({
      result: true,
      system: TREES,
    });
    expect(said(ask('ValueSet/$validate-code', { valueSet, code: 'evergreen', system: TREES })).result).toBe(false);
    const both = {
      coding: [
        { system: 'urn:none', code: 'a' },
        { system: TREES, code: 'pine' },
      ],
    };
    const parameters = {
      resourceType: 'Parameters',
      parameter: [
        { name: 'valueSet', resource: valueSet },
        { name: 'codeableConcept', valueCodeableConcept: both },
      ],
    };
    const call = { inputs: Inputs.ofResource(parameters), id: null, at: '' };
    expect(said(runOperation('ValueSet/$validate-code', terminology, call))).toMatchObject({
      result: true,
      code: 'pine',
    });
  });

  test('a list of codes answers without its code system; filters do not', () => {
    const listed = treesValueSet({ include: [{ system: 'urn:none', concept: [{ code: 'a', display: 'A' }] }] });
    expect(said(ask('ValueSet/$validate-code', { valueSet: listed, system: 'urn:none', code: 'a' })).result).toBe(true);
    expect(
      said(ask('ValueSet/$validate-code', { valueSet: listed, system: 'urn:none', code: 'a', display: 'B' })).result,
    ).toBe(false);
    const open = treesValueSet({ include: [{ system: 'urn:none' }] });
    expect(failure(() => ask('ValueSet/$validate-code', { valueSet: open, system: 'urn:none', code: 'a' }))).toBe(
      'terminology-system-unknown',
    );
  });
});

test('$subsumes says which way, and refuses two systems', () => {
  const outcome = (codeA: string, codeB: string) =>
    said(ask('CodeSystem/$subsumes', { system: TREES, codeA, codeB })).outcome;
  expect(outcome('plant', 'yew')).toBe('subsumes');
  expect(outcome('yew', 'evergreen')).toBe('subsumed-by');
  expect(outcome('oak', 'oak')).toBe('equivalent');
  expect(outcome('oak', 'pine')).toBe('not-subsumed');
  const two = { codingA: { system: TREES, code: 'oak' }, codingB: { system: UCUM, code: 'm' } };
  expect(failure(() => ask('CodeSystem/$subsumes', two))).toBe('terminology-request');
});

describe('$translate', () => {
  const matches = (parameters: Json) => {
    const { match = [], result } = said(ask('ConceptMap/$translate', parameters));
    const list = (Array.isArray((match as unknown[])[0]) ? match : [match]) as Json[][];
    return {
      result,
      found: list
        .filter((each) => each.length > 0)
        .map((each) => `${String(each[0]!.valueCode)} ${String((each[1]?.valueCoding as Json | undefined)?.code)}`),
    };
  };

  test('forward: by row, with equivalence; nothing where it says so', () => {
    expect(matches({ url: 'urn:map', system: LOCAL, code: 'E' })).toEqual({ result: true, found: ['equivalent oak'] });
    expect(matches({ url: 'urn:map', system: LOCAL, code: 'W', targetsystem: TREES }).found).toEqual(['wider tree']);
    expect(matches({ url: 'urn:map', system: LOCAL, code: 'N' }).result).toBe(false);
  });

  test('what has no row goes by the mode the map states', () => {
    expect(matches({ url: 'urn:map', system: LOCAL, code: 'other' }).found).toEqual(['relatedto plant']);
    expect(matches({ url: 'urn:map', system: 'urn:taken', code: 'oak' }).found).toEqual(['equal oak']);
    expect(matches({ url: 'urn:handing', system: LOCAL, code: 'E' }).found).toEqual(['equivalent oak']);
    expect(failure(() => matches({ url: 'urn:endless', system: LOCAL, code: 'E' }))).toBe('terminology-map-unknown');
  });

  test('back, with the equivalence turned round', () => {
    expect(matches({ url: 'urn:map', system: TREES, code: 'tree', reverse: true }).found).toEqual(['narrower W']);
  });

  test('what depends on another element is chosen by it', () => {
    const dependency = {
      part: [
        { name: 'element', valueUri: 'leaf' },
        { name: 'concept', valueCodeableConcept: { coding: [{ code: 'needle' }] } },
      ],
    };
    expect(matches({ url: 'urn:map', system: LOCAL, code: 'D', dependency }).found).toEqual(['equivalent pine']);
    expect(matches({ url: 'urn:map', system: LOCAL, code: 'D' }).found).toHaveLength(2);
  });

  test('vital signs of ISO/IEEE 11073 to LOINC come with the program', () => {
    expect(matches({ url: MDC_TO_LOINC, system: 'urn:iso:std:iso:11073:10101', code: '150022' }).found).toEqual([
      'wider 8462-4',
    ]);
    expect(
      matches({ url: MDC_TO_LOINC, system: 'urn:iso:std:iso:11073:10101', code: 'MDC_LEN_BODY_ACTUAL' }).found,
    ).toEqual(['equivalent 8302-2']);
  });

  test('refuses where no map leads', () => {
    expect(failure(() => ask('ConceptMap/$translate', { system: 'urn:none', code: 'x' }))).toBe(
      'terminology-map-unknown',
    );
    expect(failure(() => ask('ConceptMap/$translate', { url: 'urn:none', system: LOCAL, code: 'x' }))).toBe(
      'terminology-map-unknown',
    );
  });
});

describe('filters', () => {
  test.each([
    ['concept', 'is-a', 'tree', ['tree', 'oak', 'pine', 'elm', 'larch', 'yew']],
    ['concept', 'descendent-of', 'tree', ['oak', 'pine', 'elm', 'larch', 'yew']],
    ['concept', 'is-not-a', 'tree', ['plant', 'evergreen']],
    ['concept', 'generalizes', 'yew', ['yew', 'tree', 'evergreen', 'plant']],
    ['concept', 'in', 'oak, pine', ['oak', 'pine']],
    ['concept', 'not-in', 'oak,pine,elm,yew,larch,tree', ['plant', 'evergreen']],
    ['concept', 'regex', '.*e.*', ['tree', 'pine', 'elm', 'evergreen', 'yew']],
    ['leaf', '=', 'lobed', ['oak']],
    ['leaf', 'in', 'lobed,needle', ['oak', 'pine']],
    ['leaf', 'not-in', 'lobed', ['plant', 'tree', 'pine', 'elm', 'evergreen', 'larch', 'yew']],
    ['leaf', 'exists', 'true', ['oak', 'pine']],
    ['height', '=', '40', ['oak']],
    ['height', 'regex', '[34]0', ['oak', 'pine']],
    ['parent', '=', 'evergreen', ['yew']],
    ['child', '=', 'yew', ['tree', 'evergreen']],
    ['child', 'exists', 'false', ['oak', 'pine', 'elm', 'larch', 'yew']],
    ['inactive', '=', 'true', ['elm']],
    ['display', 'regex', '.* tree', ['oak', 'pine']],
  ])('%s %s %s', (property, op, value, expected) => {
    expect(filtered(property, op, value).sort()).toEqual([...expected].sort());
  });

  test('all filters of an include hold, and what cannot be answered is refused', () => {
    const both = [
      { property: 'concept', op: 'is-a', value: 'tree' },
      { property: 'leaf', op: 'exists', value: 'true' },
    ];
    expect(codes({ include: [{ system: TREES, filter: both }] })).toEqual(['oak', 'pine']);
    expect(failure(() => filtered('colour', '=', 'green'))).toBe('terminology-filter');
    expect(failure(() => filtered('leaf', 'like', 'x'))).toBe('terminology-filter');
    expect(failure(() => filtered('concept', 'is-a', 'palm'))).toBe('terminology-code-unknown');
    expect(failure(() => filtered('leaf', 'regex', '(a)\\1'))).toBe('terminology-pattern');
  });

  test('units that convert into one', () => {
    const filter = [{ property: 'canonical', op: '=', value: 'mg/dL' }];
    const set = membership(valueSetOf(treesValueSet({ include: [{ system: UCUM, filter }] })), terminology);
    expect(set.find(UCUM, 'g/L')).not.toBeNull();
    expect(set.find(UCUM, 'mm[Hg]')).toBeNull();
    expect(failure(() => expand(set))).toBe('terminology-too-costly');
  });
});

describe('$expand', () => {
  const asked = (parameters: Json) => {
    const { expansion } = ask('ValueSet/$expand', parameters) as {
      expansion: { total: number; contains?: Json[] } & Json;
    };
    return { total: expansion.total, codes: (expansion.contains ?? []).map(({ code }) => code), expansion };
  };

  test('of all codes of a system, in pages', () => {
    const whole = asked({ url: `${TREES}/vs` });
    expect(whole.total).toBe(8);
    const pages = [0, 3, 6].flatMap((offset) => asked({ url: `${TREES}/vs`, offset, count: 3 }).codes);
    expect(pages).toEqual(whole.codes);
    expect(asked({ url: `${TREES}/vs`, count: 0 })).toMatchObject({ total: 8, codes: [] });
    expect(JSON.stringify(whole.expansion.parameter)).toContain(`${TREES}|2.9`);
    expect(whole.expansion.contains).toContainEqual({
      system: TREES,
      version: '2.9',
      code: 'elm',
      display: 'Elm',
      inactive: true,
    });
  });

  test('by the words a name begins with, in any language and without accents', () => {
    expect(asked({ url: `${TREES}/vs`, filter: 'tre' }).codes).toEqual(['tree', 'oak', 'pine']);
    expect(asked({ url: `${TREES}/vs`, filter: 'tree pi' }).codes).toEqual(['pine']);
    expect(asked({ url: `${TREES}/vs`, filter: 'baum' }).codes).toEqual(['tree']);
    expect(asked({ url: `${TREES}/vs`, filter: 'meleze' }).codes).toEqual(['larch']);
  });

  test('active codes only; no groupers; designations; language', () => {
    expect(asked({ url: `${TREES}/vs`, activeOnly: true }).codes).not.toContain('elm');
    expect(asked({ url: `${TREES}/vs`, excludeNotForUI: true }).codes).not.toContain('plant');
    const tree = asked({
      url: `${TREES}/vs`,
      includeDesignations: true,
      displayLanguage: 'de',
    }).expansion.contains!.find(({ code }) => code === 'tree')!;
    expect(tree).toMatchObject({
      display: 'Baum',
      designation: [{ language: 'de', value: 'Baum' }, { language: 'fr' }],
    });
  });

  test('include, exclude, value sets in value sets, each code once', () => {
    const compose = {
      include: [
        { system: TREES, concept: [{ code: 'oak', display: 'My oak' }, { code: 'palm' }] },
        { system: TREES, filter: [{ property: 'concept', op: 'is-a', value: 'tree' }] },
      ],
      exclude: [{ system: TREES, concept: [{ code: 'elm' }] }],
    };
    expect(codes(compose)).toEqual(['oak', 'tree', 'pine', 'larch', 'yew']);
    expect(codes({ inactive: false, include: [{ system: TREES }] })).not.toContain('elm');
    const within = libraryOf([treesResource, treesValueSet(compose, 'urn:inner')]);
    const both = {
      include: [
        { valueSet: ['urn:inner', `${TREES}/vs`] },
        { system: TREES, valueSet: ['urn:inner'], filter: [{ property: 'leaf', op: 'exists', value: 'true' }] },
      ],
    };
    expect(expand(membership(valueSetOf(treesValueSet(both)), new Terminology([within]))).total).toBe(5);
  });

  test('a circle of value sets, too many codes, and a set that is not there are refused', () => {
    const circle = libraryOf([
      treesValueSet({ include: [{ valueSet: ['urn:b'] }] }, 'urn:a'),
      treesValueSet({ include: [{ valueSet: ['urn:a'] }] }, 'urn:b'),
    ]);
    expect(failure(() => new Terminology([circle]).membership('urn:a'))).toBe('terminology-value-set-circle');
    const concept = Array.from({ length: 10_001 }, (_, i) => ({ code: `c${i}` }));
    const large = libraryOf([
      { resourceType: 'CodeSystem', url: 'urn:l', content: 'complete', valueSet: 'urn:l/vs', concept },
    ]);
    const set = new Terminology([large]).membership('urn:l/vs');
    expect(failure(() => expand(set))).toBe('terminology-too-costly');
    expect(expand(set, { count: 2 })).toMatchObject({ total: null, codes: [{ code: 'c0' }, { code: 'c1' }] });
    expect(failure(() => asked({ url: 'urn:none' }))).toBe('terminology-value-set-unknown');
    expect(failure(() => asked({ url: `${SNOMED}?fhir_vs=isa/404684003` }))).toBe('terminology-code-unknown');
  });

  test('of a stored expansion', () => {
    const valueSet = {
      resourceType: 'ValueSet',
      url: 'urn:stored',
      expansion: { contains: [{ system: TREES, code: 'oak', contains: [{ system: TREES, code: 'yew' }] }] },
    };
    expect(asked({ valueSet }).codes).toEqual(['oak', 'yew']);
  });
});

test('resources sent along count as loaded', () => {
  const sent = { ...treesResource, url: 'urn:sent', valueSet: 'urn:sent/vs' };
  expect(said(ask('CodeSystem/$validate-code', { url: 'urn:sent', code: 'oak', 'tx-resource': sent })).result).toBe(
    true,
  );
  expect(
    failure(() =>
      ask('CodeSystem/$validate-code', { url: 'urn:sent', code: 'oak', 'tx-resource': { resourceType: 'Patient' } }),
    ),
  ).toBe('terminology-resource');
});

test('of several versions the newest answers, by number', () => {
  const versions = ['2.9', '2.77', '2.8'].map((version) => libraryOf([{ ...treesResource, version }]));
  expect(new Terminology(versions).system(TREES).head.version).toBe('2.77');
});
