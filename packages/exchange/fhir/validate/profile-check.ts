import { checkBinding } from './binding.ts';
import { conformsTo } from './conforms.ts';
import { order, same } from './invariant/compare.ts';
import { checkInvariants } from './invariant/invariants.ts';
import { isJson, type Json } from './invariant/node.ts';
import { below, type Place } from './issue.ts';
import type { Profile, ProfileNode } from './profile-table.ts';
import { checkReference, follow } from './reference.ts';
import { type Run, type Scope, scopeOf } from './run.ts';
import { assignSlices } from './slicing.ts';
import type { Form, Shape, TypeTable } from './type-table.ts';

/** One value of an element, with what R4 says it is. */
export interface Occurrence {
  readonly value: unknown;
  /** The id and extensions of a primitive. */
  readonly beside: Json | undefined;
  readonly type: string;
  readonly shape: Shape | undefined;
  readonly place: Place;
}

/** Deepest nesting of profiles in profiles that is followed. */
const DEEPEST = 12;

/** Checks what a profile says of one value beyond R4's own rules, and of what lies below it. */
export function checkProfile(
  run: Run,
  node: ProfileNode,
  at: Occurrence,
  profile: Profile,
  scope: Scope,
  depth = 0,
): void {
  checkValue(run, node, at, profile, scope, depth);
  if (node.children.size === 0) return;
  const inner = scopeWithin(run, at, scope, node.name === 'contained');
  for (const child of node.children.values()) checkChild(run, child, at, profile, inner, depth);
}

/** A resource in a resource has a scope of its own; it keeps the one that contains it. */
function scopeWithin(run: Run, { value, shape, place }: Occurrence, scope: Scope, contained: boolean): Scope {
  if (shape?.kind !== 'resource' || value === scope.resource || !isJson(value)) return scope;
  return scopeOf(value, place, run.tables, contained ? { container: scope } : {});
}

/** The values of an element below a value, in the order of the JSON. */
export function occurrences(at: Occurrence, name: string, types: TypeTable): Occurrence[] {
  const out: Occurrence[] = [];
  if (at.shape === undefined) {
    // A primitive has its id and extensions beside it.
    const form = at.beside === undefined ? undefined : types.shape('Element')!.members.get(name);
    if (form !== undefined) gather(out, at.beside!, form, at.place, types);
    return out;
  }
  if (!isJson(at.value)) return out;
  for (const form of at.shape.byName.get(name) ?? []) gather(out, at.value, form, at.place, types);
  return out;
}

function gather(out: Occurrence[], holder: Json, form: Form, place: Place, types: TypeTable): void {
  const value = holder[form.key];
  const beside = form.primitive === undefined ? undefined : holder[`_${form.key}`];
  if (value === undefined && beside === undefined) return;
  const add = (one: unknown, more: unknown, at: Place) => {
    if (one == null && !isJson(more)) return;
    const nested = form.type === 'Resource' && isJson(one) ? String(one.resourceType) : undefined;
    const shape = nested === undefined ? form.shape : types.resource(nested);
    const own = { value: one ?? undefined, beside: isJson(more) ? more : undefined, type: nested ?? form.type };
    if (form.primitive !== undefined || isJson(one)) out.push({ ...own, shape, place: at });
  };
  if (!Array.isArray(value) && !Array.isArray(beside)) add(value, beside, below(place, form.key));
  else {
    const values = Array.isArray(value) ? value : [];
    const besides = Array.isArray(beside) ? beside : [];
    for (let i = 0; i < Math.max(values.length, besides.length); i++)
      add(values[i], besides[i], below(place, form.key, i));
  }
}

function checkChild(
  run: Run,
  node: ProfileNode,
  above: Occurrence,
  profile: Profile,
  scope: Scope,
  depth: number,
): void {
  const found = occurrences(above, node.name, run.tables.types);
  const { min = 0, max = Number.POSITIVE_INFINITY } = node;
  const element = above.shape?.byName.get(node.name)?.[0]?.element;
  // What R4 itself demands has been told already.
  if (found.length < min && (element === undefined || found.length >= element.min))
    run.report(
      'element-required',
      above.place,
      `${node.name}: ${found.length} given, at least ${min} must be there (${profile.name})`,
    );
  if (found.length > max && (element === undefined || found.length <= element.max))
    run.report(
      'element-too-many',
      above.place,
      `${node.name}: ${found.length} given, at most ${max} may be there (${profile.name})`,
    );
  for (const one of found) checkProfile(run, node, one, profile, scope, depth);
  if (node.slices.size > 0) checkSlices(run, node, found, above, profile, scope, depth);
}

function checkSlices(
  run: Run,
  node: ProfileNode,
  found: readonly Occurrence[],
  above: Occurrence,
  profile: Profile,
  scope: Scope,
  depth: number,
): void {
  const slices = assignSlices(run, node, found, scope, depth);
  if (slices === null) return;
  const names = [...node.slices.keys()];
  const members = new Map<string, Occurrence[]>(names.map((name) => [name, []]));
  let last = -1;
  let other = false;
  found.forEach((one, i) => {
    const name = slices[i];
    if (name === undefined) {
      other = true;
      if (node.slicing?.rules === 'closed')
        run.report('slice-closed', one.place, `is of no slice of ${node.name} (${profile.name})`);
      return;
    }
    members.get(name)!.push(one);
    const at = names.indexOf(name);
    if (node.slicing?.ordered === true && at < last)
      run.report('slice-order', one.place, `the slice ${name} stands behind ${names[last]} (${profile.name})`);
    if (other && node.slicing?.rules === 'openAtEnd')
      run.report('slice-order', one.place, `the slice ${name} stands behind what is of no slice (${profile.name})`);
    last = Math.max(last, at);
  });
  for (const [name, slice] of node.slices) {
    const own = members.get(name)!;
    const { min = 0, max = Number.POSITIVE_INFINITY } = slice;
    if (own.length < min)
      run.report(
        'slice-required',
        above.place,
        `${node.name}:${name}: ${own.length} given, at least ${min} must be there (${profile.name})`,
      );
    if (own.length > max)
      run.report(
        'slice-required',
        above.place,
        `${node.name}:${name}: ${own.length} given, at most ${max} may be there (${profile.name})`,
      );
    for (const one of own) {
      checkProfile(run, slice, one, profile, scope, depth);
      if (slice.slices.size > 0) checkSlices(run, slice, [one], above, profile, scope, depth);
    }
  }
}

