import type { AccessAction } from './access.ts';

/** SMART App Launch 2.2 scopes: what each opens, whether an act lies within them, and what two sets have in common. */

export type ScopeContext = 'patient' | 'user' | 'system';

/** One clinical scope, `patient/Observation.rs?category=…`. */
export interface Scope {
  readonly context: ScopeContext;
  /** FHIR resource type, `Twin`, or `*` for all of them. */
  readonly type: string;
  /** Letters of `cruds` that it opens, in that order. */
  readonly letters: string;
  /** Narrowed to data that bear a label of each; empty: not narrowed. */
  readonly only: readonly Narrowing[];
}

/** One of these labels, `system|code` or a code of any system. */
export interface Narrowing {
  readonly by: 'category' | '_security';
  readonly any: readonly string[];
}

/** Letters that an action needs, all of them; `Twin` is read and searched to be simulated, updated to be released. */
const NEEDED: Readonly<Record<AccessAction, string>> = {
  read: 'r',
  search: 's',
  create: 'c',
  update: 'u',
  delete: 'd',
  operate: 'rs',
  simulate: 'rs',
  release: 'u',
  export: 'rs',
  erase: 'd',
};

/** What SMART 1 said, in letters (SMART 2.2, "Scopes for requesting clinical data", v1 compatibility). */
const VERSION_1: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

/** Scopes that open no data: who the person is, and how the app was launched. */
export const CONTEXT_SCOPES = [
  'openid',
  'fhirUser',
  'profile',
  'launch',
  'launch/patient',
  'launch/encounter',
  'online_access',
  'offline_access',
] as const;

const FORM = /^(patient|user|system)\/(\*|[A-Z][A-Za-z]{1,63})\.(read|write|\*|c?r?u?d?s?)(?:\?(.+))?$/;
/** Search parameters by which a scope may be narrowed; any other would be granted wider than it says. */
const narrows = (name: string | null): name is Narrowing['by'] => name === 'category' || name === '_security';

/** The scope, or null where it is none of clinical data or is narrowed in a way that is not kept. */
export function parseScope(text: string): Scope | null {
  const found = FORM.exec(text);
  if (found === null) return null;
  const [, context, type, permission, query] = found as unknown as [string, ScopeContext, string, string, string?];
  const letters = VERSION_1[permission] ?? permission;
  if (letters === '') return null;
  const only: Narrowing[] = [];
  for (const part of query === undefined ? [] : query.split('&')) {
    const [by, value] = decoded(part);
    if (!narrows(by)) return null;
    const any = value.split(',').filter((label) => label !== '');
    if (any.length === 0) return null;
    only.push({ by, any });
  }
  return { context, type, letters, only };
}

function decoded(part: string): [string | null, string] {
  const at = part.indexOf('=');
  try {
    return at < 1 ? [null, ''] : [decodeURIComponent(part.slice(0, at)), decodeURIComponent(part.slice(at + 1))];
  } catch {
    return [null, ''];
  }
}

/** The scope as SMART 2 writes it. */
export function formatScope({ context, type, letters, only }: Scope): string {
  const query = only.map(({ by, any }) => `${by}=${any.map(labelText).join(',')}`).join('&');
  return `${context}/${type}.${letters}${query === '' ? '' : `?${query}`}`;
}

/** Reserved characters that a scope may bear are left readable. */
function labelText(label: string): string {
  return encodeURIComponent(label).replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%7C', '|');
}

/** Whether data with these labels bear what is wanted: a code without a system fits any. */
function bears(labels: readonly string[], wanted: string): boolean {
  return labels.some((label) => label === wanted || (!wanted.includes('|') && label.endsWith(`|${wanted}`)));
}

const fits = (scope: Scope, labels: readonly string[]) =>
  scope.only.every(({ any }) => any.some((wanted) => bears(labels, wanted)));

/** Whether the scope has anything to do with data of this subject; null is what belongs to nobody (an Organization). */
function reaches(scope: Scope, patient: string | null, letter: string, subject: string | null): boolean {
  if (scope.context !== 'patient') return true;
  if (patient === null) return false;
  // Of what belongs to nobody a launched app needs the names, and must change nothing.
  return subject === null ? letter === 'r' || letter === 's' : subject === patient;
}

type Scopes = readonly string[] | 'all';

/**
 * Whether the scopes open the act. Data whose labels are not known bear none: a narrowed scope does not open them.
 * @param patient the subject of the launch, the only one that `patient/` scopes reach
 * @param subject whose data, as the log names it; null for what belongs to nobody
 */
