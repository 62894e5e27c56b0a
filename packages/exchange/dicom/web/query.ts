import { registered, tagOfKeyword } from '../dictionary.ts';
import type { Tag, Vr } from '../element.ts';
import { dicomwebErrors } from './errors.data.ts';
import { type JsonDataSet, type JsonElement, tagKey } from './json.ts';

/** A search of QIDO-RS (PS3.18, 8.3.4). */
export interface Query {
  /** Matching keys: path of tags from the data set inwards, and what is to be matched. */
  readonly matches: readonly { readonly path: readonly Tag[]; readonly vr: Vr; readonly value: string }[];
  readonly includes: readonly Tag[] | 'all';
  readonly limit: number | null;
  readonly offset: number;
  /** Fuzzy matching was asked for, which is not offered. */
  readonly fuzzy: boolean;
}

/**
 * Reads the parameters of a search; a name may come several times.
 * @throws dicomweb-query
 */
export function readQuery(parameters: Iterable<readonly [name: string, value: string]>): Query {
  const matches: { path: readonly Tag[]; vr: Vr; value: string }[] = [];
  const includes: Tag[] = [];
  let [all, fuzzy, limit, offset] = [false, false, null as number | null, 0];
  const whole = (name: string, value: string) => {
    if (!/^\d{1,9}$/.test(value)) throw wrong(name, `“${value}” is no count`);
    return Number(value);
  };
  for (const [name, value] of parameters) {
    if (name === 'limit') limit = whole(name, value);
    else if (name === 'offset') offset = whole(name, value);
    else if (name === 'fuzzymatching') {
      if (value !== 'true' && value !== 'false') throw wrong(name, `“${value}” is neither true nor false`);
      fuzzy = value === 'true';
    } else if (name === 'includefield') {
      if (value === 'all') all = true;
      else for (const each of value.split(',')) includes.push(pathOf(each)[0]!);
    } else {
      const path = pathOf(name);
      const vr = registered(path.at(-1)!)?.vrs[0];
      if (vr === undefined || vr === 'SQ' || vr[0] === 'O' || vr === 'UN') throw wrong(name, 'cannot be matched');
      if (value !== '') matches.push({ path, vr, value: checked(name, vr, value) });
    }
  }
  return { matches, includes: all ? 'all' : includes, limit, offset, fuzzy };
}

const wrong = (name: string, why: string) => dicomwebErrors.error('dicomweb-query', `${name}: ${why}`, { field: name });

function pathOf(name: string): readonly Tag[] {
  return name.split('.').map((part) => {
    const tag = /^[0-9A-Fa-f]{8}$/.test(part) ? Number.parseInt(part, 16) : tagOfKeyword(part);
    if (tag === null) throw wrong(name, 'is neither a keyword nor a tag');
    return tag;
  });
}

const RANGED = new Set<Vr>(['DA', 'TM', 'DT']);

function checked(name: string, vr: Vr, value: string): string {
  if (!RANGED.has(vr)) return value;
  const { from, to } = rangeOf(value, vr);
  const form = { DA: /^\d{8}$/, TM: /^\d{2,6}(\.\d{1,6})?$/, DT: /^\d{4,14}(\.\d{1,6})?([+-]\d{4})?$/ }[
    vr as 'DA' | 'TM' | 'DT'
  ];
  if ((from === '' && to === '') || ![from, to].every((end) => end === '' || form.test(end)))
    throw wrong(name, `“${value}” is no ${vr} or range of them`);
  return value;
}

/** Both ends of a range; the same twice for a single value. `-0500` behind a date and time is an offset, not a year. */
function rangeOf(value: string, vr: Vr): { readonly from: string; readonly to: string } {
  if (vr === 'DT' && /^[\d.]+-(0\d|1[0-2])\d\d$/.test(value)) return { from: value, to: value };
  const found = /^([\d.]*(?:[+-]\d{4}(?=-))?)-([\d.]*(?:[+-]\d{4})?)$/.exec(value);
  return found === null ? { from: value, to: value } : { from: found[1]!, to: found[2]! };
}

/** Whether an object, by its JSON, is what the search asks for (PS3.4, C.2.2.2). */
export function isMatch(object: JsonDataSet, { matches }: Query): boolean {
  return matches.every(({ path, vr, value }) =>
    elementsAt(object, path).some((element) => (element.Value ?? []).some((each) => valueMatches(each, vr, value))),
  );
}

function elementsAt(object: JsonDataSet, [tag, ...rest]: readonly Tag[]): readonly JsonElement[] {
  const element = object[tagKey(tag!)];
  if (element === undefined) return [];
  if (rest.length === 0) return [element];
  return (element.Value ?? []).flatMap((item) => elementsAt(item as JsonDataSet, rest));
}

function valueMatches(found: unknown, vr: Vr, wanted: string): boolean {
  if (found === null || found === undefined) return false;
  if (vr === 'PN') return Object.values(found as object).some((part) => wildcard(String(part), wanted, true));
  const text = String(found);
  if (vr === 'UI') return wanted.split(/[,\\]/).includes(text);
  if (RANGED.has(vr)) {
    const { from, to } = rangeOf(wanted, vr);
    // Compared as far as each end is said; what is said of the object beyond that lies within.
    const [low, high] = [text.slice(0, from.length || 0), text.slice(0, to.length || 0)];
    return (from === '' || low.padEnd(from.length, '0') >= from) && (to === '' || high <= to);
  }
  if (typeof found === 'number') return Number(wanted) === found;
  return wildcard(text, wanted, false);
}

/** `*` stands for any characters, `?` for one; without recursion, so that no pattern takes long. */
export function wildcard(text: string, pattern: string, anyCase: boolean): boolean {
  const [said, wanted] = anyCase ? [text.toLowerCase(), pattern.toLowerCase()] : [text, pattern];
  let [t, p, star, resume] = [0, 0, -1, 0];
  while (t < said.length) {
    if (wanted[p] === '*') [star, resume, p] = [p, t, p + 1];
    else if (p < wanted.length && (wanted[p] === '?' || wanted[p] === said[t])) [t, p] = [t + 1, p + 1];
    else if (star >= 0) [p, resume, t] = [star + 1, resume + 1, resume + 1];
    else return false;
  }
  while (wanted[p] === '*') p++;
  return p === wanted.length;
}

/** The elements of an object that an answer gives: those of its level, those matched, and those asked for. */
export function answerOf(object: JsonDataSet, level: readonly string[], { matches, includes }: Query): JsonDataSet {
  if (includes === 'all') return object;
  const keys = new Set([...level, ...matches.map(({ path }) => tagKey(path[0]!)), ...includes.map(tagKey)]);
  return Object.fromEntries(Object.entries(object).filter(([key]) => keys.has(key)));
}
