import { codingKey, type Instant, type Problem } from '@gemel/core';
import { runtimeErrors } from '../errors.data.ts';
import { foldVisit, inOrder, type LoggedMovement, type Stay, withoutCancelled } from './stay.ts';

/** Who is where at a moment. */
export interface Census {
  readonly at: Instant;
  /** Stays that have begun and not ended, by ward and bed. */
  readonly present: readonly Stay[];
  readonly expected: readonly Stay[];
  readonly discharged: readonly Stay[];
  /** Of single stays and between them: two persons in a bed, one person in two. */
  readonly problems: readonly Problem[];
}

/**
 * The census at a moment, of movements in any order: each visit in the order in which things happened, however they became known.
 * What was cancelled never happened, whenever it was cancelled. Impossible movements are kept and named. Pure.
 */
export function foldCensus(movements: readonly LoggedMovement[], at: Instant): Census {
  const stays: Stay[] = [];
  const problems: Problem[] = [];
  for (const own of byVisit(movements).values()) {
    const without = withoutCancelled(own);
    problems.push(...without.problems);
    const past = without.held.filter((movement) => movement.at <= at);
    stays.push(...foldVisit(past, at));
  }
  stays.sort(byPlace);
  const present = stays.filter(({ state }) => state !== 'expected' && state !== 'discharged');
  for (const stay of stays) problems.push(...stay.problems);
  problems.push(...conflicts(present));
  return {
    at,
    present,
    expected: stays.filter(({ state }) => state === 'expected'),
    discharged: stays.filter(({ state }) => state === 'discharged'),
    problems,
  };
}

/** Movements of each visit in order; those without a number are of their person's own. Visits that were renumbered are one. */
function byVisit(movements: readonly LoggedMovement[]): ReadonlyMap<string, readonly LoggedMovement[]> {
  const sorted = [...movements].sort(inOrder);
  const goesOnAs = new Map<string, string>();
  const newest = (visit: string): string => {
    let key = visit;
    for (let next = goesOnAs.get(key); next !== undefined; next = goesOnAs.get(key)) key = next;
    return key;
  };
  for (const { kind, cancels, visit, prior } of sorted) {
    if (kind !== 'renumbered' || cancels || visit === null || prior === null) continue;
    const [from, to] = [newest(codingKey(prior)), newest(codingKey(visit))];
    if (from !== to) goesOnAs.set(from, to);
  }
  const visits = new Map<string, LoggedMovement[]>();
  for (const movement of sorted) {
    const key = movement.visit === null ? `person ${movement.subject}` : newest(codingKey(movement.visit));
    const own = visits.get(key);
    if (own === undefined) visits.set(key, [movement]);
    else own.push(movement);
  }
  return visits;
}

function byPlace(a: Stay, b: Stay): number {
  const name = ({ placings, subject }: Stay) => {
    const place = placings.at(-1);
    return `${place?.ward ?? '\uffff'} ${place?.bed ?? '\uffff'} ${subject}`;
  };
  const [first, second] = [name(a), name(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** Beds with two persons in them, and persons in two beds. Who is on leave or on the way lies in none. */
function conflicts(stays: readonly Stay[]): readonly Problem[] {
  const inBed = new Map<string, Stay[]>();
  const ofPerson = new Map<string, Stay[]>();
  for (const stay of stays) {
    const bed = stay.placings.at(-1)?.bed;
    if (stay.state !== 'present' || bed === null || bed === undefined) continue;
    inBed.set(bed, [...(inBed.get(bed) ?? []), stay]);
    ofPerson.set(stay.subject, [...(ofPerson.get(stay.subject) ?? []), stay]);
  }
  const problems: Problem[] = [];
  for (const [bed, in_] of inBed) {
    const persons = [...new Set(in_.map(({ subject }) => subject))];
    if (persons.length < 2) continue;
    const message = `In bed ${bed} are ${persons.join(' and ')}.`;
    problems.push(runtimeErrors.problem('census-two-in-a-bed', message, { element: bed }));
  }
  for (const [subject, own] of ofPerson) {
    const beds = [...new Set(own.map(({ placings }) => placings.at(-1)!.bed))];
    if (beds.length < 2) continue;
    const message = `${subject} is in ${beds.join(' and ')}.`;
    problems.push(runtimeErrors.problem('census-in-two-beds', message, { element: subject }));
  }
  return problems;
}
