import { concept, quantity, text } from '../datatype.ts';
import { Draft, type Reference } from '../draft.ts';
import { compact } from '../json.ts';
import { identifiers } from '../party.ts';
import { interval } from '../time.ts';
import { one, type XmlElement } from '../xml.ts';
import { below, codeOf } from './shared.ts';

/** specimen of a result or organizer, with the collection procedure beside it → Specimen. */
export function specimen(draft: Draft, element: XmlElement): Reference | undefined {
  const holder = one(element, 'specimen');
  const role = one(holder, 'specimenRole');
  const collecting = below(element).find(
    ({ statement }) => statement.name === 'procedure' && codeOf(statement) === '17636008',
  );
  if (role === undefined && collecting === undefined) return undefined;
  draft.use(holder);
  const sample = new Draft(draft.conversion, 'Specimen', role ?? collecting!.statement);
  const entity = sample.use(one(role, 'specimenPlayingEntity'));
  const type = concept(sample, one(entity, 'code'));
  const name = text(sample, one(entity, 'name'));
  const words = text(sample, one(entity, 'desc'));
  const when = collecting === undefined ? {} : interval(sample, one(collecting.statement, 'effectiveTime'));
  if (collecting !== undefined) {
    sample.use(collecting.link);
    sample.use(collecting.statement);
    for (const part of ['id', 'code', 'statusCode']) sample.useAll(one(collecting.statement, part));
  }
  const content = compact({
    identifier: identifiers(sample, role),
    type: type ?? (name === undefined ? undefined : { text: name }),
    collection: {
      collectedDateTime: when.point ?? when.start,
      quantity: quantity(sample, one(entity, 'quantity')),
      bodySite: concept(sample, one(collecting?.statement, 'targetSiteCode')),
    },
    note: words === undefined ? [] : [{ text: words }],
  });
  if (content === undefined) return undefined;
  const draftReference = sample.add({ ...content, subject: draft.conversion.patient });
  return draftReference;
}