function checkValue(run: Run, node: ProfileNode, at: Occurrence, profile: Profile, scope: Scope, depth: number): void {
  const { value, type, place } = at;
  if (node.fixed !== undefined && value !== undefined && !same(node.fixed, value))
    run.report('value-fixed', place, `${shown(value)} is given, and ${shown(node.fixed)} is fixed (${profile.name})`);
  if (node.pattern !== undefined && value !== undefined && !matches(node.pattern, value))
    run.report('value-pattern', place, `${shown(value)} lacks ${shown(node.pattern)} (${profile.name})`);
  if (node.maxLength !== undefined && typeof value === 'string' && value.length > node.maxLength)
    run.report(
      'value-range',
      place,
      `${value.length} characters, at most ${node.maxLength} may be given (${profile.name})`,
    );
  if (node.minValue !== undefined && before(value, node.minValue, type))
    run.report('value-range', place, `${shown(value)} is below ${shown(node.minValue)} (${profile.name})`);
  if (node.maxValue !== undefined && before(node.maxValue, value, type))
    run.report('value-range', place, `${shown(value)} is above ${shown(node.maxValue)} (${profile.name})`);
  if (node.types !== undefined) checkTypes(run, node.types, at, profile, scope, depth);
  if (node.binding !== undefined && value !== undefined) checkBinding(run, value, type, node.binding, place);
  if (node.constraints.length > 0) {
    const make = () => (value === scope.resource ? scope.node : { value, type, shape: at.shape, beside: at.beside });
    checkInvariants(run, node.constraints, make, place, scope);
  }
}

function checkTypes(
  run: Run,
  types: NonNullable<ProfileNode['types']>,
  at: Occurrence,
  profile: Profile,
  scope: Scope,
  depth: number,
): void {
  const { value, type, shape, place } = at;
  const fitting = types.filter(
    ({ code }) => code === type || shape?.kind === 'backbone' || shape?.lineage.includes(code) === true,
  );
  if (fitting.length === 0) {
    if (/^[A-Za-z]+$/.test(types[0]?.code ?? '') && !(type === 'id' || type === 'uri'))
      run.report(
        'element-type',
        place,
        `is ${type}, where ${types.map(({ code }) => code).join(', ')} belongs (${profile.name})`,
      );
    return;
  }
  const targets = fitting.flatMap(({ targetProfile }) => targetProfile ?? []);
  if (type === 'Reference' && targets.length > 0 && isJson(value)) checkTargets(run, value, targets, at, scope, depth);
  const wanted = fitting.flatMap((each) => each.profile ?? []);
  // Extensions are checked against their own definition wherever they stand.
  if (wanted.length === 0 || type === 'Extension' || depth > DEEPEST) return;
  if (wanted.length > 1) {
    const answers = wanted.map((url) => conformsTo(run, value, type, url, scope, depth));
    if (!answers.includes(true) && !answers.includes(undefined))
      run.report('profile-type', place, `meets none of ${wanted.join(', ')} (${profile.name})`);
    return;
  }
  const inner = run.tables.profiles.profile(wanted[0]!);
  if (inner === undefined) {
    run.report('profile-unknown', place, `${wanted[0]} is not at hand (${profile.name})`);
    return;
  }
  checkProfile(run, inner.root, at, inner, scopeWithin(run, at, scope, false), depth + 1);
}

function checkTargets(
  run: Run,
  value: Json,
  targets: readonly string[],
  at: Occurrence,
  scope: Scope,
  depth: number,
): void {
  // Only whether the type fits is new here; form and target were judged with the reference itself.
  const trial = run.issues.length;
  checkReference(run, value, targets, at.place, scope);
  const made = run.issues.splice(trial);
  for (const one of made) {
    const told = run.issues.some(({ rule, expression }) => rule === one.rule && expression === one.expression);
    if (one.rule === 'reference-type' && !told) run.issues.push(one);
  }
  const { reference } = value;
  const target = typeof reference === 'string' ? follow(reference, scope) : undefined;
  if (target?.kind !== 'found' || depth > DEEPEST) return;
  const type = String(target.resource.resourceType);
  const answers = targets.map((url) => conformsTo(run, target.resource, type, url, scope, depth + 1));
  // Of another type has been told above.
  if (
    answers.every((each) => each === false) &&
    targets.some((url) => run.tables.definitions.structure(url)?.type === type)
  )
    run.report('reference-type', at.place, `"${reference}" meets none of ${targets.join(', ')}`);
}

/** Whether a value holds all that a pattern says; arrays need an item for each of the pattern's. */
export function matches(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern))
    return Array.isArray(value) && pattern.every((one) => value.some((each) => matches(one, each)));
  if (!isJson(pattern)) return pattern === value;
  return isJson(value) && Object.keys(pattern).every((key) => matches(pattern[key], value[key]));
}

function before(a: unknown, b: unknown, type: string): boolean {
  if (a === undefined || b === undefined) return false;
  const item = (value: unknown) => ({ value, type, shape: undefined, beside: undefined });
  return (order(item(a), item(b)) ?? 0) < 0;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
