import { parseZone } from '@gemel/exchange/device/zone';
import type { PackRecords, RecordKind } from '@gemel/server/api';
import { strings } from '../strings.data.ts';

/** One line of the table: something given or measured, as typed. */
export interface EntryRow {
  readonly what: string;
  /** `2026-03-01 08:00`, with an offset or in the zone of the page. */
  readonly time: string;
  readonly value: string;
  readonly unit: string;
  /** Hours an infusion lasts; empty: at once. */
  readonly hours: string;
}

/** Whom the records are of, as typed. */
export interface EntryPerson {
  readonly name: string;
  /** Years, or a date of birth. */
  readonly born: string;
  readonly sex: '' | 'female' | 'male';
  /** kg */
  readonly weight: string;
  /** cm */
  readonly height: string;
}

export interface Entry {
  readonly person: EntryPerson;
  readonly rows: readonly EntryRow[];
  readonly zone: string;
}

export const EMPTY_ROW: EntryRow = { what: '', time: '', value: '', unit: '', hours: '' };
export const EMPTY_PERSON: EntryPerson = { name: '', born: '', sex: '', weight: '', height: '' };

/** What is wrong, by field of the form: `name`, `weight`, `row 3 time`. */
export type EntryProblems = Readonly<Record<string, string>>;

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';
const LOCAL = /^(\d{4}-\d{2}-\d{2})[ T](\d{1,2}):(\d{2})(?::\d{2})?\s*(Z|[+-]\d{2}:?\d{2})?$/;

const isBlank = (row: EntryRow) => Object.entries(row).every(([field, text]) => field === 'unit' || text.trim() === '');

/** A number as typed, with point or comma; null where it is none. */
export function numberIn(text: string): number | null {
  const plain = text.trim().replace(',', '.');
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
}

/**
 * A typed time with its offset from UTC. A time that the zone's change of clocks skips or repeats is left as it is, for the
 * import to refuse by name; null where it is no time.
 */
