import { concept } from './datatypes.ts';
import { clip } from './primitives.ts';
import { type Made, type Piece, type Setting, tableSystem } from './values.ts';

/** Vocabulary of PID-15, NK1-20 and GT1-36 in the official maps. */
export const LANGUAGE = 'PrimaryLanguage';

const BCP47 = 'urn:ietf:bcp:47';
/** Systems whose languages are those of ISO 639; without a system a language is of table 0296, which has them too. */
const ISO639: ReadonlySet<unknown> = new Set([
  undefined,
  BCP47,
  tableSystem('0296'),
  'urn:oid:2.16.840.1.113883.6.99',
  'urn:oid:2.16.840.1.113883.6.100',
  'urn:oid:2.16.840.1.113883.6.121',
]);

/**
 * A language as R4 takes it: the tag of BCP 47 (RFC 5646: the shortest code of ISO 639, `de` for `ger`), then the codes as sent.
 * What is no language by ISO 639 is left to the words, with a note, since R4 takes no other codes.
 */
export function language(piece: Piece, setting: Setting): Made | undefined {
  const sent = concept(piece, LANGUAGE, setting);
  const codings = (sent?.coding ?? []) as readonly { readonly system?: string; readonly code: string }[];
  if (codings.length === 0) return sent;
  for (const { system, code } of codings) {
    const tag = ISO639.has(system) ? languageTag(code) : undefined;
    if (tag === undefined) continue;
    const others = codings.filter((each) => each.system !== undefined && each.system !== BCP47);
    return { ...sent, coding: [{ system: BCP47, code: tag }, ...others] };
  }
  const [{ code }] = codings as [{ code: string }];
  setting.note('hl7v2-code-unmapped', `"${clip(code)}" is no language of ISO 639`);
  return { text: sent?.text ?? code };
}

let names: Intl.DisplayNames | undefined;

function languageTag(code: string): string | undefined {
  if (!/^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|\d{3}))?$/.test(code)) return undefined;
  const [tag] = Intl.getCanonicalLocales(code);
  names ??= new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });
  return names.of(tag!.slice(0, /-|$/.exec(tag!)!.index)) === undefined ? undefined : tag;
}
