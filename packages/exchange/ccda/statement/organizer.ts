import { type Concept, concept, conceptOrUnknown, fixed, LOINC } from '../datatype.ts';
import { type Conversion, Draft, type Reference } from '../draft.ts';
import type { Draftable } from '../json.ts';
import { resultStatus } from '../maps.data.ts';
import { performers } from '../participant.ts';
import { identifiers } from '../party.ts';
import { dateTime, timing } from '../time.ts';
import { all, one, type XmlElement } from '../xml.ts';
import { categoryOf, observation, observationContent, readValue } from './observation.ts';
import { category, codeOf, narrativeOf, negated, notes, type SectionOf, status, WRITERS } from './shared.ts';
import { specimen } from './specimen.ts';

interface Member {
  readonly link: XmlElement;
  readonly statement: XmlElement;
}

function members(organizer: XmlElement): readonly Member[] {
  return all(organizer, 'component').flatMap((link) =>
    all(link, 'observation').map((statement) => ({ link, statement })),
  );
}

/** Result organizer → DiagnosticReport with an Observation for each component. */
export function resultOrganizer(conversion: Conversion, element: XmlElement, section: SectionOf): Reference[] {
  const draft = new Draft(conversion, 'DiagnosticReport', element);
  const own = timing(draft, one(element, 'effectiveTime'), 'effective');
  const sample = specimen(draft, element);
  const results = members(element).map(({ link, statement }) => {
    draft.use(link);
    return observation(conversion, statement, section, {
      category: categoryOf(section, statement) ?? 'laboratory',
      time: own,
      specimen: sample,
    });
  });
  const makers = performers(draft, element, [...WRITERS, 'Organization']);
  const when = Object.keys(own).length > 0 ? own : spanOf(draft, element);
  const report = draft.add({
    text: narrativeOf(draft, element),
    identifier: identifiers(draft, element),
    status: status(draft, element, resultStatus, 'unknown'),
    category: [fixed('http://terminology.hl7.org/CodeSystem/v2-0074', 'LAB', 'Laboratory')],
    code: conceptOrUnknown(draft, one(element, 'code')),
    subject: conversion.patient,
    ...when,
    performer: makers,
    specimen: sample === undefined ? [] : [sample],
    result: results,
  });
  return [report, ...results];
}

/** From the earliest to the latest of the components. */
function spanOf(draft: Draft, element: XmlElement): Draftable {
  const times = members(element)
    .flatMap(({ statement }) => {
      const time = one(statement, 'effectiveTime');
      return dateTime(draft, time) ?? dateTime(draft, one(time, 'low')) ?? [];
    })
    .sort();
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return {};
  const ordered = first.length === last.length && (first.length <= 10 || first.slice(19) === last.slice(19));
  return first === last || !ordered ? { effectiveDateTime: first } : { effectivePeriod: { start: first, end: last } };
}

const SYSTOLIC = '8480-6';
const DIASTOLIC = '8462-4';
const SATURATION = new Set(['59408-5', '2708-6', '2710-2']);
const OXYGEN = new Set(['3150-0', '3151-8']);

/** Vital signs organizer → a panel with its members; systolic and diastolic of one time are one blood pressure. */
export function vitalSigns(conversion: Conversion, element: XmlElement, section: SectionOf): Reference[] {
  const draft = new Draft(conversion, 'Observation', element);
  const own = timing(draft, one(element, 'effectiveTime'), 'effective');
  const list = members(element);
  for (const { link } of list) draft.use(link);
  const left = new Set(list);
  const waiting = byTimeAndCode(list);
  /** The next sign of a code at the time of another, taken out of those left. */
  const next = (code: string, at: Member): Member | undefined => {
    const queue = waiting.get(`${timeOf(at)} ${code}`) ?? [];
    for (let found = queue.pop(); found !== undefined; found = queue.pop()) if (left.delete(found)) return found;
    return undefined;
  };
  const made: Reference[] = [];
  for (const member of list) {
    if (!left.has(member)) continue;
    const code = codeOf(member.statement) ?? '';
    const paired = plain(member) && (code === SYSTOLIC || code === DIASTOLIC || SATURATION.has(code));
    // Flow and concentration of oxygen wait for a saturation of their time.
    if (!paired && plain(member) && OXYGEN.has(code)) continue;
    left.delete(member);
    const other = !paired || SATURATION.has(code) ? undefined : next(code === SYSTOLIC ? DIASTOLIC : SYSTOLIC, member);
    if (other !== undefined) {
      made.push(
        code === SYSTOLIC ? pressure(conversion, member, other, own) : pressure(conversion, other, member, own),
      );
    } else if (paired && SATURATION.has(code)) {
      const oxygen = [...OXYGEN].flatMap((each) => next(each, member) ?? []);
      made.push(saturation(conversion, member, oxygen, section, own));
    } else made.push(observation(conversion, member.statement, section, { category: 'vital-signs', time: own }));
  }
  for (const member of left) {
    made.push(observation(conversion, member.statement, section, { category: 'vital-signs', time: own }));
  }
  const code = concept(draft, one(element, 'code'));
  const panel = draft.add({
    text: narrativeOf(draft, element),
    identifier: identifiers(draft, element),
    status: status(draft, element, resultStatus, 'final'),
    category: [category('vital-signs', 'Vital Signs')],
    code: panelCode(code),
    subject: conversion.patient,
    ...(Object.keys(own).length > 0 ? own : spanOf(draft, element)),
    performer: performers(draft, element, [...WRITERS, 'Organization']),
    hasMember: made,
  });
  return [panel, ...made];
}