function written(text: string, zone: string, plusHours = 0): string | null {
  const parts = LOCAL.exec(text.trim());
  if (parts === null) return null;
  const [, day, hour, minute, given] = parts;
  const local = Date.parse(`${day}T${hour!.padStart(2, '0')}:${minute}:00Z`);
  if (!Number.isFinite(local)) return null;
  const bare = `${day}T${hour!.padStart(2, '0')}:${minute}:00`;
  const own = parseZone(given ?? zone);
  if (own === null) return bare;
  const meaning = own.meaning(local);
  if (meaning.kind !== 'once') return bare;
  const at = local - meaning.offset * 60_000 + plusHours * 3_600_000;
  const offset = own.offsetAt(at);
  const sign = offset < 0 ? '-' : '+';
  const two = (n: number) => String(n).padStart(2, '0');
  const clock = new Date(at + offset * 60_000).toISOString().slice(0, 19);
  return `${clock}${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
}

/** Born in the middle of the year that an age in whole years leaves open; a date is taken as it is. */
function birthDate(text: string, now: number): string | null {
  const date = /^\d{4}(-\d{2}(-\d{2})?)?$/.exec(text.trim());
  if (date !== null && Number.isFinite(Date.parse(text.trim()))) return text.trim();
  const age = numberIn(text);
  if (age === null || age > 130) return null;
  const middle = new Date(now - (age + 0.5) * 365.25 * 86_400_000);
  return middle.toISOString().slice(0, 7);
}

function kindOf(pack: PackRecords, name: string): { kind: RecordKind; given: boolean } | null {
  const control = pack.controls.find((own) => own.name === name);
  if (control !== undefined) return { kind: control, given: true };
  const signal = pack.signals.find((own) => own.name === name);
  return signal === undefined ? null : { kind: signal, given: false };
}

/** What keeps an entry from being sent; empty where nothing does. The rest is for the import to judge. */
export function problemsOf({ person, rows, zone }: Entry, pack: PackRecords, now: number): EntryProblems {
  const t = strings.entry.wrong;
  const found: Record<string, string> = {};
  const check = (field: string, wrong: boolean, words: string) => {
    if (wrong) found[field] = words;
  };
  check('name', person.name.trim() === '', t.name);
  check('born', person.born.trim() !== '' && birthDate(person.born, now) === null, t.born);
  for (const field of ['weight', 'height'] as const)
    check(field, person[field].trim() !== '' && numberIn(person[field]) === null, t.number);
  check('zone', parseZone(zone) === null, t.zone);
  rows.forEach((row, i) => {
    if (isBlank(row)) return;
    const kind = kindOf(pack, row.what);
    check(`row ${i} what`, kind === null, t.what);
    check(`row ${i} time`, written(row.time, zone) === null, t.time);
    check(`row ${i} value`, numberIn(row.value.replace(/^\s*[<>]\s*/, '')) === null, t.number);
    check(`row ${i} unit`, row.unit.trim() === '', t.unit);
    check(`row ${i} hours`, row.hours.trim() !== '' && numberIn(row.hours) === null, t.number);
  });
  check('rows', rows.every(isBlank), t.rows);
  return found;
}

/** A name as an id: letters, digits and hyphens, and so much of a number that like names stay apart. */
export function idOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/[^\w]+/g, '-')
    .replaceAll('_', '-')
    .replaceAll(/^-+|-+$/g, '')
    .toLowerCase();
  let hash = 0;
  for (const letter of name.trim()) hash = (hash * 31 + letter.codePointAt(0)!) >>> 0;
  return `${plain.slice(0, 40) || 'person'}-${hash.toString(36)}`;
}

/** The entry as a FHIR bundle, and which row of the form each of its entries came from (null: the person). */
export function bundleOf(
  { person, rows, zone }: Entry,
  pack: PackRecords,
  now: number,
): { readonly bundle: object; readonly origins: readonly (string | null)[] } {
  const id = idOf(person.name);
  const subject = { reference: `Patient/${id}` };
  const born = birthDate(person.born, now);
  const resources: object[] = [
    {
      resourceType: 'Patient',
      id,
      name: [{ text: person.name.trim() }],
      ...(person.sex === '' ? {} : { gender: person.sex }),
      ...(born === null ? {} : { birthDate: born }),
    },
  ];
  const origins: (string | null)[] = [null];
  const filled = rows.flatMap((row, i) => (isBlank(row) ? [] : [{ row, i }]));
  const times = filled.map(({ row }) => written(row.time, zone)!).sort((a, b) => Date.parse(a) - Date.parse(b));
  const quantity = (value: number, unit: string) => ({ value, unit, system: UCUM, code: unit });
  const size = (field: 'weight' | 'height', code: string, unit: string) => {
    const value = numberIn(person[field]);
    if (value === null || times[0] === undefined) return;
    const coding = [{ system: LOINC, code }];
    resources.push({
      resourceType: 'Observation',
      id: `${id}-${field}`.slice(-64),
      status: 'final',
      code: { coding },
      subject,
      // A size is taken to have held from the first record on.
      effectiveDateTime: times[0],
      valueQuantity: quantity(value, unit),
    });
    origins.push(field);
  };
  size('weight', '29463-7', 'kg');
  size('height', '8302-2', 'cm');
  for (const { row, i } of filled) {
    const { kind, given } = kindOf(pack, row.what)!;
    const { unit } = row;
    const code = { coding: [kind.coding], text: kind.title };
    const start = written(row.time, zone)!;
    const lasts = numberIn(row.hours) ?? 0;
    const effective =
      given && lasts > 0
        ? { effectivePeriod: { start, end: written(row.time, zone, lasts)! } }
        : { effectiveDateTime: start };
    const sign = /^\s*([<>])/.exec(row.value)?.[1];
    const value = numberIn(row.value.replace(/^\s*[<>]\s*/, ''))!;
    const entryId = `${id}-${row.what}-${start}`.replaceAll(/[^A-Za-z0-9.-]/g, '-').slice(-64);
    if (given && kind.coding.system !== LOINC)
      resources.push({
        resourceType: 'MedicationAdministration',
        id: entryId,
        status: 'completed',
        medicationCodeableConcept: code,
        subject,
        ...effective,
        dosage: unit.includes('/') ? { rateQuantity: quantity(value, unit) } : { dose: quantity(value, unit) },
      });
    else
      resources.push({
        resourceType: 'Observation',
        id: entryId,
        status: 'final',
        code,
        subject,
        ...effective,
        valueQuantity: { ...quantity(value, unit), ...(sign === undefined ? {} : { comparator: sign }) },
      });
    origins.push(`row ${i}`);
  }
  const bundle = { resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) };
  return { bundle, origins };
}

/** Which field of the form a problem's place in the bundle came from; null where it is of the whole. */
export function originOf(element: string | undefined, origins: readonly (string | null)[]): string | null {
  const index = /entry\[(\d+)\]/.exec(element ?? '')?.[1];
  return index === undefined ? null : (origins[Number(index)] ?? null);
}

/**
 * Rows from pasted text: one a line, `what, time, value, unit, hours`, parted by tabs, semicolons or commas. What is matched
 * against the names and titles the pack knows; what is not found stays to be chosen.
 */
export function pastedRows(text: string, pack: PackRecords): EntryRow[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const by = line.includes('\t') ? '\t' : line.includes(';') ? ';' : ',';
      const [what = '', time = '', value = '', unit = '', hours = ''] = line.split(by).map((cell) => cell.trim());
      const name = foundName(what, pack);
      const units = name === '' ? [] : (kindOf(pack, name)?.kind.units ?? []);
      const known = units.find((own) => own.toLowerCase() === unit.replace('µ', 'u').toLowerCase());
      return { what: name, time, value, unit: known ?? unit, hours };
    });
}

function foundName(what: string, { controls, signals }: PackRecords): string {
  const sought = what.toLowerCase();
  if (sought === '') return '';
  if (/^(dose|given)$/.test(sought)) return controls[0]?.name ?? '';
  if (/^(level|value)$/.test(sought)) return signals[0]?.name ?? '';
  const all = [...controls, ...signals];
  const found =
    all.find(({ name, title }) => name.toLowerCase() === sought || title.toLowerCase() === sought) ??
    all.find(({ title }) => title.toLowerCase().startsWith(sought)) ??
    all.find(({ name }) => name.toLowerCase().includes(sought));
  return found?.name ?? '';
}
