import type { Problem } from '@gemel/core';
import { exchangeErrors } from '../errors.data.ts';
import type { Account } from './account.ts';
import { converted, notedFrom, type Wanted } from './datatypes.ts';
import { type Draft, type Path, pathOf } from './draft.ts';
import { hl7v2Errors } from './errors.data.ts';
import type { Segment } from './message.ts';
import { ownMaps } from './own-maps.data.ts';
import { elementIsRead, type Purpose } from './purpose.ts';
import { orderFrom } from './schedule.ts';
import { segmentMaps } from './segment-maps.data.ts';
import { resolvePath } from './target.ts';
import { type NoteCode, Piece, type Setting } from './values.ts';

/** Field, path, data type map, vocabulary, constant, condition; what is empty at the end is left out. */
export type MapRow = readonly [number, ...string[]];

/** What every segment of a group is seen beside, for conditions that name another segment. */
export type Group = Readonly<Record<string, Segment | undefined>>;

interface Term {
  readonly not: boolean;
  /** Segment; '' for the data type at hand. */
  readonly segment: string;
  readonly field: number;
  readonly component: number;
  /** null: whether it holds anything. */
  readonly values: readonly string[] | null;
}

interface Row {
  readonly field: number;
  /** The element, for the account: `Observation.code`. */
  readonly to: string;
  /** null for `$this`: the value is merged into the resource itself. */
  readonly path: Path | null;
  /** Whether items may come of the element. */
  readonly forItems: boolean;
  readonly wanted: Wanted;
  /** The first component that may be wrong; Infinity where none may. */
  readonly notedFrom: number;
  readonly constant: unknown;
  /** Any of the lists holds where all its terms do; null where there is no condition. */
  readonly condition: readonly (readonly Term[])[] | null;
}

const compiled = new Map<string, readonly Row[]>();