/** The code of FHIR's panel in place of C-CDA's fixed ones; codes beside them stay. */
function panelCode(code: Concept | undefined): Concept {
  const panel = {
    system: LOINC,
    code: '85353-1',
    display: 'Vital signs, weight, height, head circumference, oxygen saturation and BMI panel',
  };
  const others = (code?.coding ?? []).filter((each) => !PANEL_CODES.has(each.code ?? ''));
  return { coding: [panel, ...others] };
}

const PANEL_CODES = new Set(['85353-1', '46680005', '74728-7']);

function plain({ statement }: Member): boolean {
  return !negated(statement) && all(statement, 'value').length === 1;
}

function timeOf({ statement }: Member): string {
  const element = one(statement, 'effectiveTime');
  return element?.attributes.value ?? one(element, 'low')?.attributes.value ?? '';
}

/** Signs that may belong together, by time and code; the first of each last, to be taken first. */
function byTimeAndCode(list: readonly Member[]): Map<string, Member[]> {
  const found = new Map<string, Member[]>();
  for (const member of [...list].reverse()) {
    if (!plain(member)) continue;
    const key = `${timeOf(member)} ${codeOf(member.statement) ?? ''}`;
    const queue = found.get(key);
    if (queue === undefined) found.set(key, [member]);
    else queue.push(member);
  }
  return found;
}

/** Components out of a statement: its code and value, marked as read by the draft that takes them in. */
function component(draft: Draft, { statement }: Member, index: number): Draftable {
  draft.use(statement);
  draft.parts.set(`component[${index}]`, statement);
  for (const name of ['statusCode', 'effectiveTime', 'text']) draft.useAll(one(statement, name));
  const { content } = readValue(draft, all(statement, 'value'));
  return {
    code: conceptOrUnknown(draft, one(statement, 'code')),
    ...content,
    interpretation: all(statement, 'interpretationCode').map((each) => concept(draft, each)),
  };
}

/** Blood pressure: two components under the panel code that FHIR's profile asks for. */
function pressure(conversion: Conversion, systolic: Member, diastolic: Member, time: Draftable): Reference {
  const draft = new Draft(conversion, 'Observation', systolic.statement);
  draft.keys = [...draft.keys, ...new Draft(conversion, 'Observation', diastolic.statement).keys];
  const shared = observationContent(
    draft,
    systolic.statement,
    { code: undefined, element: undefined },
    {
      category: 'vital-signs',
      time,
      code: fixed(LOINC, '85354-9', 'Blood pressure panel with all children optional'),
    },
  );
  const other = new Draft(conversion, 'Observation', diastolic.statement);
  const second = component(draft, diastolic, 1);
  const more = observationContent(
    other,
    diastolic.statement,
    { code: undefined, element: undefined },
    { category: undefined },
  );
  const content: Draftable = {};
  for (const [name, value] of Object.entries(shared))
    if (!VALUE.test(name) && name !== 'interpretation') content[name] = value;
  const notesOfBoth = [...((shared.note as Draftable[] | undefined) ?? []), ...notes(draft, diastolic.statement)];
  const performer = (shared.performer as unknown[]).length > 0 ? shared.performer : more.performer;
  draft.problems.push(...other.problems);
  const reference = draft.add({
    ...content,
    identifier: [...identifiers(draft, systolic.statement), ...identifiers(draft, diastolic.statement)],
    note: notesOfBoth,
    performer,
    component: [component(draft, systolic, 0), second],
  });
  other.made = draft.made;
  return reference;
}

const VALUE = /^(value[A-Z]|dataAbsentReason$)/;

/** Oxygen saturation by both of its codes, with flow and concentration of inhaled oxygen as components. */
function saturation(
  conversion: Conversion,
  member: Member,
  oxygen: readonly Member[],
  section: SectionOf,
  time: Draftable,
): Reference {
  const draft = new Draft(conversion, 'Observation', member.statement);
  const content = observationContent(draft, member.statement, section, { category: 'vital-signs', time });
  const code = content.code as Concept;
  const coding = [...(code.coding ?? [])];
  const missing: readonly (readonly [string, string])[] = [
    ['59408-5', 'Oxygen saturation in Arterial blood by Pulse oximetry'],
    ['2708-6', 'Oxygen saturation in Arterial blood'],
  ];
  // 2708-6 is the wider code that the profile asks for; that it was by pulse oximetry is not said by 2710-2 or 2708-6.
  const wanted = codeOf(member.statement) === '59408-5' ? missing : missing.slice(1);
  for (const [each, display] of wanted) {
    if (!coding.some((one) => one.code === each)) coding.push({ system: LOINC, code: each, display });
  }
  return draft.add({
    ...content,
    code: { ...code, coding },
    component: oxygen.map((each, i) => component(draft, each, i)),
  });
}