export function scopePermits(
  scopes: Scopes,
  patient: string | null,
  action: AccessAction,
  type: string,
  subject: string | null,
  labels: readonly string[] = [],
): boolean {
  const reach = scopeReach(scopes, patient, action, type, subject);
  return reach === 'all' || reach.every((scopesOfLetter) => scopesOfLetter.some((scope) => fits(scope, labels)));
}

/**
 * What of a type the scopes open to an action, so that a search asks for no more: `all`, or for each letter that the action
 * needs the narrowed scopes of which one must fit. A letter that none opens has an empty list: nothing is open.
 */
export function scopeReach(
  scopes: Scopes,
  patient: string | null,
  action: AccessAction,
  type: string,
  subject: string | null,
): 'all' | readonly (readonly Scope[])[] {
  if (scopes === 'all') return 'all';
  const held = scopes.map(parseScope).filter((scope) => scope !== null);
  const byLetter = [...NEEDED[action]].map((letter) =>
    held.filter(
      (scope) =>
        (scope.type === '*' || scope.type === type) &&
        scope.letters.includes(letter) &&
        reaches(scope, patient, letter, subject),
    ),
  );
  const whole = byLetter.every((scopesOfLetter) => scopesOfLetter.some((scope) => scope.only.length === 0));
  return whole ? 'all' : byLetter;
}

/**
 * What of the scopes asked for lies within those allowed. A scope allowed whole comes back as it was asked for (so that an
 * app of SMART 1 reads its own words), one allowed in part as SMART 2 writes that part.
 */
export function narrowScopes(asked: readonly string[], allowed: readonly string[]): readonly string[] {
  const limits = allowed.map(parseScope).filter((scope) => scope !== null);
  const granted = asked.flatMap((text) => {
    const scope = parseScope(text);
    if (scope === null) return allowed.includes(text) && isContextScope(text) ? [text] : [];
    const parts = limits.map((limit) => common(scope, limit)).filter((part) => part !== null);
    const whole = parts.some(
      (part) => part.type === scope.type && part.letters === scope.letters && part.only.length === scope.only.length,
    );
    return whole ? [text] : parts.map(formatScope);
  });
  return [...new Set(granted)];
}

export const isContextScope = (text: string): boolean => (CONTEXT_SCOPES as readonly string[]).includes(text);

function common(a: Scope, b: Scope): Scope | null {
  if (a.context !== b.context) return null;
  if (a.type !== b.type && a.type !== '*' && b.type !== '*') return null;
  const letters = [...a.letters].filter((letter) => b.letters.includes(letter)).join('');
  if (letters === '') return null;
  const key = ({ by, any }: Narrowing) => `${by}=${any.join(',')}`;
  const seen = new Set(a.only.map(key));
  const only = [...a.only, ...b.only.filter((each) => !seen.has(key(each)))];
  return { context: a.context, type: a.type === '*' ? b.type : a.type, letters, only };
}

const DOES: readonly (readonly [letters: string, words: string])[] = [
  ['r', 'read'],
  ['s', 'search'],
  ['c', 'add'],
  ['u', 'change'],
  ['d', 'delete'],
];
const WHOSE: Readonly<Record<ScopeContext, string>> = {
  patient: 'of the chosen person',
  user: 'of everybody whom you may see',
  system: 'of everybody, without a person present',
};
const MEANS: Readonly<Record<string, string>> = {
  openid: 'Know that it is you',
  fhirUser: 'Know your name and role',
  profile: 'Know your name and role',
  launch: 'Know whose record is open',
  'launch/patient': 'Know whose record is chosen',
  'launch/encounter': 'Know which visit is chosen',
  online_access: 'Go on while you are logged in',
  offline_access: 'Go on after you have logged out, until you withdraw it',
};

/** A scope in plain words, for the page that asks for consent; null for a scope that opens nothing. */
export function scopeWords(text: string): string | null {
  const scope = parseScope(text);
  if (scope === null) return MEANS[text] ?? null;
  const does = DOES.filter(([letter]) => scope.letters.includes(letter)).map(([, words]) => words);
  const list = does.length === 1 ? does[0]! : `${does.slice(0, -1).join(', ')} and ${does.at(-1)}`;
  const what = scope.type === '*' ? 'all data' : scope.type === 'Twin' ? 'the digital twin' : spaced(scope.type);
  const only = scope.only
    .map(({ any }) => any.map((label) => label.slice(label.lastIndexOf('|') + 1)).join(' or '))
    .join(', ');
  return `${list[0]!.toUpperCase()}${list.slice(1)} ${what}${only === '' ? '' : ` (only ${only})`} ${WHOSE[scope.context]}`;
}

const spaced = (type: string) =>
  type
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/^./, (first) => first.toUpperCase());
