import { resourceTypes } from '@gemel/exchange/fhir/resource-types.data';
import { parametersOf } from '@gemel/exchange/fhir/search/parameter';
import { OPERATIONS } from '@gemel/exchange/terminology/fhir-operation';
import type { Resource } from '@gemel/store/resource-contract';
import { RESOURCE_OPERATIONS } from './operations.ts';

export interface CapabilityOptions {
  /** When the software was made, as a date. */
  readonly date: string;
  readonly version: string;
  /** Where tokens come from; absent where nobody logs in. */
  readonly security?: Resource;
  /** Operations on the server as a whole and on types, by name, that other parts answer: `Patient/$export`. */
  readonly operations: readonly string[];
}

const INTERACTIONS = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'history-type',
  'create',
  'search-type',
].map((code) => ({ code }));

/** What the server does, read off the same tables by which it does it. */
export function capabilityStatement(
  base: string,
  { date, version, security, operations }: CapabilityOptions,
): Resource {
  const named = [
    ...Object.entries(RESOURCE_OPERATIONS).flatMap(([name, { on }]) =>
      on.map((place) => `${place.split('/')[0]}/${name}`),
    ),
    ...Object.keys(OPERATIONS),
    ...operations,
  ];
  const of = (type: string | null) =>
    [
      ...new Set(
        named.filter((each) =>
          type === null ? !each.includes('/') : each.startsWith(`${type}/`) || each.startsWith(':type/'),
        ),
      ),
    ].map((each) => {
      const name = each.slice(each.indexOf('$') + 1);
      const owner = each.includes('/') ? each.slice(0, each.indexOf('/')).replace(':type', 'Resource') : 'Resource';
      return { name, definition: DEFINITION[name] ?? `http://hl7.org/fhir/OperationDefinition/${owner}-${name}` };
    });
  const resource = [...resourceTypes]
    .filter((type) => type !== 'Parameters' && type !== 'Bundle' && type !== 'OperationOutcome')
    .map((type) => {
      const references = [...parametersOf(type).values()].filter((parameter) => parameter.type === 'reference');
      const operation = of(type);
      return {
        type,
        interaction: INTERACTIONS,
        versioning: 'versioned-update',
        readHistory: true,
        updateCreate: true,
        conditionalCreate: true,
        conditionalRead: 'full-support',
        conditionalUpdate: true,
        conditionalDelete: 'single',
        referencePolicy: ['literal', 'logical', 'local'],
        searchInclude: ['*', ...references.map(({ code }) => `${type}:${code}`)],
        ...(referring().has(type) ? { searchRevInclude: referring().get(type) } : {}),
        searchParam: [
          { name: '_id', type: 'token' },
          { name: '_lastUpdated', type: 'date' },
          ...[...parametersOf(type).values()].map(({ code, type: kind }) => ({ name: code, type: kind })),
        ],
        ...(operation.length === 0 ? {} : { operation }),
      };
    });
  const system = of(null);
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    experimental: true,
    date,
    publisher: 'Gemel',
    kind: 'instance',
    software: { name: 'Gemel', version },
    implementation: { description: 'Gemel. Research use. Not for clinical use.', url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    patchFormat: ['application/json-patch+json', 'application/fhir+json'],
    rest: [
      {
        mode: 'server',
        documentation:
          'Searches: all parameter types, chains, _has, _include and _revinclude (also :iterate), _sort by dates, numbers, quantities, strings, _id and _lastUpdated. ' +
          'Not served: XML, search of several types at once, _text, _content, _filter, _list, _contained, sorting by tokens and references, references into contained resources, histories by _at. ' +
          'References are not checked for what they lead to.',
        ...(security === undefined ? {} : { security }),
        resource,
        interaction: [{ code: 'transaction' }, { code: 'batch' }, { code: 'history-system' }],
        ...(system.length === 0 ? {} : { operation: system }),
        compartment: ['http://hl7.org/fhir/CompartmentDefinition/patient'],
      },
    ],
  };
}

/** How a client gets a token: SMART App Launch, with the addresses of the authorization server. */
export function smartSecurity(base: string): Resource {
  return {
    cors: true,
    service: [
      {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code: 'SMART-on-FHIR' }],
        text: `OAuth2 with SMART App Launch; see ${base}/.well-known/smart-configuration`,
      },
    ],
  };
}

const DEFINITION: Readonly<Record<string, string>> = {
  export: 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export',
};

let byTarget: Map<string, string[]> | null = null;

/** By type, the references of other types that may lead to it. */
function referring(): ReadonlyMap<string, readonly string[]> {
  if (byTarget === null) {
    byTarget = new Map();
    for (const type of resourceTypes)
      for (const { code, type: kind, targets } of parametersOf(type).values())
        if (kind === 'reference')
          for (const target of targets) byTarget.set(target, [...(byTarget.get(target) ?? []), `${type}:${code}`]);
  }
  return byTarget;
}
