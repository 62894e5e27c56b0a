import { governErrors } from './errors.data.ts';
import {
  GEMEL_PURPOSE,
  GEMEL_PURPOSES,
  HL7_PURPOSE,
  HL7_PURPOSES,
  TEFCA_PURPOSE,
  TEFCA_PURPOSES,
} from './purposes.data.ts';

/** What data are asked for. */
export interface Purpose {
  /** `system|code`, as asked. */
  readonly key: string;
  readonly title: string;
  /** The HL7 purpose it is, or is decided by, and all that it is a kind of, nearest first; empty where there is none. */
  readonly hl7: readonly string[];
}

const known = new Map<string, Purpose>();

/**
 * Reads a purpose: a bare code is one of HL7, others are written `system|code` or `system#code`.
 * @throws govern-purpose-unknown
 */
export function purposeOf(text: string): Purpose {
  let purpose = known.get(text);
  if (purpose === undefined) {
    purpose = read(text);
    known.set(text, purpose);
  }
  return purpose;
}

function read(text: string): Purpose {
  const cut = text.search(/[|#]/);
  const [system, code] = cut < 0 ? [HL7_PURPOSE, text] : [text.slice(0, cut), text.slice(cut + 1)];
  const key = `${system}|${code}`;
  if (system === HL7_PURPOSE && Object.hasOwn(HL7_PURPOSES, code)) {
    return { key, title: HL7_PURPOSES[code]![1], hl7: kindsOf(code) };
  }
  if (system === TEFCA_PURPOSE && Object.hasOwn(TEFCA_PURPOSES, code)) {
    const [hl7, title] = TEFCA_PURPOSES[code]!;
    return { key, title, hl7: hl7 === null ? [] : kindsOf(hl7) };
  }
  if (system === GEMEL_PURPOSE && Object.hasOwn(GEMEL_PURPOSES, code)) {
    return { key, title: GEMEL_PURPOSES[code]!, hl7: [] };
  }
  throw governErrors.error('govern-purpose-unknown', `“${text}” is no purpose known here.`, { field: 'purpose' });
}

/** The code and all that it is a kind of, nearest first. */
function kindsOf(code: string): readonly string[] {
  const kinds: string[] = [];
  for (let at: string | null = code; at !== null; at = HL7_PURPOSES[at]![0]) kinds.push(at);
  return kinds;
}

/** Whether a rule about `asked` (`system|code`) is about this purpose: the same, or a kind of it. */
export function isFor(purpose: Purpose, asked: string): boolean {
  return asked === purpose.key || purpose.hl7.some((code) => asked === `${HL7_PURPOSE}|${code}`);
}
