import { patientCompartmentTable, searchParameterTable } from './parameters.data.ts';

export type SearchType = 'token' | 'string' | 'date' | 'number' | 'quantity' | 'reference' | 'uri' | 'composite';

/** One step down a resource. */
export interface Step {
  readonly name: string;
  readonly place?: number;
  readonly where?: { readonly name: string; readonly text: string };
}

/** A way from the resource, or from an element of a composite, to elements of one type. */
export interface Way {
  readonly steps: readonly Step[];
  /** Begins at the resource although the parameter stands on an element. */
  readonly fromResource: boolean;
  readonly type: string;
  /** The code system that the element's binding implies; '' for none. */
  readonly system: string;
  /** The only type of resource that counts; null for any. */
  readonly only: string | null;
}

/** One part of a composite parameter. */
export interface Part {
  readonly type: SearchType;
  readonly ways: readonly Way[];
}

export interface SearchParameter {
  readonly code: string;
  readonly type: SearchType;
  /** Types a reference may lead to; empty where it may be any. */
  readonly targets: readonly string[];
  readonly ways: readonly Way[];
  /** Elements that a composite stands on, with its parts there. */
  readonly elements: readonly { readonly steps: readonly Step[]; readonly parts: readonly Part[] }[];
}

const byType = new Map<string, ReadonlyMap<string, SearchParameter>>();

/** Parameters that every type has, by way of `meta`. */
const EVERYWHERE: Readonly<Record<string, string>> = {
  _profile: 'uri meta.profile:canonical',
  _security: 'token meta.security:Coding',
  _source: 'uri meta.source:uri',
  _tag: 'token meta.tag:Coding',
};

/** The search parameters of a resource type by code; `_id` and `_lastUpdated` are known to the store itself. */
export function parametersOf(type: string): ReadonlyMap<string, SearchParameter> {
  let found = byType.get(type);
  if (found === undefined) {
    const own = Object.hasOwn(searchParameterTable, type) ? searchParameterTable[type]! : {};
    found = new Map(
      Object.entries({ ...own, ...EVERYWHERE }).map(([code, line]) => [code, parameterOf(code, line)] as const),
    );
    byType.set(type, found);
  }
  return found;
}

/** Codes of the parameters that put a resource of the type into a patient's compartment. */
export function compartmentCodes(type: string): readonly string[] {
  return Object.hasOwn(patientCompartmentTable, type) ? patientCompartmentTable[type]! : [];
}

function parameterOf(code: string, line: string): SearchParameter {
  const [head, ...ways] = line.split(' ') as [string, ...string[]];
  const [type, targets = ''] = head.split('>') as [SearchType, string?];
  const led = targets === '' || targets === '*' ? [] : targets.split(',');
  if (type !== 'composite') return { code, type, targets: led, ways: ways.map(wayOf), elements: [] };
  const elements = ways.map((way) => {
    const open = way.indexOf('{');
    const parts = way
      .slice(open + 1, -1)
      .split(';')
      .map((part) => {
        const cut = part.indexOf('=');
        return {
          type: part.slice(0, cut) as SearchType,
          ways: part
            .slice(cut + 1)
            .split(',')
            .map(wayOf),
        };
      });
    return { steps: stepsOf(way.slice(0, open)), parts };
  });
  return { code, type, targets: [], ways: [], elements };
}

const WAY = /^(\^?)(.*):(\w+)(?:@([^>]*))?(?:>(\w+))?$/;

function wayOf(text: string): Way {
  const [, up, path, type, system = '', only = null] = WAY.exec(text) as unknown as [
    string,
    string,
    string,
    string,
    string | undefined,
    string | null | undefined,
  ];
  return { steps: stepsOf(path), fromResource: up !== '', type, system, only };
}

const STEP = /([A-Za-z]\w*)(?:\[(?:(\d+)|(\w+)=([^\]]*))\])?(?:\.|$)/g;

function stepsOf(path: string): readonly Step[] {
  if (path === '.') return [];
  return [...path.matchAll(STEP)].map(([, name, place, key, text]) => ({
    name: name!,
    ...(place === undefined ? {} : { place: Number(place) }),
    ...(key === undefined ? {} : { where: { name: key, text: text! } }),
  }));
}
