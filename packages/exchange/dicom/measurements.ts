import { SNOMED, UCUM } from '@gemel/core/concept';
import type { Problem } from '@gemel/core/error';
import type { Provenance } from '@gemel/core/observation';
import type { Decoded, RawObservation } from '@gemel/core/raw';
import { exchangeErrors } from '../errors.data.ts';
import { DCM, isCode } from './codes.ts';
import { type ContentItem, contentItems, contentTree } from './content-tree.ts';
import type { DataSet } from './dataset.ts';
import { dicomErrors } from './errors.data.ts';
import type { ObjectContext } from './object.ts';
import { type DicomTime, dateTime, fullDateTime, offsetOfDataSet } from './time.ts';

/** Concepts that tell what a measurement is of (PS3.16, TID 300, 1411, 1419 and 1501). */
const SITE = '363698007';
const LATERALITY = '272741003';
const METHOD = '370129005';
const [TRACKING, TRACKING_UID, DERIVATION, FINDING] = ['112039', '112040', '121401', '121071'] as const;

/**
 * Every numeric item of a report as an observation in the report's own words: its concept, value and unit; what it is of
 * (site, side, method, lesion) stands in the text. Times are those of the item, its ancestors or the content.
 */
export function* measurementEntries(context: ObjectContext): Generator<Decoded, void, void> {
  const { file } = context;
  const root = contentTree(file.dataSet);
  for (const { item, above } of contentItems(root)) {
    if (item.type !== 'NUM') continue;
    yield measurement(item, above, context);
  }
}

function measurement(item: ContentItem, above: readonly ContentItem[], context: ObjectContext): Decoded {
  const { file, subject } = context;
  const { dataSet } = file;
  const uid = item.item.text('ObservationUID') ?? `${dataSet.text('SOPInstanceUID')}|${item.path}`;
  const device = [...above, item]
    .flatMap(({ children }) => children)
    .find(({ concept }) => isCode(concept, DCM, '121013'));
  const provenance: Provenance = {
    ...context.provenance(item.path, item.item),
    sourceId: uid,
    ...(device?.value.kind === 'text' ? { device: device.value.text } : {}),
  };
  const refuse = (problem: Problem): Decoded => ({
    type: 'measurement',
    subject,
    fate: 'refused',
    items: [],
    problems: [problem],
    provenance,
  });
  const where = { file: file.name, element: item.path, byte: item.item.byteStart };
  const { value, concept } = item;
  if (value.kind !== 'number' || concept === null) {
    return refuse(
      dicomErrors.problem('dicom-element', `${file.name}: ${item.path} does not say what was measured`, where),
    );
  }
  if (value.value === null) {
    const why = value.qualifier === null ? '' : `: ${value.qualifier.text}`;
    const message = `${file.name}: ${concept.text} has no value${why}`;
    const problems = [exchangeErrors.problem('exchange-value-missing', message, where)];
    return {
      type: 'measurement',
      subject,
      fate: 'kept',
      items: [],
      problems,
      provenance,
      kept: { concept: concept.source },
    };
  }
  if (!Number.isFinite(value.value)) {
    return refuse(
      exchangeErrors.problem('exchange-number-unreadable', `${file.name}: ${item.path} is no number`, where),
    );
  }
  const unit = value.unit?.codings[0];
  if (unit === undefined) {
    return refuse(dicomErrors.problem('dicom-uncalibrated', `${file.name}: ${concept.text} has no unit`, where));
  }
  const at = context.instantOf(timeOf(item, above, dataSet));
  if ('problem' in at) return refuse(at.problem);
  const observation: RawObservation = {
    kind: 'observation',
    subject,
    codings: concept.codings,
    text: [concept.text, ...ofWhat(item, above)].join(', '),
    value: {
      kind: 'quantity',
      value: value.value,
      unit: unit.code,
      ...(unit.system === UCUM ? {} : { unitSystem: unit.system }),
    },
    time: { start: at.at, offset: at.offset },
    status: statusOf(dataSet),
    provenance,
  };
  return { type: 'measurement', fate: 'mapped', items: [observation], problems: [], provenance };
}

/** What the measurement is of, in words: the nearest statement wins. */
function ofWhat(item: ContentItem, above: readonly ContentItem[]): string[] {
  const near = [item, ...[...above].reverse()];
  const words: string[] = [];
  const say = (name: string, system: string, ...codes: readonly string[]) => {
    for (const each of near) {
      const found = each.children.find(({ concept }) => isCode(concept, system, ...codes));
      const said =
        found?.value.kind === 'code' ? found.value.code?.text : found?.value.kind === 'text' ? found.value.text : null;
      if (!said) continue;
      words.push(`${name} ${said}`);
      return;
    }
  };
  say('derivation', DCM, DERIVATION);
  say('finding', DCM, FINDING);
  say('lesion', DCM, TRACKING);
  say('lesion UID', DCM, TRACKING_UID);
  say('site', SNOMED, SITE);
  say('side', SNOMED, LATERALITY);
  say('method', SNOMED, METHOD);
  return words;
}

function timeOf(item: ContentItem, above: readonly ContentItem[], dataSet: DataSet): DicomTime | null {
  const offset = offsetOfDataSet(dataSet);
  for (const each of [item, ...[...above].reverse()]) {
    const own = fullDateTime(each.item.text('ObservationDateTime'));
    if (own !== null) return { ...own, offset: own.offset ?? offset };
  }
  const content = dateTime(dataSet.text('ContentDate'), dataSet.text('ContentTime'));
  return content === null ? null : { ...content, offset };
}

/** Only what a person has verified, and is whole, is final. */
function statusOf(dataSet: DataSet): string {
  const verified = dataSet.text('VerificationFlag') === 'VERIFIED';
  const whole = dataSet.text('CompletionFlag') !== 'PARTIAL' && dataSet.text('PreliminaryFlag') !== 'PRELIMINARY';
  return verified && whole ? 'final' : 'preliminary';
}
