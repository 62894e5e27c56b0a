import {
  CONSENT_SCOPES,
  CONSENT_STATUSES,
  type Consent,
  type ConsentPeriod,
  type ConsentProvision,
  type ConsentScope,
  type ConsentStatus,
  consentFact,
  instant,
} from '@gemel/core';
import { type Context, type Json, keep, note, type Outcome, refuse } from '../context.ts';
import { isObject, readConcept, readMoment } from '../datatype.ts';
import { retract, statusOf } from '../occurrence.ts';
import { identifierKey, patientKey } from '../reference.ts';

const SCOPE = 'http://terminology.hl7.org/CodeSystem/consentscope';
const ACTION = 'http://terminology.hl7.org/CodeSystem/consentaction';

/** Base policies of v3 ActCode that say by themselves whether data may be used. */
const BASE: Readonly<Record<string, 'permit' | 'deny'>> = {
  OPTIN: 'permit',
  OPTINR: 'permit',
  OPTOUT: 'deny',
  OPTOUTE: 'deny',
};
const POLICY = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

/** Elements of a provision that are read here; any other makes it unread. */
const READ = new Set([
  'id',
  'type',
  'period',
  'actor',
  'action',
  'securityLabel',
  'purpose',
  'class',
  'code',
  'dataPeriod',
  'data',
  'provision',
]);
/** Provisions within provisions; deeper ones are not read. */
const DEEPEST = 20;

/**
 * Consent → fact `consent`, true since it was given. A part that cannot be read is left out and makes its provision unread: it
 * then permits nothing, and refuses all that it would without that part. What a person refused is not lost for being hard to read.
 */
export function decodeConsent(resource: Json, context: Context): Outcome {
  const subject = patientKey(resource.patient, context, 'patient');
  if (typeof subject !== 'string') return subject;
  const status = statusOf(resource, context);
  if (typeof status !== 'string') return status;
  if (status === 'entered-in-error') return retract(resource, subject, context);
  if (!(CONSENT_STATUSES as readonly string[]).includes(status)) {
    return refuse(context, 'fhir-consent-unread', `"${status}" is no status of a consent`, 'status');
  }
  const scope = readConcept(resource.scope, context, 'scope')?.codings.find(({ system }) => system === SCOPE)?.code;
  if (scope === undefined || !(CONSENT_SCOPES as readonly string[]).includes(scope)) {
    const message = scope === undefined ? 'the consent names no scope of R4' : `"${scope}" is no scope of R4`;
    return keep(context, 'fhir-consent-unread', message, 'scope.coding');
  }
  const given = givenAt(resource, context);
  if (given === null) return refuse(context, 'fhir-consent-undated', 'nothing says when it was given', 'dateTime');
  const reference = context.provenance.sourceId;
  if (reference === undefined) {
    return refuse(context, 'fhir-identity-missing', 'a consent without an id cannot be withdrawn', 'id');
  }
  const consent: Consent = {
    reference,
    status: status as ConsentStatus,
    scope: scope as ConsentScope,
    dateTime: given.start,
    root: rootOf(resource, context),
  };
  return {
    fate: 'mapped',
    items: [
      {
        kind: 'fact',
        subject,
        provenance: context.provenance,
        ...consentFact(consent),
        time: given,
      },
    ],
  };
}

function givenAt(resource: Json, context: Context) {
  const { meta } = resource;
  const stated = resource.dateTime ?? (isObject(meta) ? meta.lastUpdated : undefined);
  const moment = stated === undefined ? null : readMoment(stated, context, 'dateTime');
  if (moment === null) return null;
  const { start, offset } = moment.time;
  return { start, offset };
}

/** The base policy with the root provision as its rule; a root that states its own type goes before the policy. */
function rootOf(resource: Json, context: Context): ConsentProvision {
  const rule = readConcept(resource.policyRule, context, 'policyRule');
  const base = rule?.codings.map(({ system, code }) => (system === POLICY ? BASE[code] : undefined)).find(Boolean);
  const foreign = modified(resource) ? 'the consent has a modifierExtension or implicitRules' : undefined;
  const root: ConsentProvision =
    resource.provision === undefined
      ? { type: null, provisions: [] }
      : readProvision(resource.provision, context, 'provision', 0);
  if (foreign === undefined) return { ...root, type: root.type ?? base ?? null };
  // It may turn the meaning round, so nothing is permitted by it.
  note(context, 'fhir-consent-unread', foreign);
  return { type: 'deny', unread: foreign, provisions: [] };
}

function modified(holder: Json): boolean {
  return holder.modifierExtension !== undefined || holder.implicitRules !== undefined;
}

