import { codesOf } from './binding.ts';
import { conformsTo } from './conforms.ts';
import { same } from './invariant/compare.ts';
import { isJson, type Json, resourceNode } from './invariant/node.ts';
import { matches, type Occurrence, occurrences } from './profile-check.ts';
import type { ProfileNode } from './profile-table.ts';
import { follow } from './reference.ts';
import type { Run, Scope } from './run.ts';

type Discriminator = { readonly type: string; readonly path: string };

const BY_URL: readonly Discriminator[] = [{ type: 'value', path: 'url' }];
const BY_TYPE: readonly Discriminator[] = [{ type: 'type', path: '$this' }];

/**
 * The slice that each value is of, undefined where it is of none; null where the profile does not say how slices are told
 * apart.
 */
export function assignSlices(
  run: Run,
  node: ProfileNode,
  found: readonly Occurrence[],
  scope: Scope,
  depth: number,
): readonly (string | undefined)[] | null {
  const discriminators = discriminatorsOf(node);
  if (discriminators === null) return null;
  const names = [...node.slices.keys()];
  return found.map((one) =>
    names.find((name) => {
      const slice = node.slices.get(name)!;
      const answers = discriminators.map((each) => isOfSlice(run, slice, each, one, scope, depth));
      // A slice may leave out some of what tells the slices apart, not all.
      return !answers.includes(false) && answers.includes(true);
    }),
  );
}

function discriminatorsOf({ slicing, choice, name }: ProfileNode): readonly Discriminator[] | null {
  if (slicing?.discriminator !== undefined && slicing.discriminator.length > 0) return slicing.discriminator;
  if (choice) return BY_TYPE;
  return name === 'extension' || name === 'modifierExtension' ? BY_URL : null;
}

/** A step of a discriminator's path: an element, an extension by its URL, or the leap to what a reference leads to. */
type Step =
  | { readonly kind: 'element'; readonly name: string }
  | { readonly kind: 'extension'; readonly url: string }
  | { readonly kind: 'type'; readonly name: string }
  | { readonly kind: 'resolve' };

const paths = new Map<string, readonly Step[] | null>();

function stepsOf(path: string): readonly Step[] | null {
  let steps = paths.get(path);
  if (steps === undefined) {
    steps = parsed(path);
    if (paths.size < 1000) paths.set(path, steps);
  }
  return steps;
}

function parsed(path: string): readonly Step[] | null {
  const out: Step[] = [];
  let rest = path.trim();
  while (rest !== '') {
    const found =
      /^(?:\$this|resolve\(\)|extension\(\s*['"]([^'"]+)['"]\s*\)|ofType\(\s*(?:FHIR\.)?(\w+)\s*\)|([A-Za-z]\w*)(?:\[x\])?)(?:\.|$)/.exec(
        rest,
      );
    if (found === null) return null;
    const [whole, url, type, name] = found;
    if (url !== undefined) out.push({ kind: 'extension', url });
    else if (type !== undefined) out.push({ kind: 'type', name: type });
    else if (name !== undefined) out.push({ kind: 'element', name });
    else if (whole.startsWith('resolve')) out.push({ kind: 'resolve' });
    rest = rest.slice(whole.length);
  }
  return out;
}

function isOfSlice(
  run: Run,
  slice: ProfileNode,
  { type, path }: Discriminator,
  one: Occurrence,
  scope: Scope,
  depth: number,
): boolean | undefined {
  const steps = stepsOf(path);
  if (steps === null) return false;
  const values = valuesAt(run, [one], steps, scope);
  const ends = endsOf(run, slice, steps, undefined, 0);
  switch (type) {
    case 'exists':
      return ends.some(({ node }) =>
        node?.max === 0 ? values.length === 0 : (node?.min ?? 0) > 0 && values.length > 0,
      );
    case 'type': {
      const types = ends.flatMap(({ node }) => node?.types ?? []).map(({ code }) => code);
      const named = types.length > 0 ? types : ends.flatMap(({ targets }) => targets);
      return values.some(
        (value) => named.includes(value.type) || value.shape?.lineage.some((name) => named.includes(name)) === true,
      );
    }
    case 'profile': {
      const profiles = ends.flatMap(({ node, targets }) => [
        ...(node?.types ?? []).flatMap((each) => each.profile ?? []),
        ...targets,
      ]);
      return values.some((value) =>
        profiles.some((url) => conformsTo(run, value.value, value.type, url, scope, depth + 1) === true),
      );
    }
    default:
      return expected(run, ends, values);
  }
}

/** What a profile says at the end of a path: a node, or a part of a value that is fixed or asked for above it. */
interface End {
  readonly node: ProfileNode | undefined;
  readonly fixed?: unknown;
  readonly pattern?: unknown;
  /** Types or profiles of what a reference leads to. */
  readonly targets: readonly string[];
}

