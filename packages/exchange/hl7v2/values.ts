import { conceptMaps } from './concept-maps.data.ts';
import type { Repetition, Segment, Value } from './message.ts';
import { authorities, codeSystems, LOCAL, moreCodes, registries } from './systems.data.ts';
import type { Clock } from './time.ts';

/** A JSON object being made. */
export type Made = { [name: string]: unknown };

/** What a value is converted with. */
export interface Setting {
  readonly clock: Clock;
  /** Who sent: in whose terms local names are meant. */
  readonly sender: string;
  note(code: NoteCode, message: string): void;
  /** A reference to a resource of its own. */
  resource(type: string, content: Made): Made;
}

export type NoteCode =
  | 'hl7v2-value-unreadable'
  | 'hl7v2-code-unmapped'
  | 'exchange-zone-missing'
  | 'exchange-local-time-never'
  | 'exchange-local-time-twice';

/** One repetition of a field as it is read; remembers which components were. */
export class Piece {
  readonly segment: Segment;
  readonly field: number;
  readonly repetition: Repetition;
  /** Components read: a bit for each, bit 1 for component 1; those beyond 31 share a bit. */
  read = 0;

  constructor(segment: Segment, field: number, repetition: Repetition) {
    this.segment = segment;
    this.field = field;
    this.repetition = repetition;
  }

  /** Component n, sub-component m, as text; '' where there is none or it is to be deleted. */
  text(n: number, m = 1): string {
    this.read |= 1 << Math.min(n, 31);
    return (this.repetition.components[n - 1]?.parts[m - 1] ?? '').trim();
  }

  parts(n: number): readonly Value[] {
    this.read |= 1 << Math.min(n, 31);
    return this.repetition.components[n - 1]?.parts ?? [];
  }

  has(n: number): boolean {
    const component = this.repetition.components[n - 1];
    return component !== undefined && component.end > component.start;
  }

  /** The first component whole, sub-components joined as written. */
  whole(): string {
    this.read |= 2;
    return (this.repetition.components[0]?.parts ?? [])
      .map((part) => part ?? '')
      .join('&')
      .trim();
  }

  /** Whether the field says that what was there is to be deleted. */
  get deletes(): boolean {
    const { components } = this.repetition;
    return components.length === 1 && components[0]!.parts.length === 1 && components[0]!.parts[0] === null;
  }
}

/** URI of a local name: two senders may mean different things by it. */
export function localSystem(kind: 'code' | 'authority', name: string, setting: Setting): string {
  return `${LOCAL}/${kind}/${encodeURIComponent(setting.sender)}/${encodeURIComponent(name)}`;
}

/** URI of the code system that CWE-3 names, its OID (CWE-14) where given; undefined where neither names one. */
export function codeSystem(name: string, oid: string, setting: Setting): string | undefined {
  if (/^[012](\.\d+)+$/.test(oid)) return `urn:oid:${oid}`;
  if (name === '') return undefined;
  const upper = name.toUpperCase();
  const known = codeSystems[upper];
  if (known !== undefined) return known;
  const table = /^HL7-?0*(\d{1,4})$/.exec(upper)?.[1];
  if (table !== undefined) return tableSystem(table);
  if (/^[012](\.\d+)+$/.test(name)) return `urn:oid:${name}`;
  if (/^(https?:|urn:)\S+$/.test(name)) return name;
  return localSystem('code', name, setting);
}

export function tableSystem(table: string): string {
  return `http://terminology.hl7.org/CodeSystem/v2-${table.padStart(4, '0')}`;
}

/** URI of an assigning authority: namespace, universal id, its type (HD). */
export function authoritySystem(namespace: string, id: string, type: string, setting: Setting): string | undefined {
  if (id !== '') {
    if (type === 'ISO' || /^[012](\.\d+)+$/.test(id))
      return /^[012](\.\d+)+$/.test(id) ? `urn:oid:${id}` : named(id, setting);
    if ((type === 'UUID' || type === 'GUID') && /^[0-9a-fA-F-]{36}$/.test(id)) return `urn:uuid:${id.toLowerCase()}`;
    if (type === 'URI' && /^\S+:\S+$/.test(id)) return id;
    if (type === 'DNS' && /^[\w.-]+$/.test(id)) return `https://${id}`;
    if (registries[type] !== undefined) return registries[type];
    if (namespace === '') return named(id, setting);
  }
  return namespace === '' ? undefined : named(namespace, setting);
}

function named(name: string, setting: Setting): string {
  if (/^[012](\.\d+)+$/.test(name)) return `urn:oid:${name}`;
  if (/^https?:\/\/\S+$/.test(name)) return name;
  return authorities[name.toUpperCase()] ?? localSystem('authority', name, setting);
}

/** What a code of a vocabulary is in FHIR: code and system; undefined where the maps have none. */
export function translated(
  vocabulary: string,
  code: string,
): { readonly code: string; readonly system: string } | undefined {
  const map = conceptMaps[vocabulary];
  const said = map !== undefined && Object.hasOwn(map.codes, code) ? map.codes[code] : undefined;
  if (said !== undefined) {
    const [target = '', system = map!.system] = said.split('|');
    return { code: target === '' ? code : target, system };
  }
  const more = moreCodes[vocabulary];
  const own = more !== undefined && Object.hasOwn(more, code) ? more[code] : undefined;
  if (own === undefined) return undefined;
  const [target = '', system = map?.system ?? ''] = own.split('|');
  return { code: target, system };
}

/** System of the HL7 table that a vocabulary's codes are from. */
export function vocabularySystem(vocabulary: string): string | undefined {
  const table = conceptMaps[vocabulary]?.table ?? '';
  return table === '' ? undefined : tableSystem(table);
}
