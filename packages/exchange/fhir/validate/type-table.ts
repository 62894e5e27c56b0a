import type { Binding, Constraint, ElementRule, Structure, TypeRef } from './definition.ts';
import { type Definitions, r4Definitions } from './definitions.ts';
import { type PrimitiveCheck, primitives } from './primitive.ts';

/** An element of a type as R4 defines it, below one backbone or type. */
export interface Element {
  /** Without `[x]`. */
  readonly name: string;
  readonly path: string;
  readonly min: number;
  readonly max: number;
  readonly choice: boolean;
  readonly types: readonly TypeRef[];
  readonly binding: Binding | undefined;
  readonly constraints: readonly Constraint[];
  readonly modifier: boolean;
  /** The names it may have in JSON, one for each type of a choice. */
  readonly forms: readonly Form[];
}

/** What the values of a form need beyond what their type says. */
export type FormKind =
  | 'primitive'
  | 'resource'
  | 'Extension'
  | 'Reference'
  | 'Coding'
  | 'Attachment'
  | 'quantity'
  | 'other';

/** One name in JSON and the type that stands there. */
export class Form {
  readonly key: string;
  readonly element: Element;
  /** `string`, `Quantity`, `Resource`, or the path of a backbone. */
  readonly type: string;
  readonly ref: TypeRef | undefined;
  readonly primitive: PrimitiveCheck | undefined;
  readonly #table: TypeTable;
  #shape: Shape | null | undefined;
  #kind: FormKind | undefined;

  constructor(key: string, element: Element, type: string, ref: TypeRef | undefined, table: TypeTable) {
    this.key = key;
    this.element = element;
    this.type = type;
    this.ref = ref;
    this.primitive = Object.hasOwn(primitives, type) ? primitives[type] : undefined;
    this.#table = table;
  }

  /** Of a complex type; a resource's is found by its own type. Types hold one another: it is looked up when first asked for. */
  get shape(): Shape | undefined {
    if (this.#shape === undefined)
      this.#shape = (this.primitive === undefined ? this.#table.shape(this.type) : undefined) ?? null;
    return this.#shape ?? undefined;
  }

  get kind(): FormKind {
    this.#kind ??= this.#kindOf();
    return this.#kind;
  }

  #kindOf(): FormKind {
    const { type } = this;
    if (this.primitive !== undefined) return 'primitive';
    if (type === 'Resource') return 'resource';
    if (type === 'Extension' || type === 'Reference' || type === 'Coding' || type === 'Attachment') return type;
    return this.shape?.lineage.includes('Quantity') === true ? 'quantity' : 'other';
  }
}

/** A type, a resource or a backbone, ready to check a JSON object with. */
export interface Shape {
  readonly name: string;
  readonly kind: 'resource' | 'complex' | 'backbone';
  readonly elements: readonly Element[];
  readonly required: readonly Element[];
  readonly members: ReadonlyMap<string, Form>;
  /** The same by the name without the type of a choice. */
  readonly byName: ReadonlyMap<string, readonly Form[]>;
  readonly constraints: readonly Constraint[];
  /** Whether resources of the type exist. */
  readonly concrete: boolean;
  /** Names of this type and those it is made from, for FHIRPath. */
  readonly lineage: readonly string[];
}

/** The types of R4 itself. */
let r4: TypeTable | undefined;
export function r4Types(): TypeTable {
  r4 ??= new TypeTable(r4Definitions);
  return r4;
}

const STRUCTURE = 'http://hl7.org/fhir/StructureDefinition/';

/** Shapes of one set of definitions, each made when first asked for. */
export class TypeTable {
  readonly definitions: Definitions;
  readonly #shapes = new Map<string, Shape | undefined>();

  constructor(definitions: Definitions) {
    this.definitions = definitions;
  }

