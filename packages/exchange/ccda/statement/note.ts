import { type Concept, clean, concept, fixed, LOINC, narrativeAt, text } from '../datatype.ts';
import { type Conversion, Draft, type Reference } from '../draft.ts';
import { compact, type Draftable } from '../json.ts';
import { xhtml } from '../narrative.ts';
import { author } from '../participant.ts';
import { identifiers } from '../party.ts';
import { authored, period } from '../time.ts';
import { all, at, one, type XmlElement } from '../xml.ts';
import { notes, WRITERS } from './shared.ts';

const CATEGORY = 'http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category';

/** Note activity → DocumentReference. */
export function note(conversion: Conversion, element: XmlElement): Reference {
  const draft = new Draft(conversion, 'DocumentReference', element);
  const code = one(element, 'code');
  const type = concept(draft, code);
  const specific = (type?.coding ?? []).filter((each) => each.code !== '34109-9');
  const time = authored(draft, element);
  const writer = author(draft, element, [...WRITERS, 'Organization', 'Device', 'RelatedPerson']);
  draft.use(one(element, 'statusCode'));
  return draft.add({
    identifier: identifiers(draft, element),
    status: 'current',
    type: specific.length > 0 ? { ...type, coding: specific } : (type ?? fixed(LOINC, '34109-9', 'Note')),
    category: [fixed(CATEGORY, 'clinical-note', 'Clinical Note')],
    subject: conversion.patient,
    date: time?.includes('T') ? time : undefined,
    author: [writer],
    description: notes(draft, element)
      .map((each) => each.text)
      .join('\n'),
    content: [{ attachment: attachment(draft, one(element, 'text')) ?? { title: 'no content in the source' } }],
    context: compact({
      encounter: [conversion.encounter],
      period: period(draft, one(element, 'effectiveTime')),
    }),
    relatesTo: related(draft, element),
  });
}

function related(draft: Draft, element: XmlElement): Draftable[] {
  return all(element, 'reference').flatMap((each) => {
    const [identifier] = identifiers(draft, at(each, 'externalDocument'));
    if (identifier === undefined) return [];
    draft.use(each);
    draft.use(one(each, 'externalDocument'));
    return [{ code: 'appends', target: { identifier } }];
  });
}

/** ED as an attachment: embedded bytes as they are, narrative as XHTML, words as text, a link as a URL. */
export function attachment(draft: Draft, element: XmlElement | undefined): Draftable | undefined {
  if (element === undefined) return undefined;
  draft.use(element);
  const { mediaType, representation } = element.attributes;
  const inner = element.content.filter((item) => typeof item === 'string').join('');
  if (representation === 'B64') {
    const data = inner.replace(/\s+/g, '');
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(data) || data.length % 4 !== 0) {
      draft.refuse(element, 'ccda-type-unread', 'the embedded bytes are not Base64');
      return undefined;
    }
    return { contentType: clean(mediaType) ?? 'application/octet-stream', data };
  }
  const reference = one(element, 'reference');
  const link = reference?.attributes.value?.trim();
  if (reference !== undefined && link !== undefined) {
    const target = narrativeAt(draft, link, element);
    draft.use(reference);
    if (target === undefined) {
      if (link.startsWith('#'))
        draft.refuse(reference, 'ccda-reference-unresolved', `"${link}" is no ID of the document`);
      else return { contentType: clean(mediaType), url: link.replace(/\s+/g, '%20') };
    } else {
      const html = xhtml(target);
      if (html !== undefined) return { contentType: 'application/xhtml+xml', data: base64(html) };
    }
  }
  const words = text(draft, element);
  return words === undefined ? undefined : { contentType: clean(mediaType) ?? 'text/plain', data: base64(words) };
}

/** UTF-8 bytes of a text in Base64. */
export function base64(words: string): string {
  const bytes = new TextEncoder().encode(words.toWellFormed());
  let binary = '';
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(binary);
}

/** Pictures and other media in an entry → DocumentReference. */
export function media(conversion: Conversion, element: XmlElement): Reference {
  const draft = new Draft(conversion, 'DocumentReference', element);
  return draft.add({
    identifier: identifiers(draft, element),
    status: 'current',
    subject: conversion.patient,
    content: [{ attachment: attachment(draft, one(element, 'value')) ?? { title: 'no content in the source' } }],
  });
}

/** A document that is not XML inside (nonXMLBody) → DocumentReference. */
export function unstructured(conversion: Conversion, body: XmlElement, type: Concept | undefined): Reference {
  const draft = new Draft(conversion, 'DocumentReference', body);
  return draft.add({
    status: 'current',
    type,
    subject: conversion.patient,
    content: [{ attachment: attachment(draft, one(body, 'text')) ?? { title: 'no content in the source' } }],
  });
}

/** A document outside that an entry refers to → DocumentReference. */
export function externalDocument(conversion: Conversion, element: XmlElement): Reference {
  const draft = new Draft(conversion, 'DocumentReference', element);
  const type = concept(draft, one(element, 'code'));
  return draft.add({
    identifier: identifiers(draft, element),
    status: 'current',
    type,
    subject: conversion.patient,
    content: [{ attachment: attachment(draft, one(element, 'text')) ?? { title: 'external document' } }],
  });
}
