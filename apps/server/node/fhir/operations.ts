import type { Criterion } from '@gemel/core/resource-search';
import { isObject } from '@gemel/exchange/fhir/datatype';
import { resourceTypes } from '@gemel/exchange/fhir/resource-types.data';
import { referencesOf } from '@gemel/exchange/fhir/search/extract';
import { compartmentCodes, parametersOf } from '@gemel/exchange/fhir/search/parameter';
import { dateRange } from '@gemel/exchange/fhir/search/range';
import type { Resource, ResourceVersion } from '@gemel/store/resource-contract';
import { issuesOf, outcomeIssues } from './check.ts';
import { restErrors } from './errors.data.ts';
import { type FhirAnswer, outcome } from './outcome.ts';
import type { FhirRequest } from './request.ts';
import { formPairs, inCompartment, searchOf } from './search.ts';
import type { FhirService } from './service.ts';

type Run = (service: FhirService, request: FhirRequest, type: string | null, id: string | null) => Promise<FhirAnswer>;

/** Operations by name, with where they stand: on the server, a type or a resource. Terminology's have routes of their own. */
export const RESOURCE_OPERATIONS: Readonly<Record<string, { readonly on: readonly string[]; readonly run: Run }>> = {
  $everything: { on: ['Patient/:id'], run: everything },
  $lastn: { on: ['Observation'], run: lastn },
  $validate: { on: [':type', ':type/:id'], run: validate },
};

/** @throws rest-route-unknown, and what the operation throws */
export async function runOperation(
  service: FhirService,
  request: FhirRequest,
  name: string,
  type: string | null,
  id: string | null,
): Promise<FhirAnswer> {
  const operation = Object.hasOwn(RESOURCE_OPERATIONS, name) ? RESOURCE_OPERATIONS[name]! : null;
  const place = id === null ? (type ?? '') : `${type}/:id`;
  const any = id === null ? ':type' : ':type/:id';
  if (operation === null || !(operation.on.includes(place) || (type !== null && operation.on.includes(any))))
    throw restErrors.error(
      'rest-route-unknown',
      `There is no operation ${name.slice(0, 64)} at /${[type, id].filter((part) => part !== null).join('/')}.`,
    );
  return operation.run(service, request, type, id);
}

/** Resources that one answer of an operation holds at most. */
const MOST = 5_000;

/** Parameters of an operation by name: of the address, of a form or of a Parameters resource. */
export function inputsOf({ query, body, method }: FhirRequest): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const add = (name: string, value: unknown) => found.set(name, [...(found.get(name) ?? []), String(value)]);
  for (const [name, value] of query) add(name, value);
  if (method === 'POST' && isObject(body)) {
    if (body.resourceType !== 'Parameters') for (const [name, value] of formPairs(body)) add(name, value);
    for (const part of Array.isArray(body.parameter) ? body.parameter : []) {
      const key = isObject(part) ? Object.keys(part).find((each) => each.startsWith('value')) : undefined;
      if (key !== undefined) add(String(part.name), part[key]);
    }
  }
  return found;
}

/** Everything in a patient's compartment, and what it refers to that is of nobody. Pages are not made: $export gives more. */
async function everything(
  service: FhirService,
  request: FhirRequest,
  _type: string | null,
  id: string | null,
): Promise<FhirAnswer> {
  const { resources, access } = service.surroundings;
  const entered = await access.enter(request.caller, 'operate', 'Patient', `Patient/${id}`);
  const patient = await resources.read('Patient', id!);
  if (patient?.resource == null) throw restErrors.error('rest-not-found', `There is no Patient/${id}.`);
  const inputs = inputsOf(request);
  const wanted = new Set((inputs.get('_type') ?? []).flatMap((list) => list.split(',')));
  const since = instantOf(inputs.get('_since')?.[0], '_since');
  const during = periodOf(inputs.get('start')?.[0], inputs.get('end')?.[0]);
  const types = [...resourceTypes].filter((type) => type !== 'Patient' && compartmentCodes(type).length > 0);
  const found: ResourceVersion[] = [patient];
  for (const type of types) {
    if (wanted.size > 0 && !wanted.has(type)) continue;
    const all: Criterion[] = [inCompartment(type, id!)];
    if (since !== null) all.push({ kind: 'updated', any: [{ lowFrom: since }] });
    if (during !== null && parametersOf(type).get('date')?.type === 'date')
      all.push({ kind: 'range', param: `${type}.date`, any: [during] });
    const { hits } = await resources.search({ type, all, sort: [] }, { limit: MOST + 1 - found.length });
    found.push(...hits);
    if (found.length > MOST)
      throw restErrors.error(
        'rest-too-much',
        `Patient/${id} has more than ${MOST} resources; narrow with _type, start and end, or use $export.`,
      );
  }
  const seen = await access.visible(request.caller, found);
  const besides = await access.visible(request.caller, await ofNobody(service, seen, wanted));
  const entities = [...seen, ...besides].map(({ type, id: own }) => `${type}/${own}`);
  await access.record([{ ...entered, entities, outcome: 'success' }]);
  return searchset([...seen, ...besides], request, seen.length);
}

/** Practitioners, organisations, locations, medications and devices that the resources refer to. */
async function ofNobody(
  service: FhirService,
  from: readonly ResourceVersion[],
  wanted: ReadonlySet<string>,
): Promise<readonly ResourceVersion[]> {
  const keys = new Map<string, { readonly type: string; readonly id: string }>();
  for (const { type, resource } of from)
    for (const parameter of parametersOf(type).values()) {
      if (parameter.type !== 'reference' || resource === null) continue;
      for (const target of referencesOf(resource, parameter)) {
        const [, to, id] =
          /^(Practitioner|PractitionerRole|Organization|Location|Medication)\/([A-Za-z0-9\-.]{1,64})$/.exec(target) ??
          [];
        if (to !== undefined && (wanted.size === 0 || wanted.has(to))) keys.set(target, { type: to, id: id! });
      }
    }
  return service.surroundings.resources.readMany([...keys.values()].slice(0, MOST));
}

