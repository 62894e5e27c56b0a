import { type Coding, coding, type MovementKind, movementFact, VISIT, VISIT_CLASS } from '@gemel/core';
import type { RawFact, RawTime } from '@gemel/core/raw';
import { type Context, type Json, provenanceOf } from '../context.ts';
import { isObject, listAt, objectAt, readPeriod } from '../datatype.ts';
import { resolved } from '../reference.ts';

/** Classes of visits that occupy a place: those of ambulatory, virtual and home visits do not. */
const OCCUPYING = new Set(['IMP', 'ACUTE', 'NONAC', 'EMER', 'OBSENC', 'SS', 'PRENC']);

/**
 * Where an encounter says its patient was, as movements: the admission at its start, a transfer to each further location, leaves of
 * absence by the history of its status, the discharge at its end. `time` is its period.
 */
export function encounterMovements(
  resource: Json,
  {
    status,
    subject,
    time,
    visitClass,
  }: {
    readonly status: string;
    readonly subject: string;
    readonly time: RawTime;
    readonly visitClass: Coding;
  },
  context: Context,
): readonly RawFact[] {
  if (visitClass.system !== VISIT_CLASS || !OCCUPYING.has(visitClass.code)) return [];
  const visit = visitOf(resource, context);
  const facts: RawFact[] = [];
  const say = (kind: MovementKind, at: RawTime['start'], place: Place, end?: RawTime['start']) => {
    const name = `visit-${kind}-${facts.length}`;
    const movement = { kind, cancels: false, visit, prior: null, class: visitClass.code, ...place };
    facts.push({
      kind: 'fact',
      subject,
      provenance: provenanceOf(context, 'location', name),
      codings: [],
      ...movementFact(movement, place.words),
      time: { start: at, offset: time.offset, ...(end !== undefined && end >= at && { end }) },
    });
  };
  const places = listAt(resource, 'location', context).map((entry, i) => {
    const period = entry.period === undefined ? null : readPeriod(entry.period, context, `location[${i}].period`);
    return { place: placeOf(entry, context), since: period?.time.start ?? time.start, status: entry.status };
  });
  const been = places.filter((each) => each.status !== 'planned' && each.status !== 'reserved');
  been.sort((a, b) => a.since - b.since);
  if (status === 'planned') {
    say('expected', time.start, places[0]?.place ?? NOWHERE);
    return facts;
  }
  say('admitted', time.start, been[0]?.place ?? NOWHERE);
  for (const { place, since } of been.slice(1)) say('transferred', since, place);
  for (const { place } of places.filter((each) => each.status === 'planned' || each.status === 'reserved')) {
    say('transfer-expected', time.start, place);
  }
  for (const [i, past] of listAt(resource, 'statusHistory', context).entries()) {
    if (past.status !== 'onleave') continue;
    const period = readPeriod(past.period, context, `statusHistory[${i}].period`);
    if (period === null) continue;
    say('on-leave', period.time.start, NOWHERE);
    if (period.time.end !== undefined) say('returned', period.time.end, NOWHERE);
  }
  if (time.end !== undefined && status === 'finished') say('discharged', time.end, NOWHERE);
  return facts;
}

interface Place {
  readonly ward: string | null;
  readonly bed: string | null;
  readonly words: string;
}

const NOWHERE: Place = { ward: null, bed: null, words: '' };

function visitOf(resource: Json, context: Context): Coding | null {
  const [own] = listAt(resource, 'identifier', context);
  if (own !== undefined && typeof own.value === 'string') {
    return coding(typeof own.system === 'string' ? own.system : VISIT, own.value);
  }
  const { sourceId } = context.provenance;
  return sourceId === undefined ? null : coding(VISIT, sourceId);
}

/** A bed where the source says that it is one, with the location it is part of as its ward; else a ward. */
function placeOf(entry: Json, context: Context): Place {
  const reference = objectAt(entry, 'location', context);
  const location = resolved(reference, context);
  const name = nameOf(location, reference);
  const words = [location?.name, reference?.display].find((each) => typeof each === 'string') ?? name ?? '';
  const types = [location?.physicalType, entry.physicalType].flatMap((type) =>
    isObject(type) && Array.isArray(type.coding) ? type.coding : [],
  );
  const isBed = types.some((type) => isObject(type) && type.code === 'bd');
  if (!isBed) return { ward: name, bed: null, words: String(words) };
  const partOf = isObject(location?.partOf) ? location.partOf : undefined;
  return { ward: nameOf(resolved(partOf, context), partOf), bed: name, words: String(words) };
}

/** What a location is called: its identifier, else its reference, else its words. */
function nameOf(location: Json | undefined, reference: Json | undefined): string | null {
  const identifiers = [...(Array.isArray(location?.identifier) ? location.identifier : []), reference?.identifier];
  const own = identifiers.find((each) => isObject(each) && typeof each.value === 'string');
  const words = [isObject(own) ? own.value : undefined, reference?.reference, reference?.display, location?.name];
  return words.find((word): word is string => typeof word === 'string' && word !== '') ?? null;
}