/** The rows of a map, official ones and the door's own, ready to be applied. */
export function rowsOf(name: string): readonly Row[] {
  let rows = compiled.get(name);
  if (rows === undefined) {
    const own = ownMaps[name];
    const official = (segmentMaps[name] ?? []).filter(([field]) => !(own?.replaces ?? []).includes(field));
    const resource = /\[(\w+)/.exec(name)![1]!;
    rows = [...official, ...(own?.rows ?? [])].map((row) => compile(resource, row)).sort((a, b) => a.field - b.field);
    compiled.set(name, rows);
  }
  return rows;
}

/** Names of all maps. */
export function mapNames(): readonly string[] {
  return [...new Set([...Object.keys(segmentMaps), ...Object.keys(ownMaps)])];
}

function compile(resource: string, row: MapRow): Row {
  const [field, path = '', conversion = '', vocabulary = '', constant = '', condition = ''] = row;
  const steps = path === '$this' ? null : resolvePath(resource, path);
  if (path !== '$this' && steps === null) throw new Error(`${resource}: R4 has no element ${path}`);
  const leaf = steps?.at(-1);
  const type = leaf?.target ?? leaf?.type ?? 'this';
  const wanted = {
    type,
    conversion,
    vocabulary,
    codes: leaf?.codes ?? [],
    primitive: leaf?.target === undefined && leaf?.primitive === true,
    organization:
      (steps?.findLast(({ target }, i) => target !== undefined && i < steps.length - 1)?.target ?? resource) ===
      'Organization',
  };
  return {
    field,
    to: `${resource}.${path}`,
    path: steps === null ? null : pathOf(steps),
    forItems: steps === null || elementIsRead(resource, steps[0]!.name),
    wanted,
    notedFrom: notedFrom(wanted),
    constant: constant === '' ? undefined : constantOf(constant, type),
    condition: condition === '' ? null : condition.split('|').map((all) => all.split('&').map(termOf)),
  };
}

function constantOf(text: string, type: string): unknown {
  if (type === 'boolean') return text === 'true';
  return /^(decimal|integer|positiveInt|unsignedInt)$/.test(type) ? Number(text) : text;
}

function termOf(text: string): Term {
  const found = /^(!?)(\w*)[-.](\d+)(?:\.(\d+))?(\?|=(.*))$/.exec(text);
  if (found === null) throw new Error(`no condition: ${text}`);
  const [, not, segment = '', field, component, , values] = found;
  const own = segment === '';
  return {
    not: not === '!',
    segment,
    field: own ? 0 : Number(field),
    component: own ? Number(field) : Number(component ?? 0),
    values: values === undefined ? null : values.split(','),
  };
}

function holds(term: Term, group: Group, segment: Segment, piece: Piece | null): boolean {
  const { values, component } = term;
  const where = term.segment === '' ? segment : term.segment === segment.id ? segment : group[term.segment];
  let met: boolean;
  if (term.segment === '') {
    const text = piece?.repetition.components[component - 1]?.parts[0] ?? '';
    met = values === null ? text !== '' : values.includes(text);
  } else if (where === undefined) met = false;
  else if (values === null) met = component === 0 ? where.has(term.field) : where.text(term.field, component) !== '';
  else met = values.includes(where.text(term.field, component || 1).trim());
  return met !== term.not;
}

/** What a map is applied with. */
export interface Application {
  readonly account: Account;
  readonly group: Group;
  readonly setting: Omit<Setting, 'note'>;
  readonly file: string;
  readonly purpose: Purpose;
}

/** Puts what a segment says into a resource by one map; keeps account of every field it took. */
export function applyMap(name: string, draft: Draft, segment: Segment, use: Application): void {
  for (const row of rowsOf(name)) {
    const { field, path } = row;
    const made = row.forItems || use.purpose === 'resources';
    if (!made && (field === 0 || row.constant !== undefined || row.notedFrom === Number.POSITIVE_INFINITY)) continue;
    if (field === 0) {
      if (path !== null && meets(row, use.group, segment, null)) draft.put(path, row.constant, segment, 0);
      continue;
    }
    if (!segment.has(field)) continue;
    const repetitions = segment.field(field);
    for (let i = 0; i < repetitions.length; i++) {
      const repetition = repetitions[i]!;
      if (repetition.end === repetition.start) continue;
      if (!made && repetition.components.length < row.notedFrom) continue;
      const piece = new Piece(segment, field, repetition);
      if (piece.deletes || !meets(row, use.group, segment, piece)) continue;
      if (row.constant !== undefined) {
        if (path !== null) draft.put(path, row.constant, segment, i);
        continue;
      }
      const setting = settingAt(piece, use);
      if (path === null) spread(row, draft, piece, i, use.account, setting);
      else {
        const value = converted(piece, row.wanted, setting);
        if (value !== undefined && made && draft.put(path, value, segment, i)) use.account.mapped(piece, i, row.to);
      }
    }
  }
}

/** A field that says several elements of the resource itself. */
function spread(row: Row, draft: Draft, piece: Piece, i: number, account: Account, setting: Setting): void {
  const value = orderFrom(piece, row.wanted.conversion, setting);
  for (const [key, each] of Object.entries(value ?? {})) {
    const steps = resolvePath(draft.type, key);
    if (steps !== null && draft.put(pathOf(steps), each, piece.segment, i))
      account.mapped(piece, i, `${draft.type}.${key}`);
  }
}

function meets(row: Row, group: Group, segment: Segment, piece: Piece | null): boolean {
  if (row.condition === null) return true;
  return row.condition.some((all) => all.every((term) => holds(term, group, segment, piece)));
}

/** The setting in which a field is converted: problems are placed at its bytes. */
export function settingAt(piece: Piece, use: Application): Setting {
  return new PlacedSetting(piece, use);
}

class PlacedSetting implements Setting {
  readonly clock: Setting['clock'];
  readonly sender: string;
  readonly resource: Setting['resource'];
  readonly #piece: Piece;
  readonly #use: Application;

  constructor(piece: Piece, use: Application) {
    this.clock = use.setting.clock;
    this.sender = use.setting.sender;
    this.resource = use.setting.resource;
    this.#piece = piece;
    this.#use = use;
  }

  note(code: NoteCode, message: string): void {
    const { account, file } = this.#use;
    account.problem(this.#piece.segment, this.#piece.field, problemAt(this.#piece, code, message, file));
  }
}

function problemAt(piece: Piece, code: NoteCode, message: string, file: string): Problem {
  const where = {
    file,
    element: piece.segment.id,
    field: `${piece.segment.id}-${piece.field}`,
    byte: piece.repetition.start,
  };
  return code.startsWith('hl7v2-')
    ? hl7v2Errors.problem(code as 'hl7v2-code-unmapped', message, where)
    : exchangeErrors.problem(code as 'exchange-zone-missing', message, where);
}
