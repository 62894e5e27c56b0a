import type { Coding } from '@gemel/core/concept';
import type { Assertion } from './assertion.ts';
import type { MeasureReading } from './measure-value.ts';
import type { DrugReading } from './medications.ts';
import type { SectionKind } from './sections.data.ts';
import type { TimeMention } from './times.ts';

/** A place in the text: characters in UTF-16 code units, bytes in UTF-8 (or in the encoding the source has), ends exclusive. */
export interface TextSpan {
  readonly charStart: number;
  readonly charEnd: number;
  readonly byteStart: number;
  readonly byteEnd: number;
}

interface FindingBase {
  readonly span: TextSpan;
  /** The words as they stand. */
  readonly text: string;
  /** Preferred name of what was found. */
  readonly name: string;
  readonly codings: readonly Coding[];
  readonly section: SectionKind;
  readonly assertion: Assertion;
  /** The time the sentence gives it. */
  readonly time: TimeMention | null;
  /** The rule or model that made it. */
  readonly rule: string;
  /** 0 to 1: how much of what the rule looks for was there. It ranks; it is no probability. */
  readonly confidence: number;
  /** Where the same sentence stands earlier in the note; −1 where it stands in an earlier note; null where it is new. */
  readonly copiedFrom: number | null;
}

export interface MeasureFinding extends FindingBase {
  readonly kind: 'measure';
  readonly measure: Pick<
    MeasureReading,
    'id' | 'value' | 'comparator' | 'unit' | 'by' | 'strange' | 'earlier' | 'impossible'
  >;
}

export interface DrugFinding extends FindingBase {
  readonly kind: 'drug';
  readonly drug: Omit<DrugReading, 'entry' | 'from' | 'to'>;
}

export interface AllergyFinding extends FindingBase {
  readonly kind: 'allergy';
  /** Name and codes are those of the substance; `none` where the text says that there is no known allergy. */
  readonly none: boolean;
  readonly reactions: readonly { readonly name: string; readonly codings: readonly Coding[] }[];
}

export interface ProblemFinding extends FindingBase {
  readonly kind: 'problem';
}

export type Finding = MeasureFinding | DrugFinding | AllergyFinding | ProblemFinding;

/** A section of a note by the characters it stands in, header included. */
export interface NoteSection {
  readonly kind: SectionKind;
  readonly header: string;
  readonly charStart: number;
  readonly charEnd: number;
}