/** Nodes at the end of the path; of several slices on the way each has its own. */
function endsOf(run: Run, node: ProfileNode, steps: readonly Step[], given: unknown, depth: number): readonly End[] {
  const here = node.fixed ?? node.pattern ?? given;
  const [step, ...rest] = steps;
  if (step === undefined) {
    const slices = [...node.slices.values()].filter(({ min = 0 }) => min > 0);
    if (slices.length > 0 && here === undefined)
      return slices.flatMap((slice) => endsOf(run, slice, steps, undefined, depth));
    return [node.fixed !== undefined ? { node, fixed: node.fixed, targets: [] } : { node, pattern: here, targets: [] }];
  }
  if (step.kind === 'type')
    return endsOf(
      run,
      [...node.slices.values()].find(({ types }) => types?.[0]?.code === step.name) ?? node,
      rest,
      here,
      depth,
    );
  if (step.kind === 'resolve') {
    const targets = (node.types ?? []).flatMap(({ targetProfile }) => targetProfile ?? []);
    if (rest.length === 0)
      return [
        {
          node: undefined,
          targets: [...targets, ...targets.map((url) => run.tables.definitions.structure(url)?.type ?? '')],
        },
      ];
    return targets.flatMap((url) => {
      const profile = run.tables.profiles.profile(url);
      return profile === undefined || depth > 5 ? [] : endsOf(run, profile.root, rest, undefined, depth + 1);
    });
  }
  const name = step.kind === 'extension' ? 'extension' : step.name;
  const ways = [node, ...[...node.slices.values()].filter(({ min = 0 }) => min > 0)];
  const children = ways.flatMap((way) => {
    const child = way.children.get(name);
    if (child === undefined) return [];
    if (step.kind !== 'extension') return [child, ...child.slices.values()];
    return [...child.slices.values()].filter(
      (slice) => slice.children.get('url')?.fixed === step.url || slice.types?.[0]?.profile?.[0] === step.url,
    );
  });
  const below = partOf(here, name);
  const found = children.flatMap((child) => endsOf(run, child, rest, below, depth)).filter(says);
  if (found.length > 0) return found;
  if (below !== undefined) return endsOf(run, { ...EMPTY, name }, rest, below, depth);
  // What the type's own profile says.
  return (node.types ?? []).flatMap(({ profile = [] }) =>
    profile.flatMap((url) => {
      const inner = depth > 5 ? undefined : run.tables.profiles.profile(url);
      return inner === undefined ? [] : endsOf(run, inner.root, steps, undefined, depth + 1);
    }),
  );
}

const EMPTY: Omit<ProfileNode, 'name'> = { constraints: [], choice: false, children: new Map(), slices: new Map() };

function says({ node, fixed, pattern, targets }: End): boolean {
  if (fixed !== undefined || pattern !== undefined || targets.length > 0) return true;
  return (
    node !== undefined &&
    (node.types !== undefined || node.min !== undefined || node.max !== undefined || node.binding !== undefined)
  );
}

/** The part of a fixed or asked-for value below a name; several where it is an array. */
function partOf(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((each) => partOf(each, name)).find((each) => each !== undefined);
  return isJson(value) ? value[name] : undefined;
}

/** Undefined where the slice does not say what is expected there. */
function expected(run: Run, ends: readonly End[], values: readonly Occurrence[]): boolean | undefined {
  const telling = ends.filter(
    ({ node, fixed, pattern }) =>
      fixed !== undefined || pattern !== undefined || node?.binding?.strength === 'required',
  );
  if (telling.length === 0) {
    // A node that must not be there tells its slice by that alone.
    return ends.some(({ node }) => node?.max === 0) ? values.length === 0 : undefined;
  }
  return telling.some((end) => values.some((value) => fits(run, end, value)));
}

function fits(run: Run, { node, fixed, pattern }: End, { value, type }: Occurrence): boolean {
  if (fixed !== undefined) return same(fixed, value);
  if (pattern !== undefined)
    return Array.isArray(pattern) ? pattern.some((one) => matches(one, value)) : matches(pattern, value);
  const url = node?.binding?.valueSet;
  const codes = codesOf(value, type);
  if (url === undefined || codes === null) return false;
  return codes.some(({ system, code }) => run.tables.sets.has(url, system, code) === 'in');
}

function valuesAt(run: Run, from: readonly Occurrence[], steps: readonly Step[], scope: Scope): readonly Occurrence[] {
  let values = from;
  for (const step of steps) {
    if (step.kind === 'type') values = values.filter(({ type }) => type === step.name);
    else if (step.kind === 'resolve') values = values.flatMap((one) => resolved(run, one, scope));
    else if (step.kind === 'extension') {
      values = values
        .flatMap((one) => occurrences(one, 'extension', run.tables.types))
        .filter(({ value }) => isJson(value) && value.url === step.url);
    } else values = values.flatMap((one) => occurrences(one, step.name, run.tables.types));
  }
  return values;
}

function resolved(run: Run, one: Occurrence, scope: Scope): readonly Occurrence[] {
  const reference = isJson(one.value) ? one.value.reference : one.value;
  if (typeof reference !== 'string') return [];
  const target = follow(reference, scope);
  if (target.kind === 'found') {
    const { value, type, shape } = resourceNode(target.resource as Json, run.tables.types);
    return [{ value, beside: undefined, type, shape, place: one.place }];
  }
  // A type can be told from the reference itself.
  const type = /^(?:.*\/)?([A-Z][A-Za-z]+)\/[^/]+$/.exec(reference)?.[1];
  return type === undefined ? [] : [{ value: undefined, beside: undefined, type, shape: undefined, place: one.place }];
}
