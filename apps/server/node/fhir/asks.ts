import { resourceLabels } from '@gemel/exchange/fhir/consent/resource-labels';
import type { AccessEvent } from '../../access.ts';
import type { Entered } from './fhir-access.ts';
import { OF_NOBODY } from './resource-format.ts';
import type { Settled } from './write.ts';

/** Something that the settled steps are to do, and that was not permitted beforehand. */
export const CHANGED = new Error('what a condition means has changed');

interface Ask {
  readonly key: string;
  readonly action: 'create' | 'update' | 'delete';
  readonly type: string;
  readonly subject: string;
  readonly labels: readonly string[];
  readonly entity: string;
}

/** What is asked of scopes and policies for each step: of whom the resource will be, and of whom it was. */
export function asksOf(settled: readonly Settled[]): readonly Ask[] {
  return settled.flatMap(({ type, id, write, before, step }) => {
    const entity = `${type}/${id ?? ''}`;
    const there = before !== null && !before.deleted;
    const action = step.how === 'delete' ? 'delete' : there ? 'update' : 'create';
    const labels = write?.resource == null ? [] : resourceLabels(write.resource);
    const subjects = new Set<string>();
    if (write !== null && write.resource !== null) subjects.add(write.subject);
    if (there) subjects.add(before.subject);
    if (subjects.size === 0) subjects.add(type === 'Patient' && id !== null ? `Patient/${id}` : OF_NOBODY);
    return [...subjects].map((subject) => {
      // A resource that is there already is told of, not changed.
      const done = write === null ? 'create' : action;
      return {
        key: JSON.stringify([done, type, subject, labels]),
        action: done as Ask['action'],
        type,
        subject,
        labels,
        entity,
      };
    });
  });
}

/** One event for all of one kind and person. @throws CHANGED */
export function eventsOf(settled: readonly Settled[], permitted: ReadonlyMap<string, Entered>): readonly AccessEvent[] {
  const events = new Map<string, AccessEvent & { readonly entities: string[] }>();
  for (const { key, entity } of asksOf(settled)) {
    const entered = permitted.get(key);
    if (entered === undefined) throw CHANGED;
    const known = events.get(key);
    if (known === undefined) events.set(key, { ...entered, entities: [entity], outcome: 'success' });
    else known.entities.push(entity);
  }
  return [...events.values()];
}
