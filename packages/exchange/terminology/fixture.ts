import type { CodeSystem } from './code-system.ts';
import type { ReleaseWriter } from './release.ts';
import type { Json } from './resource.ts';

/** A code system of trees for tests: two parents, a grouper, an inactive code, properties of each type. */
export const TREES = 'http://test.example.org/trees';

export const treesResource: Json = {
  resourceType: 'CodeSystem',
  id: 'trees',
  url: TREES,
  version: '2.9',
  name: 'Trees',
  status: 'active',
  content: 'complete',
  caseSensitive: true,
  hierarchyMeaning: 'is-a',
  valueSet: `${TREES}/vs`,
  concept: [
    {
      code: 'plant',
      display: 'Plant',
      property: [{ code: 'notSelectable', valueBoolean: true }],
      concept: [
        {
          code: 'tree',
          display: 'Tree',
          definition: 'A plant of wood.',
          designation: [
            { language: 'de', value: 'Baum' },
            { language: 'fr', use: { system: 'urn:use', code: 'short' }, value: 'Arbre' },
          ],
          concept: [
            {
              code: 'oak',
              display: 'Oak tree',
              property: [
                { code: 'height', valueInteger: 40 },
                { code: 'leaf', valueCode: 'lobed' },
              ],
            },
            {
              code: 'pine',
              display: 'Pine tree',
              property: [
                { code: 'height', valueInteger: 30 },
                { code: 'leaf', valueCode: 'needle' },
              ],
            },
            {
              code: 'elm',
              display: 'Elm',
              property: [
                { code: 'inactive', valueBoolean: true },
                { code: 'status', valueCode: 'retired' },
              ],
            },
          ],
        },
        { code: 'evergreen', display: 'Evergreen plant', concept: [] },
      ],
    },
    {
      code: 'larch',
      display: 'Mélèze',
      property: [
        { code: 'parent', valueCode: 'tree' },
        { code: 'since', valueDateTime: '2001' },
      ],
    },
    {
      code: 'yew',
      display: 'Yew',
      property: [
        { code: 'parent', valueCode: 'tree' },
        { code: 'parent', valueCode: 'evergreen' },
        { code: 'kin', valueCoding: { system: 'urn:kin', code: 'k1' } },
      ],
    },
  ],
};

export function treesValueSet(compose: Json, url = `${TREES}/asked`): Json {
  return { resourceType: 'ValueSet', id: 'asked', url, status: 'active', compose };
}

export function codesOf(system: CodeSystem, numbers: Iterable<number>): string[] {
  return [...numbers].map((n) => system.concept(n).code).sort();
}

/** Writes nothing and keeps nothing: for decoders whose answers do not matter. */
export const nowhere: ReleaseWriter = {
  system: () => {
    const numbers = new Map<string, number>();
    return {
      add({ code }) {
        if (numbers.has(code)) return -1;
        numbers.set(code, numbers.size);
        return numbers.size - 1;
      },
      find: (code) => numbers.get(code) ?? -1,
      rename: () => {},
      designate: () => {},
      describe: () => {},
      place: () => {},
      finish: () => null,
    };
  },
  valueSet: () => {},
  map: () => ({ add: () => {} }),
};
