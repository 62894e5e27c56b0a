import type { RawFact, RawItem, RawTime, RawValue } from '@gemel/core';
import { instant } from '@gemel/core/time';
import { ADMINISTRATIVE_GENDER } from '../codes.data.ts';
import {
  type Context,
  type Json,
  KEPT,
  mapped,
  note,
  type Outcome,
  provenanceOf,
  REFUSED,
  refuse,
} from '../context.ts';
import { isObject, listAt, readConcept, readInstant, readMoment, readPeriod, textAt, wrongType } from '../datatype.ts';
import { identifierKey, patientKey } from '../reference.ts';

const NAME_ORDER = ['official', 'usual', undefined, 'nickname', 'anonymous', 'maiden', 'old', 'temp'];

/** Patient → facts name, sex, birthDate, identifier, address, telecom, deceased; link → merge. */
export function decodePatient(resource: Json, context: Context): Outcome {
  const subject = context.provenance.sourceId ?? context.options.subject;
  if (subject === undefined) {
    return refuse(context, 'fhir-identity-missing', 'the patient has neither id, fullUrl nor identifier with a system');
  }
  const items: RawItem[] = [];
  const since = trueSince(resource, context) ?? { start: instant(0), offset: null };
  const add: AddFact = (fact, part, value, { time = since, codings = [], name } = {}) =>
    items.push({ kind: 'fact', subject, fact, codings, value, time, provenance: provenanceOf(context, part, name) });

  const name = preferredName(listAt(resource, 'name', context), context);
  if (name) add('name', 'name', { kind: 'text', text: name.text });
  const gender = textAt(resource, 'gender', context);
  if (gender) add('sex', 'gender', { kind: 'coded', codings: [{ system: ADMINISTRATIVE_GENDER, code: gender }] });
  const birthDate = textAt(resource, 'birthDate', context);
  if (birthDate && readMoment(birthDate, context, 'birthDate')) {
    add('birthDate', 'birthDate', { kind: 'text', text: birthDate });
  }
  for (const [i, identifier] of listAt(resource, 'identifier', context).entries()) {
    const key = identifierKey(identifier);
    const type = readConcept(identifier.type, context, `identifier[${i}].type`);
    const period =
      identifier.period === undefined ? null : readPeriod(identifier.period, context, `identifier[${i}].period`);
    if (!key) continue;
    add(
      'identifier',
      `identifier[${i}]`,
      { kind: 'text', text: key },
      {
        time: period?.time ?? since,
        codings: type?.codings ?? [],
        name: `identifier:${key}`,
      },
    );
  }
  for (const [part, fact] of [
    ['address', addressText],
    ['telecom', telecomText],
  ] as const) {
    const [text] = listAt(resource, part, context).flatMap(fact);
    if (text !== undefined) add(part, part, { kind: 'text', text });
  }
  addDeath(resource, context, add);
  for (const [i, link] of listAt(resource, 'link', context).entries()) {
    const type = textAt(link, 'type', context, `link[${i}].type`);
    if (type !== 'replaced-by' && type !== 'replaces') continue;
    const other = patientKey(link.other, context, `link[${i}].other`);
    if (typeof other !== 'string') continue;
    const [from, to] = type === 'replaces' ? [other, subject] : [subject, other];
    const issued = readInstant(
      isObject(resource.meta) ? resource.meta.lastUpdated : undefined,
      context,
      'meta.lastUpdated',
    );
    items.push({
      kind: 'merge',
      subject: to,
      from,
      provenance: provenanceOf(context, `link[${i}]`),
      ...(issued === undefined ? {} : { issued }),
    });
  }
  // A patient of whom nothing but the id is known makes no fact.
  if (items.length === 0) return context.problems.length === 0 ? KEPT : REFUSED;
  if (trueSince(resource, context) === null) {
    note(context, 'fhir-fact-undated', 'neither birthDate nor meta.lastUpdated says since when; taken as always true');
  }
  return mapped(items);
}

type AddFact = (
  fact: string,
  part: string,
  value: RawValue,
  more?: { readonly time?: RawTime; readonly codings?: RawFact['codings']; readonly name?: string },
) => void;

/** Facts a Patient gives no time for hold from birth; from the last update where no birth date is known; else null. */
function trueSince(resource: Json, context: Context): RawTime | null {
  const { birthDate, meta } = resource;
  const quiet: Context = { ...context, problems: [] };
  const born = typeof birthDate === 'string' ? readMoment(birthDate, quiet, 'birthDate') : null;
  if (born) return { start: born.time.start, offset: born.time.offset };
  const updated = isObject(meta) ? readInstant(meta.lastUpdated, quiet, 'meta.lastUpdated') : undefined;
  return updated === undefined ? null : { start: updated, offset: null };
}

function preferredName(names: readonly Json[], context: Context): { readonly text: string } | null {
  const rank = (name: Json) =>
    (NAME_ORDER.indexOf(name.use as string | undefined) + NAME_ORDER.length) % NAME_ORDER.length;
  for (const name of [...names].sort((a, b) => rank(a) - rank(b))) {
    const whole = textAt(name, 'text', context, 'name.text');
    const given = Array.isArray(name.given) ? name.given.filter((part) => typeof part === 'string') : [];
    const text = whole ?? [...given, name.family].filter((part) => typeof part === 'string' && part !== '').join(' ');
    if (text !== '') return { text };
  }
  return null;
}

/** Lines, postcode, place: as on an envelope. Of several addresses the first that is not old. */
function addressText({ use, text, line, postalCode, city }: Json): readonly string[] {
  if (use === 'old') return [];
  const lines = Array.isArray(line) ? line : [];
  const written = [...lines, [postalCode, city].filter(isText).join(' ')].filter(isText).join(', ');
  return [written, text].filter(isText).slice(0, 1);
}

/** The first telephone that is not old. */
function telecomText({ use, system, value }: Json): readonly string[] {
  return use !== 'old' && (system === 'phone' || system === 'sms') && isText(value) ? [value] : [];
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

function addDeath(resource: Json, context: Context, add: AddFact): void {
  const { deceasedBoolean, deceasedDateTime } = resource;
  if (deceasedDateTime !== undefined) {
    const death = readMoment(deceasedDateTime, context, 'deceasedDateTime');
    if (death === null) return;
    const time = { start: death.time.start, offset: death.time.offset };
    add('deceased', 'deceased', { kind: 'boolean', value: true }, { time });
  } else if (typeof deceasedBoolean === 'boolean') {
    add('deceased', 'deceased', { kind: 'boolean', value: deceasedBoolean });
  } else if (deceasedBoolean !== undefined) wrongType(context, 'deceasedBoolean', 'a boolean', deceasedBoolean);
}
