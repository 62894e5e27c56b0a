import type { Binding, Constraint, ElementRule, Slicing, Structure, TypeRef } from './definition.ts';
import { type Definitions, withoutVersion } from './definitions.ts';
import type { Shape, TypeTable } from './type-table.ts';

/** What a profile says of one element, beyond what R4 says of it; children and slices likewise. */
export interface ProfileNode {
  /** Without `[x]`; the type's own name at the root. */
  readonly name: string;
  min?: number;
  max?: number;
  types?: readonly TypeRef[];
  fixed?: unknown;
  pattern?: unknown;
  minValue?: unknown;
  maxValue?: unknown;
  maxLength?: number;
  binding?: Binding;
  constraints: readonly Constraint[];
  slicing?: Slicing;
  /** Of a choice: where it is not said otherwise, slices are told apart by type. */
  choice: boolean;
  readonly children: Map<string, ProfileNode>;
  readonly slices: Map<string, ProfileNode>;
}

/** A profile ready to check with. */
export interface Profile {
  readonly url: string;
  readonly name: string;
  readonly type: string;
  readonly root: ProfileNode;
}

/** Longest chain of profiles made from profiles. */
const DEEPEST = 30;

/** Profiles of one set of definitions, each built when first asked for. */
export class ProfileTable {
  readonly definitions: Definitions;
  readonly #types: TypeTable;
  readonly #profiles = new Map<string, Profile | undefined>();

  constructor(definitions: Definitions, types: TypeTable) {
    this.definitions = definitions;
    this.#types = types;
  }

  /** The profile of that URL; undefined where it is not at hand, or is no profile. */
  profile(url: string): Profile | undefined {
    const plain = withoutVersion(url);
    if (!this.#profiles.has(plain)) this.#profiles.set(plain, this.#build(plain, 0));
    return this.#profiles.get(plain);
  }

  #build(url: string, depth: number): Profile | undefined {
    const structure = this.definitions.structure(url);
    if (structure === undefined || depth > DEEPEST) return undefined;
    const root = this.#root(structure, depth);
    // R4's own types are checked as such; all else constrains one of them, whatever it calls itself.
    const own = this.definitions.type(structure.type)?.url === structure.url;
    for (const rule of own ? [] : structure.elements) this.#apply(root, rule, structure);
    return { url: structure.url, name: structure.name, type: structure.type, root };
  }

  #root({ base, type, url }: Structure, depth: number): ProfileNode {
    const above =
      base !== undefined && this.definitions.type(type)?.url !== url
        ? this.#build(withoutVersion(base), depth + 1)
        : undefined;
    return above?.root ?? emptyNode(type);
  }

  #apply(root: ProfileNode, rule: ElementRule, structure: Structure): void {
    const steps = stepsOf(rule);
    let node = root;
    let shape = this.#types.shape(structure.type);
    for (let i = 1; i < steps.length; i++) {
      const { name, slice } = steps[i]!;
      const form = shape?.members.get(name);
      if (form?.element.choice === true && !name.endsWith('[x]')) {
        // `valueQuantity` is short for the slice of `value[x]` of that type.
        node = sliceOf(childOf(node, form.element.name, true), name);
        node.types ??= [{ code: form.type }];
        shape = form.shape;
        if (slice !== undefined) node = sliceOf(node, slice);
        continue;
      }
      const choice = name.endsWith('[x]');
      const plain = choice ? name.slice(0, -3) : name;
      node = childOf(node, plain, choice);
      shape = this.#below(shape, plain, node);
      if (slice !== undefined) {
        node = sliceOf(node, slice);
        const typed = choice ? this.#typeOfSlice(rule, steps.length === i + 1, plain, slice) : undefined;
        if (typed !== undefined) {
          node.types ??= [{ code: typed }];
          shape = this.#types.shape(typed);
        }
      }
    }
    assign(node, rule);
  }

  #typeOfSlice(rule: ElementRule, last: boolean, stem: string, slice: string): string | undefined {
    if (last && rule.type?.length === 1) return rule.type[0]!.code;
    if (!slice.startsWith(stem)) return undefined;
    const named = slice.slice(stem.length);
    const primitive = named.charAt(0).toLowerCase() + named.slice(1);
    return this.#types.shape(named) !== undefined
      ? named
      : this.definitions.type(primitive) !== undefined
        ? primitive
        : undefined;
  }

  #below(shape: Shape | undefined, name: string, node: ProfileNode): Shape | undefined {
    const forms = shape?.byName.get(name);
    if (forms === undefined) return undefined;
    if (forms.length === 1) return forms[0]!.shape;
    const only = node.types?.length === 1 ? node.types[0]!.code : undefined;
    return forms.find(({ type }) => type === only)?.shape;
  }
}

function emptyNode(name: string): ProfileNode {
  return { name, constraints: [], choice: false, children: new Map(), slices: new Map() };
}

function childOf(node: ProfileNode, name: string, choice: boolean): ProfileNode {
  let child = node.children.get(name);
  if (child === undefined) {
    child = emptyNode(name);
    node.children.set(name, child);
  }
  if (choice) child.choice = true;
  return child;
}

function sliceOf(node: ProfileNode, name: string): ProfileNode {
  let slice = node.slices.get(name);
  if (slice === undefined) {
    slice = emptyNode(node.name);
    node.slices.set(name, slice);
  }
  return slice;
}

/** The steps of an element's id, `Observation.component:systolic.code`, or of its path where the id does not say more. */
function stepsOf({
  id,
  path,
  sliceName,
}: ElementRule): readonly { readonly name: string; readonly slice: string | undefined }[] {
  const written =
    id !== undefined && id.split('.').length === path.split('.').length
      ? id
      : sliceName === undefined
        ? path
        : `${path}:${sliceName}`;
  const names = path.split('.');
  return written.split('.').map((step, i) => {
    const colon = step.indexOf(':');
    return { name: names[i]!, slice: colon < 0 ? undefined : step.slice(colon + 1) };
  });
}

function assign(node: ProfileNode, rule: ElementRule): void {
  if (rule.min !== undefined) node.min = rule.min;
  if (rule.max !== undefined) node.max = rule.max === '*' ? Number.POSITIVE_INFINITY : Number(rule.max);
  if (rule.type !== undefined) node.types = rule.type;
  if (rule.fixed !== undefined) node.fixed = rule.fixed;
  if (rule.pattern !== undefined) node.pattern = rule.pattern;
  if (rule.minValue !== undefined) node.minValue = rule.minValue;
  if (rule.maxValue !== undefined) node.maxValue = rule.maxValue;
  if (rule.maxLength !== undefined) node.maxLength = rule.maxLength;
  if (rule.binding !== undefined) node.binding = rule.binding;
  if (rule.slicing !== undefined) node.slicing = rule.slicing;
  if (rule.constraint !== undefined) {
    const known = new Set(node.constraints.map(({ key }) => key));
    node.constraints = [...node.constraints, ...rule.constraint.filter(({ key }) => !known.has(key))];
  }
}
