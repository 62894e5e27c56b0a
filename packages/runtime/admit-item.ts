import {
  type Bounded,
  CodedError,
  type Concept,
  type ControlInput,
  type Fact,
  type Grade,
  type Instant,
  instant,
  MINUTE,
  type Observation,
  type Problem,
  type Quantity,
  type RawControl,
  type RawFact,
  type RawObservation,
  type RawTime,
  type RawValue,
  type Where,
} from '@gemel/core';
import { converter, validUnit } from '@gemel/core/units';
import type { Catalog, Match } from './catalog.ts';
import { runtimeErrors } from './errors.data.ts';
import type { Binding, ControlSpec } from './pack.ts';

/** A device clock may run this far ahead before its items are not believed. */
const AHEAD = 5 * MINUTE;
/** The range of a JavaScript date. */
const LAST = 8.64e15;
/** Before the name of a fact that was read out of words: no pack reads such a fact, so that none acts on it unconfirmed. */
export const TOLD_PREFIX = 'note.';

/** What became of one raw item, before the log is asked whether it is new. */
export type ItemOutcome =
  | { readonly kind: 'mapped'; readonly item: Observation | ControlInput | Fact; readonly problems: readonly Problem[] }
  | { readonly kind: 'kept'; readonly problems: readonly Problem[]; readonly unmapped?: string }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

const { problem } = runtimeErrors;

/** An observation in the source's words → coded, in the binding's unit, graded. `now` is the time of import. */
export function admitObservation(raw: RawObservation, catalog: Catalog, now: Instant, id: string): ItemOutcome {
  const where = whereOf(raw);
  const early = status(raw.status, where);
  if (early.refused !== undefined) return { kind: 'refused', problems: [early.refused] };
  const wrongTime = checkTime(raw.time, where);
  if (wrongTime !== null) return { kind: 'refused', problems: [wrongTime] };
  if (catalog.predicted(raw.codings)) {
    return { kind: 'kept', problems: [problem('admit-code-predicted', `${words(raw)} is a prediction.`, where)] };
  }
  const match = catalog.observation(raw.codings, raw.text);
  const bound = bind(raw.value, match, words(raw), where);
  if (bound.kind !== 'bound') return bound;
  const { spec, value, marks } = bound;
  const poor = spoiled(value, spec, raw.time.start, now, where);
  const all = [...(raw.marks ?? []), ...early.marks, ...fromText(raw, where), ...marks, ...poor];
  const item: Observation = {
    kind: 'observation',
    id,
    subject: raw.subject,
    signal: spec.signal,
    value: comparison(raw.value, value),
    ...given(raw.value, value),
    trueAt: raw.time.start,
    knownAt: knownAt(raw.issued, now),
    offset: raw.time.offset,
    grade: gradeOf(all, poor),
    marks: all,
    ...named(raw, catalog),
    ...labelled(raw),
  };
  return { kind: 'mapped', item, problems: [...early.marks, ...marks, ...poor] };
}

/**
 * The standard codes it was bound by, so that one measurement is called the same by whatever door it came; what its source called
 * it goes to the provenance.
 */
function named(raw: RawObservation, catalog: Catalog): Pick<Observation, 'code' | 'provenance'> {
  const { codings, text, provenance } = raw;
  const meant = catalog.meant(codings);
  if (meant.length === 0) return { code: conceptOf(raw), provenance };
  const same = text === undefined && meant.length === codings.length;
  return { code: { codings: meant }, provenance: same ? provenance : { ...provenance, code: conceptOf(raw) } };
}

/** A control input in the source's words → named, in the control's unit, graded. */
export function admitControl(raw: RawControl, catalog: Catalog, now: Instant, id: string): ItemOutcome {
  const where = whereOf(raw);
  const wrongTime = checkTime(raw.time, where);
  if (wrongTime !== null) return { kind: 'refused', problems: [wrongTime] };
  const told = fromText(raw, where);
  if (told.length > 0) return { kind: 'kept', problems: told };
  const bound = bind(raw.value, catalog.control(raw.codings, raw.text), words(raw), where);
  if (bound.kind !== 'bound') return bound;
  const { spec, value, marks } = bound;
  if (raw.value.kind === 'quantity' && raw.value.comparator !== undefined) {
    const message = `${words(raw)}: “${raw.value.comparator} ${raw.value.value}” is no amount that was given.`;
    return { kind: 'kept', problems: [problem('admit-value-kind', message, where)] };
  }
  // What is planned lies ahead by its nature; only what is said to have been given cannot.
  const poor = spoiled(value, spec, raw.status === 'given' ? raw.time.start : now, now, where);
  const all = [...(raw.marks ?? []), ...marks, ...poor];
  const { start, end } = raw.time;
  const item: ControlInput = {
    kind: 'control',
    id,
    subject: raw.subject,
    control: spec.control,
    code: conceptOf(raw),
    value,
    from: start,
    ...(end === undefined ? {} : { to: end }),
    status: raw.status,
    knownAt: knownAt(raw.issued, now),
    offset: raw.time.offset,
    grade: gradeOf(all, poor),
    marks: all,
    provenance: raw.provenance,
    ...labelled(raw),
  };
  return { kind: 'mapped', item, problems: [...marks, ...poor] };
}

