import type * as fhir from '@medplum/fhirtypes';
import { absentReason, resultStatus } from '../maps.data.ts';
import { cd, choice, code, ids, ii, interval, inverse, ivlPq, madeUuid, pq, ts } from './datatypes.ts';
import { ratio } from './medications.ts';
import { comments, type Entry, entryOf } from './problems.ts';
import { label, type Writer } from './writer.ts';
import { tag, templates, words, type Xml } from './xml-writer.ts';

const LOINC = '2.16.840.1.113883.6.1';
const STATUSES = inverse(resultStatus, {
  final: 'completed',
  amended: 'completed',
  corrected: 'completed',
  preliminary: 'active',
});
const FLAVORS = inverse(absentReason, { unknown: 'UNK', unsupported: 'OTH' });

/** What an observation says, for narrative. */
function valueLabel(holder: fhir.Observation | fhir.ObservationComponent): string {
  const { valueQuantity: q } = holder;
  if (q?.value !== undefined) return `${q.comparator ?? ''}${q.value}${q.unit === undefined ? '' : ` ${q.unit}`}`;
  if (holder.valueCodeableConcept !== undefined) return label(holder.valueCodeableConcept);
  const plain = holder.valueString ?? holder.valueInteger ?? holder.valueBoolean ?? holder.valueDateTime;
  return plain === undefined ? '' : String(plain);
}

/** value[x] → value by xsi:type; undefined where there is none. */
function valueOut(writer: Writer, holder: fhir.Observation | fhir.ObservationComponent, path: string): Xml {
  const typed = (type: string) => ({ 'xsi:type': type });
  const { valueQuantity: quantity, valueRange: range, valuePeriod: period } = holder;
  if (quantity?.comparator !== undefined) {
    const open = quantity.comparator.length === 1 ? { low: false, high: false } : {};
    const { comparator, ...plain } = quantity;
    return comparator.startsWith('<')
      ? ivlPq('value', undefined, plain, open, typed('IVL_PQ'))
      : ivlPq('value', plain, undefined, open, typed('IVL_PQ'));
  }
  if (quantity !== undefined) return pq('value', quantity, typed('PQ'));
  if (range !== undefined) return ivlPq('value', range.low, range.high, {}, typed('IVL_PQ'));
  if (holder.valueCodeableConcept !== undefined) return cd('value', holder.valueCodeableConcept, typed('CD'));
  if (holder.valueString !== undefined) return tag('value', typed('ST'), words(holder.valueString));
  if (holder.valueInteger !== undefined) return tag('value', { ...typed('INT'), value: holder.valueInteger });
  if (holder.valueBoolean !== undefined) return tag('value', { ...typed('BL'), value: holder.valueBoolean });
  if (holder.valueDateTime !== undefined) return tag('value', { ...typed('TS'), value: ts(holder.valueDateTime) });
  if (period !== undefined) return interval('value', period, typed('IVL_TS'));
  if (holder.valueRatio !== undefined) return ratioValue(holder.valueRatio);
  const absent = holder.dataAbsentReason?.coding?.[0]?.code;
  if (absent !== undefined) return tag('value', { ...typed('PQ'), nullFlavor: FLAVORS[absent] ?? 'UNK' });
  if ('valueSampledData' in holder || 'valueTime' in holder) {
    writer.problem('ccda-encode-resource', `the value of ${path} has no form in a clinical document`, path);
  }
  return undefined;
}

function ratioValue(value: fhir.Ratio): Xml {
  return ratio('value', value)?.replace(/^<value/, '<value xsi:type="RTO_PQ_PQ"');
}

export interface ObservationTemplate {
  readonly template: readonly [string, string?];
}

/** An Observation as one observation; a blood pressure as two, which belong together by their time. */
export function observations(
  writer: Writer,
  resource: fhir.Observation,
  { template }: ObservationTemplate,
  text: string,
): string[] {
  const path = `Observation/${resource.id ?? ''}`;
  writer.written.add(resource);
  const pressure =
    resource.code?.coding?.some((each) => each.code === '85354-9') === true && resource.component !== undefined;
  const shared = (first: boolean): Xml[] =>
    [
      (resource.interpretation ?? []).map((each) => cd('interpretationCode', each)),
      cd('methodCode', resource.method),
      cd('targetSiteCode', resource.bodySite),
      writer.performers(resource.performer ?? []),
      first ? comments(resource.note) : [],
      first ? (resource.referenceRange ?? []).map(referenceRange) : [],
    ].flat();
  const status = tag('statusCode', { code: STATUSES[resource.status ?? ''] ?? 'completed' });
  const one = (id: readonly Xml[], about: Xml, value: Xml, first: boolean, more: readonly Xml[] = []) =>
    tag(
      'observation',
      { classCode: 'OBS', moodCode: 'EVN' },
      templates(template),
      id,
      about,
      first ? text : undefined,
      status,
      choice(resource, 'effective'),
      value,
      more,
      shared(first),
    );
  const components = resource.component ?? [];
  const parts = components.map((part, i) =>
    one(
      [
        ii(resource.identifier?.[pressure ? i : i + 1]) ??
          tag('id', { root: madeUuid(`${JSON.stringify(resource)} component ${i}`) }),
      ],
      cd('code', part.code),
      valueOut(writer, part, `${path}.component[${i}]`),
      pressure && i === 0,
      (part.interpretation ?? []).map((each) => cd('interpretationCode', each)),
    ),
  );
  if (pressure) return parts;
  const whole = one(
    idsOf(resource, components.length),
    cd('code', resource.code),
    valueOut(writer, resource, path),
    true,
  );
  return [whole, ...parts];
}

