import { decimal, fixed, V3 } from '../datatype.ts';
import type { Draft } from '../draft.ts';
import { compact, type Draftable } from '../json.ts';
import { timingEvents, timingUnits } from '../maps.data.ts';
import { dateTime, interval } from '../time.ts';
import { all, one, type XmlElement } from '../xml.ts';

/** Codes of HL7's timing abbreviations for events that FHIR's Timing has no word for. */
const INSTITUTION = `${V3}GTSAbbreviation`;

/**
 * effectiveTime of a substance administration → Timing: a point to `event`, an interval to `boundsPeriod`, PIVL to frequency
 * and period, EIVL to `when` and `offset`. Several points are several events.
 */
export function dosageTiming(
  draft: Draft,
  times: readonly XmlElement[],
  repeatNumber: XmlElement | undefined,
  mood: string | undefined,
): Draftable | undefined {
  const event: string[] = [];
  const repeat: Draftable = {};
  let code: Draftable | undefined;
  for (const time of flat(draft, times)) {
    const type = (time.attributes['xsi:type'] ?? '').replace(/^.*:/, '');
    if (type === 'PIVL_TS' || one(time, 'period') !== undefined) periodic(draft, time, repeat);
    else if (type === 'EIVL_TS' || one(time, 'event') !== undefined) eventBased(draft, time, repeat);
    else if (type === 'TS' && time.attributes.value !== undefined) push(event, dateTime(draft, time));
    else {
      const { point, start, end } = interval(draft, time);
      if (point !== undefined) push(event, point);
      else if (start !== undefined || end !== undefined) repeat.boundsPeriod ??= compact({ start, end });
    }
    if (time.attributes['xsi:type']?.endsWith('GTS') && time.attributes.value !== undefined) {
      code ??= fixed(INSTITUTION, time.attributes.value);
    }
  }
  const count = repeatNumber?.attributes.value;
  if (mood !== 'EVN' && count !== undefined && /^[1-9]\d*$/.test(count)) {
    draft.use(repeatNumber);
    repeat.count = Number(count);
  }
  return compact({ event, repeat, code });
}

function push(list: string[], value: string | undefined): void {
  if (value !== undefined) list.push(value);
}

/** Times with the parts of SXPR_TS (intersections) in a row. */
function flat(draft: Draft, times: readonly XmlElement[]): readonly XmlElement[] {
  return times.flatMap((time) => {
    const parts = all(time, 'comp');
    if (parts.length === 0) return [time];
    draft.use(time);
    return [...flat(draft, parts)];
  });
}

/** A number of times a day, week or hour: the length of a period, or the periods that fit into a day. */
function periodic(draft: Draft, time: XmlElement, repeat: Draftable): void {
  draft.use(time);
  const element = draft.use(one(time, 'period'));
  const phase = one(time, 'phase');
  if (phase !== undefined) {
    const { start, end, point } = interval(draft, phase);
    if (start !== undefined || end !== undefined || point !== undefined) {
      repeat.boundsPeriod ??= compact({ start: start ?? point, end });
    }
  }
  if (element === undefined) return;
  const [low, high] = [one(element, 'low'), one(element, 'high')];
  const from = draft.use(low) ?? element;
  const value = decimal(from.attributes.value);
  const unit = timingUnits[from.attributes.unit?.trim() ?? ''];
  if (value === undefined || unit === undefined || value <= 0) {
    if (from.attributes.value !== undefined)
      draft.keep(element, 'ccda-code-unmapped', 'the period has no unit that FHIR counts in');
    return;
  }
  const most = decimal(draft.use(high)?.attributes.value);
  // Where the hours are not meant to the clock ("four times a day"), the map counts times a day.
  const perDay = time.attributes.institutionSpecified === 'true' && unit === 'h' && most === undefined && value <= 24;
  if (perDay && Number.isInteger(24 / value)) {
    Object.assign(repeat, { frequency: 24 / value, period: 1, periodUnit: 'd' });
    return;
  }
  Object.assign(repeat, {
    frequency: 1,
    period: value,
    periodUnit: unit,
    ...(most === undefined || most <= value ? {} : { periodMax: most }),
  });
}

/** An event of the day: FHIR shares the codes; an offset counts in minutes after it. */
function eventBased(draft: Draft, time: XmlElement, repeat: Draftable): void {
  draft.use(time);
  const event = draft.use(one(time, 'event'));
  const code = event?.attributes.code?.trim();
  if (event === undefined || code === undefined) return;
  if (!timingEvents.has(code)) {
    draft.keep(event, 'ccda-code-unmapped', `"${code}" is no event that FHIR has`);
    return;
  }
  repeat.when = [...((repeat.when as string[] | undefined) ?? []), code];
  const offset = one(time, 'offset');
  const amount = draft.use(one(offset, 'low') ?? one(offset, 'center')) ?? draft.use(offset);
  draft.use(offset);
  const value = decimal(amount?.attributes.value);
  const minutes = { min: 1, h: 60, d: 1440, s: 1 / 60 }[amount?.attributes.unit ?? ''];
  const whole = value === undefined || minutes === undefined ? Number.NaN : value * minutes;
  if (Number.isInteger(whole) && whole >= 0) repeat.offset = whole;
}