/** A fact; its name is already the plain one. Units are checked, not converted: no pack has stated one for it. */
export function admitFact(raw: RawFact, now: Instant, id: string): ItemOutcome {
  const where = whereOf(raw);
  const wrongTime = checkTime(raw.time, where);
  if (wrongTime !== null) return { kind: 'refused', problems: [wrongTime] };
  const value = factValue(raw, where);
  if ('refused' in value) return { kind: 'refused', problems: [value.refused] };
  const item: Fact = {
    kind: 'fact',
    id,
    subject: raw.subject,
    fact: raw.provenance.derived === undefined ? raw.fact : `${TOLD_PREFIX}${raw.fact}`,
    code: raw.codings.length === 0 ? null : { codings: raw.codings },
    value: value.value,
    trueAt: raw.time.start,
    knownAt: knownAt(raw.issued, now),
    ...(raw.time.end === undefined ? {} : { until: raw.time.end }),
    provenance: raw.provenance,
    ...labelled(raw),
  };
  return { kind: 'mapped', item, problems: [] };
}

function labelled({ labels }: RawObservation | RawControl | RawFact): Pick<Observation, 'labels'> {
  return labels === undefined ? {} : { labels };
}

function factValue(raw: RawFact, where: Where): { readonly value: Fact['value'] } | { readonly refused: Problem } {
  const { value } = raw;
  if (value.kind === 'text') return { value: value.text };
  if (value.kind === 'boolean') return { value: value.value };
  if (value.kind === 'coded') {
    const concept: Concept = { codings: value.codings, ...(value.text === undefined ? {} : { text: value.text }) };
    return { value: concept };
  }
  if (value.kind === 'series') {
    return { refused: problem('admit-value-kind', `${raw.fact} is a series, which no fact is.`, where) };
  }
  if (!Number.isFinite(value.value)) {
    return { refused: problem('admit-value-not-finite', `${raw.fact} is ${value.value}.`, where) };
  }
  if (!validUnit(value.unit)) {
    return { refused: problem('admit-unit-unknown', `${raw.fact}: “${value.unit}” is not a UCUM unit.`, where) };
  }
  return { value: { value: value.value, unit: value.unit } };
}

interface Specified {
  readonly unit: string;
  readonly molarMass?: number;
  readonly unitAliases?: Readonly<Record<string, string>>;
}

/** The candidate whose unit fits, with the value in that unit; or why there is none. */
function bind<T extends Specified>(
  raw: RawValue,
  match: Match<T>,
  what: string,
  where: Where,
):
  | { readonly kind: 'bound'; readonly spec: T; readonly value: Quantity; readonly marks: readonly Problem[] }
  | Exclude<ItemOutcome, { kind: 'mapped' }> {
  const { candidates } = match;
  const unmapped = (): ItemOutcome & { readonly kind: 'kept' } => {
    const unused = problem('admit-code-unmapped', `No pack uses ${what}.`, where);
    return { kind: 'kept', problems: [unused], unmapped: what };
  };
  if (candidates.length === 0) return unmapped();
  if (match.unused && (raw.kind !== 'quantity' || !Number.isFinite(raw.value))) return unmapped();
  if (raw.kind !== 'quantity') {
    return { kind: 'kept', problems: [problem('admit-value-kind', `${what} has no number (${raw.kind}).`, where)] };
  }
  if (!Number.isFinite(raw.value)) {
    return { kind: 'refused', problems: [problem('admit-value-not-finite', `${what} is ${raw.value}.`, where)] };
  }
  const marks =
    match.name === undefined ? [] : [problem('admit-code-by-name', `“${match.name}” was taken by its name.`, where)];
  let reason: Problem | null = null;
  for (const spec of candidates) {
    const unit = spec.unitAliases?.[raw.unit] ?? raw.unit;
    try {
      const options = spec.molarMass === undefined ? {} : { molarMass: spec.molarMass };
      const value = { value: converter(unit, spec.unit, options)(raw.value), unit: spec.unit };
      return { kind: 'bound', spec, value, marks };
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      reason ??= unitProblem(error, what, raw.unit, spec.unit, { ...where, field: where.field ?? 'unit' });
    }
  }
  return match.unused ? unmapped() : { kind: 'refused', problems: [reason!] };
}

