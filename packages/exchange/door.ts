import type { Decoded, Fate, Instant } from '@gemel/core';
import type { Neighbours } from './waveform/recording.ts';

/** What the person may have to add where a source is silent. */
export interface DoorOptions {
  /** Name of the file or feed, for messages and provenance. */
  readonly name: string;
  /** IANA zone (`Europe/Berlin`) or fixed offset (`+02:00`) for sources that give local times without one. */
  readonly zone?: string;
  /** Unit for sources that give numbers without one (`mg/dL`, `mmol/L`). */
  readonly unit?: string;
  /** Order of day and month for sources whose dates leave it open (01/02/2024). */
  readonly dates?: 'day-first' | 'month-first';
  /** Subject for sources that name none. */
  readonly subject?: string;
  /** When a recording began that does not say so itself. */
  readonly start?: Instant;
  /** When a message came, by the receiver's clock: against it a sender's clock is judged. */
  readonly received?: Instant;
  /** Files that lie beside the source, for records of several files. */
  readonly neighbours?: Neighbours;
  /** SHA-256 of the whole source, hex, its companions after it; computed by the caller, who has the means. */
  readonly sha256?: string;
}

/** What became of a part of an element, where a door keeps account more finely than by element. */
export interface FieldLoss {
  /** `PID-3`. */
  readonly element: string;
  readonly byteStart: number;
  readonly byteEnd: number;
  readonly fate: Fate;
  /** Elements of FHIR resources it became part of. */
  readonly to: readonly string[];
  /** Parts that became nothing and are kept as they stand. */
  readonly left: readonly string[];
  /** Codes of what was wrong with it. */
  readonly codes: readonly string[];
}

/** A way in for one format: bytes → what each element became, in the source's own words. Pure; no clock, no disk. */
export interface Door {
  readonly id: string;
  readonly title: string;
  /** How sure this door is, 0 to 1, that it understands these first bytes (at least 4 KiB where there are as many). */
  sniff(head: Uint8Array, name: string): number;
  /** Names of the neighbours that belong to this source and are read with it. Absent where a source is one file. */
  companions?(bytes: Uint8Array, name: string, neighbours: Neighbours): readonly string[];
  /** Companions are whole sources too: they are read with it only where a folder is imported, else by themselves. */
  readonly gathers?: true;
  /** One Decoded per source element; problems of the whole file come with type 'file'. Never throws on bad input. */
  decode(bytes: Uint8Array, options: DoorOptions): Generator<Decoded, void, void>;
  /** The FHIR R4 resources the source says, where the door makes more of it than items. */
  resources?(bytes: Uint8Array, options: DoorOptions): Generator<object, void, void>;
  /** The account of every field, where the door keeps one. */
  fields?(bytes: Uint8Array, options: DoorOptions): Generator<FieldLoss, void, void>;
}