function readProvision(value: unknown, context: Context, path: string, depth: number): ConsentProvision {
  const faults: string[] = [];
  const faulty = new Set<string>();
  const fault = (field: string, message: string, part = '') => {
    const at = field === '' ? path : `${path}.${field}${part}`;
    note(context, 'fhir-consent-unread', message, at);
    faults.push(`${at}: ${message}`);
    faulty.add(field);
  };
  if (!isObject(value) || depth > DEEPEST) {
    fault('', isObject(value) ? `provisions lie over ${DEEPEST} deep` : 'no provision');
    return { type: 'deny', unread: faults[0]!, provisions: [] };
  }
  for (const name of Object.keys(value)) if (!READ.has(name)) fault(name, `${name} of a provision is not understood`);
  const { type } = value;
  const stated = type === 'permit' || type === 'deny' ? type : null;
  if (stated === null && (type !== undefined || depth > 0)) fault('type', 'the provision says neither permit nor deny');
  const period = (name: string): ConsentPeriod | undefined => {
    if (value[name] === undefined) return undefined;
    const read = readSpan(value[name], context, `${path}.${name}`);
    if (read === null) fault(name, 'the period cannot be read');
    return read ?? undefined;
  };
  const items = (name: string): readonly unknown[] => {
    const list = value[name];
    if (list === undefined) return [];
    if (Array.isArray(list) && list.length > 0) return list;
    fault(name, `${name} is no list`);
    return [];
  };
  const codings = (name: string): readonly string[] =>
    items(name).flatMap((item, i) => {
      const key = keyOfCoding(item);
      if (key === null) fault(name, 'the code has no system or no code', `[${i}]`);
      return key === null ? [] : [key];
    });
  const concepts = (name: string): readonly string[] =>
    items(name).flatMap((item, i) => {
      const list = isObject(item) && Array.isArray(item.coding) ? item.coding.map(keyOfCoding) : [];
      const keys = list.filter((key) => key !== null);
      if (keys.length === 0) fault(name, 'no code with its system', `[${i}]`);
      return keys;
    });
  const actors = items('actor').flatMap((item, i) => {
    const role = isObject(item)
      ? (readConcept(item.role, context, `${path}.actor[${i}].role`)?.codings[0] ?? null)
      : null;
    const reference = isObject(item) ? referenceOf(item.reference) : null;
    if (role === null && reference === null) {
      fault('actor', 'names nobody', `[${i}]`);
      return [];
    }
    return [{ role: role?.code ?? null, reference }];
  });
  const actions = concepts('action').flatMap((key) => {
    if (key.startsWith(`${ACTION}|`)) return [key.slice(ACTION.length + 1)];
    fault('action', `"${key}" is no action of R4`);
    return [];
  });
  const data = items('data').flatMap((item, i) => {
    const reference = isObject(item) ? referenceOf(item.reference) : null;
    if (!isObject(item) || item.meaning !== 'instance' || reference === null) {
      fault('data', 'only data named one by one (meaning "instance") can be told apart', `[${i}]`);
    }
    return reference === null ? [] : [reference];
  });
  const [inForce, dataPeriod] = [period('period'), period('dataPeriod')];
  const lists: readonly (readonly [field: string, name: keyof ConsentProvision, list: readonly unknown[]])[] = [
    ['actor', 'actors', actors],
    ['action', 'actions', actions],
    ['securityLabel', 'labels', codings('securityLabel')],
    ['purpose', 'purposes', codings('purpose')],
    ['class', 'classes', codings('class')],
    ['code', 'codes', concepts('code')],
    ['data', 'data', data],
  ];
  const provisions = items('provision').map((nested, i) =>
    readProvision(nested, context, `${path}.provision[${i}]`, depth + 1),
  );
  const criteria = lists.filter(([field, , list]) => list.length > 0 && !faulty.has(field));
  return {
    type: faulty.has('type') ? 'deny' : stated,
    ...(inForce === undefined ? {} : { period: inForce }),
    ...(dataPeriod === undefined ? {} : { dataPeriod }),
    ...Object.fromEntries(criteria.map(([, name, list]) => [name, list])),
    ...(faults.length === 0 ? {} : { unread: faults[0]! }),
    provisions,
  };
}

/** A period open at either end; the last day, month or year belongs to it whole. */
function readSpan(value: unknown, context: Context, path: string): ConsentPeriod | null {
  if (!isObject(value) || (value.start === undefined && value.end === undefined)) return null;
  const start = value.start === undefined ? null : readMoment(value.start, context, `${path}.start`);
  const end = value.end === undefined ? null : readMoment(value.end, context, `${path}.end`);
  if ((start === null && value.start !== undefined) || (end === null && value.end !== undefined)) return null;
  const from = start?.time.start ?? null;
  const to = end === null ? null : end.time.end === undefined ? end.time.start : instant(end.time.end - 1);
  return from !== null && to !== null && to < from ? null : { from, to };
}

function keyOfCoding(item: unknown): string | null {
  if (!isObject(item) || typeof item.system !== 'string' || typeof item.code !== 'string') return null;
  return item.system === '' || item.code === '' ? null : `${item.system}|${item.code}`;
}

function referenceOf(value: unknown): string | null {
  if (!isObject(value)) return null;
  if (typeof value.reference === 'string' && value.reference !== '') return value.reference;
  return isObject(value.identifier) ? (identifierKey(value.identifier) ?? null) : null;
}
