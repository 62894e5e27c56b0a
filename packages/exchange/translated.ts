import type { Decoded, Fate } from '@gemel/core';

/** What became of one part of an element: a field of a segment, an element of an XML document. */
export interface PartFate {
  /** Path in the source's own terms: an XPath, `PID[1]-5[1].2`. */
  readonly path: string;
  readonly fate: Fate;
  /** Bytes of the part within the source, end exclusive. */
  readonly byteStart: number;
  readonly byteEnd: number;
  /** Resource it went into: `Condition/7f3a`; absent where it went nowhere. */
  readonly to?: string;
  /** Code of the problem that says why it was refused or only kept. */
  readonly code?: string;
}

/**
 * What a door yields for an element of a source that is not FHIR: besides the items, the R4 resources that the element became
 * and the fate of each of its parts. Every part of the source stands in exactly one element's account.
 */
export interface Translated extends Decoded {
  readonly resources: readonly { readonly resourceType: string }[];
  readonly parts: readonly PartFate[];
}

/** Whether an element comes with resources and the account of its parts. */
export function isTranslated(decoded: Decoded): decoded is Translated {
  return 'resources' in decoded && 'parts' in decoded;
}
