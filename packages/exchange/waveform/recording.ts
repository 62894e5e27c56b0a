import type { Coding } from '@gemel/core/concept';
import type { Problem, Where } from '@gemel/core/error';
import type { RawValue } from '@gemel/core/raw';
import type { Waveform, WaveformMark } from '@gemel/core/waveform';
import { exchangeErrors } from '../errors.data.ts';
import { waveformErrors } from './errors.data.ts';

/** Where in the source something is described. */
export interface Place {
  /** In the source's own terms: `100.dat signal 0`. */
  readonly element: string;
  readonly line?: number;
  readonly byteStart?: number;
  readonly byteEnd?: number;
}

export interface RecordedSignal extends Waveform {
  readonly place: Place;
  /** Codes the format itself gives, beside those its name stands for. */
  readonly codings?: readonly Coding[];
  readonly problems: readonly Problem[];
}

/** Marks of one annotator, or one annotation channel. */
export interface MarkList {
  readonly name: string;
  readonly place: Place;
  readonly marks: readonly WaveformMark[];
  readonly problems: readonly Problem[];
}

/** Something the recording says of its subject. */
export interface RecordedFact {
  /** `name`, `sex`, `birthDate`, as facts are called elsewhere. */
  readonly fact: string;
  readonly value: RawValue;
  readonly place: Place;
}

/** What a file of waveforms holds, whatever its format. */
export interface Recording {
  /** In the source's own terms; null where it names nobody. */
  readonly subject: string | null;
  readonly facts: readonly RecordedFact[];
  /** When it began: `local` as if the wall clock were UTC, and the offset east of UTC in minutes where stated. */
  readonly start: { readonly local: number; readonly offset: number | null } | null;
  readonly device?: string;
  readonly signals: readonly RecordedSignal[];
  readonly marks: readonly MarkList[];
  /** Signals and annotations that could not be read. */
  readonly refused: readonly {
    readonly type: 'signal' | 'annotations';
    readonly place: Place;
    readonly problem: Problem;
  }[];
  /** What else the source says: kept as is. */
  readonly header: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

/** Files that lie beside the source, for records of several files. Names are plain names, never paths. */
export interface Neighbours {
  readonly names: readonly string[];
  /** Its bytes; null where there is none of that name. */
  read(name: string): Uint8Array | null;
}

/** Most samples read of one source, over all its signals (1 GiB of them). */
export const MOST_SAMPLES = 2 ** 28;

export const NO_NEIGHBOURS: Neighbours = { names: [], read: () => null };

/** The part of a reader that says what is wrong, always with the file. */
export interface Remarks {
  readonly problems: Problem[];
  note(code: WaveformCode, message: string, where?: Where): void;
}

export type WaveformCode = keyof typeof waveformErrors.table | 'exchange-truncated' | 'exchange-encoding';

export function remarks(file: string): Remarks {
  const problems: Problem[] = [];
  return {
    problems,
    note(code, message, where = {}) {
      const place = { file, ...where };
      problems.push(
        code === 'exchange-truncated' || code === 'exchange-encoding'
          ? exchangeErrors.problem(code, message, place)
          : waveformErrors.problem(code, message, place),
      );
    },
  };
}