  /** The shape of a type by its name, or of a backbone by its path; undefined for names R4 lacks and for primitives. */
  shape(name: string): Shape | undefined {
    if (!this.#shapes.has(name)) this.#shapes.set(name, this.#make(name));
    return this.#shapes.get(name);
  }

  /** The shape of a resource that may stand alone. */
  resource(type: unknown): Shape | undefined {
    if (typeof type !== 'string' || type.includes('.')) return undefined;
    const shape = this.shape(type);
    return shape?.kind === 'resource' && shape.concrete ? shape : undefined;
  }

  #make(name: string): Shape | undefined {
    const dot = name.indexOf('.');
    const structure = this.definitions.type(dot < 0 ? name : name.slice(0, dot));
    if (structure === undefined || structure.kind === 'primitive-type' || structure.derivation === 'constraint')
      return undefined;
    if (dot < 0) return this.#typeShape(structure);
    const own = structure.elements.find(({ path }) => path === name);
    const base = own?.type?.[0]?.code;
    if (own === undefined || base === undefined || own.contentReference !== undefined) return undefined;
    return this.#finish(name, 'backbone', this.shape(base), this.#below(structure, name), []);
  }

  #typeShape(structure: Structure): Shape {
    const base = structure.base === undefined ? undefined : this.shape(structure.base.slice(STRUCTURE.length));
    const root = structure.elements[0];
    const kind = structure.kind === 'resource' ? 'resource' : 'complex';
    return this.#finish(structure.type, kind, base, this.#below(structure, structure.type), root?.constraint ?? []);
  }

  #below(structure: Structure, path: string): Element[] {
    return structure.elements
      .filter((each) => each.path.startsWith(`${path}.`) && !each.path.includes('.', path.length + 1))
      .map((rule) => this.#element(rule, structure));
  }

  #finish(
    name: string,
    kind: Shape['kind'],
    base: Shape | undefined,
    own: readonly Element[],
    constraints: readonly Constraint[],
  ): Shape {
    const replaced = new Set(own.map((each) => each.name));
    const elements = [...(base?.elements ?? []).filter((each) => !replaced.has(each.name)), ...own];
    return {
      name,
      kind,
      elements,
      required: elements.filter(({ min }) => min > 0),
      members: new Map(elements.flatMap(({ forms }) => forms.map((form) => [form.key, form] as const))),
      byName: new Map(elements.map((each) => [each.name, each.forms] as const)),
      constraints: [...(base?.constraints ?? []), ...constraints],
      concrete: this.definitions.type(name)?.abstract !== true,
      lineage: [name, ...(base?.lineage ?? [])],
    };
  }

  #element(rule: ElementRule, structure: Structure): Element {
    const last = rule.path.slice(rule.path.lastIndexOf('.') + 1);
    const choice = last.endsWith('[x]');
    const name = choice ? last.slice(0, -3) : last;
    const reference = rule.contentReference?.slice(rule.contentReference.indexOf('#') + 1);
    const types = rule.type ?? [];
    const forms: Form[] = [];
    const element: Element = {
      name,
      path: rule.path,
      min: rule.min ?? 0,
      max: rule.max === '*' ? Number.POSITIVE_INFINITY : Number(rule.max ?? 1),
      choice,
      types,
      binding: rule.binding,
      constraints: rule.constraint ?? [],
      modifier: rule.isModifier === true,
      forms,
    };
    if (choice) {
      const all = types[0]?.code === '*' ? this.#openTypes() : types;
      for (const ref of all) forms.push(this.#form(name + capital(ref.code), element, ref.code, ref));
    } else {
      const [ref] = types;
      const backbone = ref?.code === 'BackboneElement' || ref?.code === 'Element';
      const holds = structure.elements.some(({ path }) => path.startsWith(`${rule.path}.`));
      const type = reference ?? (backbone && holds ? rule.path : primitiveOf(ref?.code ?? 'Element', rule.path));
      forms.push(this.#form(name, element, type, ref));
    }
    return element;
  }

  #openTypes(): readonly TypeRef[] {
    return this.shape('Extension')!.elements.find(({ name }) => name === 'value')!.types;
  }

  #form(key: string, element: Element, type: string, ref: TypeRef | undefined): Form {
    return new Form(key, element, type, ref, this);
  }
}

/** Ids are of FHIRPath's String; the id of a resource has a form of its own. */
function primitiveOf(type: string, path: string): string {
  if (path === 'Resource.id') return 'id';
  return path === 'Extension.url' ? 'uri' : type;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