/** The newest observations of each code among those that a search finds (R4, Observation/$lastn). */
async function lastn(service: FhirService, request: FhirRequest): Promise<FhirAnswer> {
  const { resources, access } = service.surroundings;
  const inputs = inputsOf(request);
  const max = inputs.get('max')?.[0] ?? '1';
  if (!/^[1-9]\d{0,3}$/.test(max))
    throw restErrors.error('rest-parameter', `max: "${max.slice(0, 40)}" is not a number of 1 to 9999.`, {
      field: 'max',
    });
  const pairs = [...inputs]
    .filter(([name]) => name !== 'max')
    .flatMap(([name, values]) => values.map((value) => [name, value] as const));
  if (!pairs.some(([name]) => /^(patient|subject)(:|$)/.test(name)))
    throw restErrors.error('rest-parameter', '$lastn asks for patient or subject.', { field: 'patient' });
  const { search } = searchOf('Observation', pairs, request, service.surroundings, true);
  const owner = search.all.flatMap((each) =>
    each.kind === 'reference' && /\.(patient|subject)$/.test(each.param) ? each.any : [],
  );
  const entered = await access.enter(
    request.caller,
    'operate',
    'Observation',
    owner.length === 1 ? owner[0]!.target : null,
  );
  const sort = [{ by: { kind: 'range', param: 'Observation.date' }, descending: true }] as const;
  const { hits, next } = await resources.search({ ...search, sort }, { limit: MOST });
  if (next !== null) throw restErrors.error('rest-too-much', `More than ${MOST} observations meet the conditions.`);
  const given = new Map<string, number>();
  const newest = (await access.visible(request.caller, hits)).filter(({ resource }) => {
    const codes = codesOf(resource!);
    const known = Math.max(0, ...codes.map((code) => given.get(code) ?? 0));
    if (known >= Number(max)) return false;
    for (const code of codes) given.set(code, known + 1);
    return true;
  });
  await access.record([{ ...entered, entities: newest.map(({ type, id }) => `${type}/${id}`), outcome: 'success' }]);
  return searchset(newest, request, newest.length);
}

function codesOf({ code }: Resource): readonly string[] {
  const concept = isObject(code) ? code : {};
  const codings = (Array.isArray(concept.coding) ? concept.coding : []).filter(isObject);
  const codes = codings.map((coding) => `${String(coding.system)}|${String(coding.code)}`);
  return codes.length > 0 ? codes : [String(concept.text)];
}

function searchset(versions: readonly ResourceVersion[], { base }: FhirRequest, matches: number): FhirAnswer {
  const entry = versions.map(({ type, id, resource }, i) => ({
    fullUrl: `${base}/${type}/${id}`,
    resource,
    search: { mode: i < matches ? 'match' : 'include' },
  }));
  const body = { resourceType: 'Bundle', type: 'searchset', total: matches, ...(entry.length === 0 ? {} : { entry }) };
  return { status: 200, headers: {}, body };
}

/** What is wrong with a resource, given or kept; nothing is written. */
async function validate(
  service: FhirService,
  request: FhirRequest,
  type: string | null,
  id: string | null,
): Promise<FhirAnswer> {
  const { body } = request;
  const parts =
    isObject(body) && body.resourceType === 'Parameters' && type !== 'Parameters' && Array.isArray(body.parameter)
      ? body.parameter
      : [];
  const part = parts.find((each) => isObject(each) && each.name === 'resource');
  let resource: unknown = part === undefined ? (parts.length > 0 ? undefined : body) : part.resource;
  const inputs = inputsOf(request);
  const mode = inputs.get('mode')?.[0];
  if (mode !== undefined && mode !== 'create' && mode !== 'update')
    throw restErrors.error('rest-parameter', `mode: "${mode.slice(0, 40)}" is not create or update.`, {
      field: 'mode',
    });
  if (resource === undefined && id !== null) {
    const kept = await service.surroundings.resources.read(type!, id);
    await service.surroundings.access.enter(request.caller, 'read', type!, kept?.subject ?? null);
    if (kept?.resource == null) throw restErrors.error('rest-not-found', `There is no ${type}/${id}.`);
    resource = kept.resource;
  } else await service.surroundings.access.enter(request.caller, 'operate', type!, null);
  if (!isObject(resource)) throw restErrors.error('rest-body', 'There is no resource to validate.');
  if (resource.resourceType !== type)
    throw restErrors.error(
      'rest-body',
      `The resource is of type "${String(resource.resourceType).slice(0, 64)}", not ${type}.`,
    );
  const issues = issuesOf(resource, inputs.get('profile') ?? []);
  return { status: 200, headers: {}, body: outcome(outcomeIssues(issues)) };
}

function instantOf(text: string | undefined, name: string): number | null {
  if (text === undefined) return null;
  const range = dateRange(text);
  if (range === null)
    throw restErrors.error('rest-parameter', `${name}: "${text.slice(0, 40)}" is not a date.`, { field: name });
  return range.low;
}

function periodOf(
  start: string | undefined,
  end: string | undefined,
): { readonly highFrom?: number; readonly lowTo?: number } | null {
  const from = instantOf(start, 'start');
  instantOf(end, 'end');
  if (start === undefined && end === undefined) return null;
  return {
    ...(from === null ? {} : { highFrom: from }),
    ...(end === undefined ? {} : { lowTo: dateRange(end)!.high }),
  };
}
