import type { Criterion, ResourceSearch } from '@gemel/core/resource-search';
import type { Lookup, Resource, ResourceHead, ResourceWrite } from '@gemel/store/resource-contract';
import { restErrors } from './errors.data.ts';
import { subjectOf } from './resource-format.ts';
import { conditionalReferences, withReferences } from './rewrite.ts';

/** One thing to write, alone or as an entry of a transaction; conditions are looked up within the transaction that writes. */
export type Step = {
  /** Name by which others of the transaction refer to it. */
  readonly fullUrl: string | null;
  /** The id that a new resource gets where none is given. */
  readonly newId: string;
} & (
  | { readonly how: 'create'; readonly resource: Resource; readonly ifNoneExist: ResourceSearch | null }
  | {
      readonly how: 'update';
      readonly resource: Resource;
      /** The address, or the condition that stands for it. */
      readonly at: { readonly id: string } | ResourceSearch;
      /** The version that must be current; 0 for none; null for any. */
      readonly ifVersion: number | null;
    }
  | {
      readonly how: 'delete';
      readonly type: string;
      readonly at: { readonly id: string } | ResourceSearch;
      readonly ifVersion: number | null;
    }
);

/** What a step comes to once its condition was looked up. */
export interface Settled {
  readonly step: Step;
  readonly type: string;
  /** Null for a deletion that means nothing. */
  readonly id: string | null;
  /** Null where nothing is to be written: it is there already. */
  readonly write: ResourceWrite | null;
  /** What was there before. */
  readonly before: ResourceHead | null;
}

/** Turns a conditional reference into a search. @throws rest-condition */
export type Condition = (type: string, query: string) => ResourceSearch;

/** Steps with all that is to be looked up for them, and what they come to. */
export interface StepPlan {
  readonly lookups: readonly Lookup[];
  /** @throws rest-several, rest-reference, rest-id, rest-precondition, rest-bundle */
  settle(found: readonly (readonly ResourceHead[])[]): readonly Settled[];
}

export function planSteps(steps: readonly Step[], condition: Condition): StepPlan {
  const lookups: Lookup[] = [];
  const look = (lookup: Lookup): number => lookups.push(lookup) - 1;
  const places = steps.map((step) => {
    if (step.how === 'create') return step.ifNoneExist === null ? null : look({ search: step.ifNoneExist });
    const type = step.how === 'delete' ? step.type : String(step.resource.resourceType);
    return look('id' in step.at ? { type, id: step.at.id } : { search: step.at });
  });
  const conditions = new Map<string, number>();
  for (const step of steps)
    if (step.how !== 'delete')
      for (const text of conditionalReferences(step.resource))
        if (!conditions.has(text)) {
          const cut = text.indexOf('?');
          conditions.set(text, look({ search: condition(text.slice(0, cut), text.slice(cut + 1)) }));
        }
  return {
    lookups,
    settle(found) {
      const settled = steps.map((step, i) => settleOne(step, places[i] === null ? [] : found[places[i]!]!));
      const names = new Map<string, string>();
      for (const { step, type, id } of settled)
        if (step.fullUrl !== null && id !== null) names.set(step.fullUrl, `${type}/${id}`);
      for (const [text, place] of conditions) names.set(text, one(text, found[place]!));
      refuseTwice(settled);
      return settled.map((each) => ({ ...each, write: each.write === null ? null : rewritten(each.write, names) }));
    },
  };
}

function settleOne(step: Step, found: readonly ResourceHead[]): Settled {
  const there = found.filter(({ deleted }) => !deleted);
  if (step.how === 'create') {
    const type = String(step.resource.resourceType);
    const before = single(there, type);
    const id = before?.id ?? step.newId;
    return { step, type, id, write: before === null ? puts(type, id, step.resource) : null, before };
  }
  if (step.how === 'delete') {
    const before = single(there, step.type);
    if (step.ifVersion !== null && step.ifVersion !== before?.version) throw unmet(step.type, step.ifVersion);
    const id = before?.id ?? ('id' in step.at ? step.at.id : null);
    return { step, type: step.type, id, write: id === null ? null : { type: step.type, id, resource: null }, before };
  }
  const type = String(step.resource.resourceType);
  const before = 'id' in step.at ? (found[0] ?? null) : single(there, type);
  const named = step.resource.id;
  const id = 'id' in step.at ? step.at.id : (before?.id ?? (typeof named === 'string' ? named : step.newId));
  if (!('id' in step.at) && before !== null && named !== undefined && named !== id)
    throw restErrors.error('rest-id', `The condition is met by ${type}/${id}, and the body says "${String(named)}".`, {
      field: 'id',
    });
  const write = puts(type, id, step.resource);
  // A condition that nobody met must not overwrite what bears the id of the body.
  const ifVersion = step.ifVersion ?? (!('id' in step.at) && before === null ? 0 : null);
  if (ifVersion !== null && ifVersion !== (before === null || before.deleted ? 0 : before.version))
    throw unmet(type, ifVersion);
  return { step, type, id, write: ifVersion === null ? write : { ...write, ifVersion }, before };
}

function puts(type: string, id: string, resource: Resource): ResourceWrite {
  const own = { ...resource, id };
  return { type, id, subject: subjectOf(own), resource: own };
}

function single(found: readonly ResourceHead[], type: string): ResourceHead | null {
  if (found.length > 1)
    throw restErrors.error('rest-several', `Several resources of type ${type} meet the condition.`, { element: type });
  return found[0] ?? null;
}

function unmet(type: string, version: number): Error {
  const wanted = version === 0 ? 'not there' : `at version ${version}`;
  return restErrors.error('rest-precondition', `The ${type} is not ${wanted}, as the request asks.`, { element: type });
}

function one(text: string, found: readonly ResourceHead[]): string {
  if (found.length === 1) return `${found[0]!.type}/${found[0]!.id}`;
  const many = found.length === 0 ? 'no resource' : 'several resources';
  throw restErrors.error('rest-reference', `"${text.slice(0, 200)}" is met by ${many}.`, {
    element: text.slice(0, 200),
  });
}

/** Two entries of a transaction that mean one resource have no order. */
function refuseTwice(settled: readonly Settled[]): void {
  const seen = new Set<string>();
  for (const { type, id, write } of settled) {
    if (write === null) continue;
    const key = `${type}/${id}`;
    if (seen.has(key))
      throw restErrors.error('rest-bundle', `${key} is written twice in one transaction.`, { element: key });
    seen.add(key);
  }
}

function rewritten(write: ResourceWrite, names: ReadonlyMap<string, string>): ResourceWrite {
  if (write.resource === null) return write;
  const resource = withReferences(write.resource, (text, isReference) => {
    const hash = isReference && text.startsWith('urn:') ? text.indexOf('#') : -1;
    const named = names.get(hash < 0 ? text : text.slice(0, hash));
    if (named !== undefined && (isReference || /^(urn:|https?:)/.test(text)))
      return named + (hash < 0 ? '' : text.slice(hash));
    if (isReference && /^urn:(uuid|oid):/.test(text))
      throw restErrors.error('rest-reference', `"${text}" is no fullUrl of this transaction.`, {
        element: `${write.type}/${write.id}`,
      });
    return text;
  });
  return resource === write.resource ? write : { ...write, subject: subjectOf(resource), resource };
}

/** Whether a search has a condition at all: without one a conditional write would mean everything. */
export function isCondition({ all }: { readonly all: readonly Criterion[] }): boolean {
  return all.length > 0;
}