/** Ids of the observation itself; further ids are those of its components. */
function idsOf(resource: fhir.Observation, components: number): Xml[] {
  const { identifier = [], ...rest } = resource;
  const own = identifier.length === 0 ? undefined : identifier.slice(0, Math.max(1, identifier.length - components));
  return ids(own === undefined ? rest : { ...rest, identifier: own });
}

function referenceRange(range: fhir.ObservationReferenceRange): string {
  const bounds =
    range.low !== undefined || range.high !== undefined
      ? ivlPq('value', range.low, range.high, {}, { 'xsi:type': 'IVL_PQ' })
      : undefined;
  return tag(
    'referenceRange',
    {},
    tag('observationRange', {}, range.text === undefined ? undefined : tag('text', {}, words(range.text)), bounds),
  );
}

const VITAL = { template: ['4.27', '2014-06-09'] as const };
const RESULT = { template: ['4.2', '2015-08-01'] as const };

function component(inner: string): string {
  return tag('component', {}, inner);
}

/** A panel of vital signs, or one on its own → vital signs organizer. */
export function vitalsEntry(writer: Writer, panel: fhir.Observation, members: readonly fhir.Observation[]): Entry {
  const rows: string[] = [];
  const inner = members.flatMap((each) => {
    const { row, text } = writer.row(
      label(each.code),
      each.component === undefined || each.valueQuantity !== undefined
        ? valueLabel(each)
        : each.component.map(valueLabel).join(' / '),
      each.effectiveDateTime ?? '',
    );
    rows.push(row);
    return observations(writer, each, VITAL, text);
  });
  const alone = members.length === 1 && members[0] === panel;
  const fixed = code('translation', '74728-7', LOINC, 'Vital signs');
  const organizer = tag(
    'organizer',
    { classCode: 'CLUSTER', moodCode: 'EVN' },
    templates(['4.26', '2015-08-01']),
    alone ? tag('id', { root: madeUuid(`panel ${JSON.stringify(panel)}`) }) : ids(panel),
    tag('code', { code: '46680005', codeSystem: '2.16.840.1.113883.6.96', displayName: 'Vital signs' }, fixed),
    tag('statusCode', { code: 'completed' }),
    choice(panel, 'effective'),
    alone ? undefined : writer.performers(panel.performer ?? []),
    inner.map(component),
  );
  return { row: rows.join(''), entry: entryOf(organizer) };
}

/** DiagnosticReport with its results, or a result on its own → result organizer. */
export function resultEntry(
  writer: Writer,
  report: fhir.DiagnosticReport | fhir.Observation,
  results: readonly fhir.Observation[],
): Entry {
  const rows: string[] = [];
  const inner = results.flatMap((each) => {
    const { row, text } = writer.row(
      label(each.code),
      valueLabel(each),
      each.effectiveDateTime ?? '',
      each.status ?? '',
    );
    rows.push(row);
    return observations(writer, each, RESULT, text);
  });
  const own = report.resourceType === 'DiagnosticReport';
  const organizer = tag(
    'organizer',
    { classCode: 'BATTERY', moodCode: 'EVN' },
    templates(['4.1', '2015-08-01']),
    own ? ids(report) : tag('id', { root: madeUuid(`report ${JSON.stringify(report)}`) }),
    cd('code', report.code),
    tag('statusCode', { code: STATUSES[report.status ?? ''] ?? 'completed' }),
    choice(report, 'effective'),
    writer.performers(own ? (report.performer ?? []) : []),
    inner.map(component),
  );
  return { row: rows.join(''), entry: entryOf(organizer) };
}

/** Any other group of observations → an organizer with its members. */
export function panelEntry(writer: Writer, panel: fhir.Observation, members: readonly fhir.Observation[]): Entry {
  const rows: string[] = [];
  const inner = members.flatMap((each) => {
    const { row, text } = writer.row(label(each.code), valueLabel(each), each.effectiveDateTime ?? '');
    rows.push(row);
    return observations(writer, each, { template: ['4.67', '2014-06-09'] }, text);
  });
  writer.written.add(panel);
  const organizer = tag(
    'organizer',
    { classCode: 'CLUSTER', moodCode: 'EVN' },
    templates(['4.66', '2014-06-09']),
    ids(panel),
    cd('code', panel.code),
    tag('statusCode', { code: STATUSES[panel.status ?? ''] ?? 'completed' }),
    choice(panel, 'effective'),
    inner.map(component),
  );
  return { row: rows.join(''), entry: entryOf(organizer) };
}

/** Social history and assessments → an observation of their own. */
export function observationEntry(
  writer: Writer,
  resource: fhir.Observation,
  template: readonly [string, string?],
): Entry {
  const { row, text } = writer.row(label(resource.code), valueLabel(resource), resource.effectiveDateTime ?? '');
  const [first, ...rest] = observations(writer, resource, { template }, text);
  return { row, entry: [first!, ...rest].map(entryOf).join('') };
}

/** Birth sex of a Patient → the observation that C-CDA has for it. */
export function birthSexEntry(writer: Writer, patient: fhir.Patient): Entry | undefined {
  const sex = patient.extension?.find(({ url }) => url.endsWith('us-core-birthsex'))?.valueCode;
  if (sex === undefined) return undefined;
  const { row, text } = writer.row('Birth sex', sex, '');
  const value =
    sex === 'UNK'
      ? tag('value', { 'xsi:type': 'CD', nullFlavor: 'UNK' })
      : code('value', sex, '2.16.840.1.113883.5.1', undefined, { 'xsi:type': 'CD' });
  const entry = tag(
    'observation',
    { classCode: 'OBS', moodCode: 'EVN' },
    templates(['4.200', '2016-06-01']),
    code('code', '76689-9', LOINC, 'Sex Assigned At Birth'),
    text,
    tag('statusCode', { code: 'completed' }),
    value,
  );
  return { row, entry: entryOf(entry) };
}