function unitProblem(error: CodedError, what: string, given: string, wanted: string, where: Where): Problem {
  if (error.code === 'core-unit-dimension') {
    return problem('admit-unit-dimension', `${what}: “${given}” does not measure what ${wanted} does.`, where);
  }
  const message = given === '' ? `${what} has no unit.` : `${what}: “${given}” is not a UCUM unit.`;
  return problem('admit-unit-unknown', message, where, `Write the unit as a UCUM code that converts to ${wanted}.`);
}

/** Whatever was read out of words says so, whichever door it came by. */
function fromText(raw: RawObservation | RawControl, where: Where): readonly Problem[] {
  const { derived } = raw.provenance;
  if (derived === undefined) return [];
  const message = `${words(raw)} was read out of a text (${derived.rule}).`;
  return [problem('admit-derived-from-text', message, where)];
}

/** What makes an item poor: outside the plausible range, or dated ahead. */
function spoiled(
  value: Quantity,
  spec: Binding | ControlSpec,
  at: Instant,
  now: Instant,
  where: Where,
): readonly Problem[] {
  const [low, high] = spec.plausible;
  const marks: Problem[] = [];
  if (value.value < low || value.value > high) {
    const message = `${spec.title} of ${value.value} ${value.unit} is outside ${low} to ${high} ${spec.unit}.`;
    marks.push(problem('admit-implausible', message, where));
  }
  if (at > now + AHEAD) {
    const minutes = Math.round((at - now) / MINUTE);
    marks.push(problem('admit-future', `${spec.title} is dated ${minutes} minutes ahead.`, where));
  }
  return marks;
}

/** FHIR's observation statuses (http://hl7.org/fhir/R4/valueset-observation-status.html), in its words. */
function status(
  text: string | undefined,
  where: Where,
): { readonly refused?: Problem; readonly marks: readonly Problem[] } {
  switch (text) {
    case undefined:
    case 'final':
      return { marks: [] };
    case 'preliminary':
    case 'unknown':
      return { marks: [problem('admit-preliminary', `The status is “${text}”.`, where)] };
    case 'amended':
    case 'corrected':
      return { marks: [problem('admit-amended', `The status is “${text}”.`, where)] };
    default:
      return { refused: problem('admit-status', `The status is “${text}”.`, { ...where, field: 'status' }), marks: [] };
  }
}

function comparison(raw: RawValue, value: Quantity): Quantity | Bounded {
  const comparator = raw.kind === 'quantity' ? raw.comparator : undefined;
  if (comparator === undefined) return value;
  return { kind: comparator.startsWith('<') ? 'below' : 'above', bound: value };
}

function given(raw: RawValue, { unit }: Quantity): { readonly given?: Quantity } {
  return raw.kind !== 'quantity' || raw.unit === unit ? {} : { given: { value: raw.value, unit: raw.unit } };
}

/** Remarks that are no doubt of the value. */
const HARMLESS: ReadonlySet<string> = new Set(['admit-amended', 'admit-code-by-name', 'admit-code-translated']);

/** Remarks make a value uncertain; only what spoils it makes it poor. An announced amendment is no doubt. */
function gradeOf(marks: readonly Problem[], poor: readonly Problem[]): Grade {
  if (poor.length > 0) return 'poor';
  return marks.some((mark) => !HARMLESS.has(mark.code)) ? 'uncertain' : 'good';
}

function checkTime(time: RawTime, where: Where): Problem | null {
  const valid = (at: number) => Number.isFinite(at) && Math.abs(at) <= LAST;
  if (!valid(time.start) || (time.end !== undefined && !valid(time.end))) {
    return problem('admit-time-invalid', 'The time is not an instant.', { ...where, field: where.field ?? 'time' });
  }
  if (time.end !== undefined && time.end < time.start) {
    return problem('admit-time-invalid', 'The time ends before it begins.', { ...where, field: where.field ?? 'time' });
  }
  return null;
}

/** A source may say when it knew; it cannot have known after this log did. */
function knownAt(issued: Instant | undefined, now: Instant): Instant {
  return issued === undefined || !Number.isFinite(issued) ? now : instant(Math.min(issued, now));
}

function conceptOf(raw: RawObservation | RawControl): Concept {
  return { codings: raw.codings, ...(raw.text === undefined ? {} : { text: raw.text }) };
}

/** How the source names the thing, for messages. */
function words(raw: RawObservation | RawControl): string {
  const code = raw.codings[0];
  if (code === undefined) return `“${raw.text ?? 'nameless'}”`;
  return `${code.system}|${code.code}${code.display === undefined ? '' : ` (${code.display})`}`;
}

export function whereOf(raw: { readonly provenance: Observation['provenance'] }): Where {
  const { source, element, line, byteStart } = raw.provenance;
  return {
    file: source,
    element,
    ...(line === undefined ? {} : { line }),
    ...(byteStart === undefined ? {} : { byte: byteStart }),
  };
}
