import type { CodedError, Problem, Where } from '@gemel/core/error';
import { sbmlErrors } from './errors.data.ts';
import { childOf, type XmlElement } from './xml.ts';

/** Namespace of the package for models made of models, SBML Level 3 Package: Hierarchical Model Composition, 1.3. */
export const COMP = 'http://www.sbml.org/sbml/level3/version1/comp/version1';

/** A document and what is read along with it. */
export interface SbmlSource {
  readonly file: string | undefined;
  readonly root: XmlElement;
  readonly level: number;
  readonly version: number;
  /** Formulas may use what Level 3 Version 2 brought. */
  readonly extended: boolean;
  /** Another document that this one names; null where there is none. */
  readonly open: (source: string) => SbmlSource | null;
  /** Takes warnings. */
  readonly warn: (problem: Problem) => void;
}

/** An element of one use of a model definition. */
export interface Part {
  readonly tag: string;
  readonly element: XmlElement;
  readonly instance: Instance;
  readonly owner: Part | null;
  readonly children: readonly Part[];
  readonly id: string | null;
  /** What it is called in the flat model; set for what has an identifier. */
  name: string;
  removed: boolean;
  /** What stands in its place, and the conversion factor: the value of what stands there is factor times its own. */
  replacement: { readonly part: Part; readonly factor: Part | null } | null;
  /** What it has replaced by that element's own wish: it goes by its name. */
  namedAs: Part | null;
}

/** One use of a model definition: the model itself, or a submodel. */
export interface Instance {
  readonly source: SbmlSource;
  readonly parent: Instance | null;
  readonly submodel: Part | null;
  readonly top: Part;
  readonly submodels: ReadonlyMap<string, Instance>;
  readonly byId: ReadonlyMap<string, Part>;
  readonly byMetaId: ReadonlyMap<string, Part>;
  readonly units: ReadonlyMap<string, Part>;
  readonly ports: ReadonlyMap<string, Part>;
  readonly deletions: ReadonlyMap<string, Part>;
}

/** An attribute by its name: the package's elements may say whose it is. */
export function attribute(element: XmlElement, name: string): string | undefined {
  const plain = element.attributes.get(name);
  return plain === undefined && element.namespace === COMP ? element.attributes.get(`{${COMP}}${name}`) : plain;
}

export function whereOf(part: Part): Where {
  const { file } = part.instance.source;
  return { ...(file === undefined ? {} : { file }), element: label(part), line: part.element.line };
}

/** An element in words: its tag and identifier. */
export function label(part: Part): string {
  const id = part.id ?? part.element.attributes.get('variable') ?? part.element.attributes.get('symbol');
  return id === undefined || id === null ? part.tag : `${part.tag} “${id}”`;
}

export function attributeError(part: Part, name: string, what: string): CodedError {
  return sbmlErrors.error(
    'sbml-attribute',
    `${label(part)} at line ${part.element.line}: ${name} ${what}.`,
    whereOf(part),
  );
}

/** Content that is no element of the model. */
const NOT_PARTS: ReadonlySet<string> = new Set(['notes', 'annotation', 'math', 'message']);
/** Identifiers of these are in spaces of their own. */
const APART: ReadonlySet<string> = new Set([
  'unitDefinition',
  'unit',
  'localParameter',
  'port',
  'deletion',
  'model',
  'modelDefinition',
  'externalModelDefinition',
]);
const MOST_PARTS = 500_000;
const MOST_SUBMODELS = 10_000;
const DEEPEST_SUBMODEL = 100;
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Uses of model definitions from the top down. @throws sbml-duplicate, -reference, -external, -cycle, xml-too-large */
export function instantiate(source: SbmlSource, model: XmlElement): Instance {
  return build(source, model, null, null, [], { parts: 0, submodels: 0 });
}

function build(
  source: SbmlSource,
  model: XmlElement,
  parent: Instance | null,
  submodel: Part | null,
  above: readonly XmlElement[],
  count: { parts: number; submodels: number },
): Instance {
  const byId = new Map<string, Part>();
  const byMetaId = new Map<string, Part>();
  const units = new Map<string, Part>();
  const ports = new Map<string, Part>();
  const deletions = new Map<string, Part>();
  const submodels = new Map<string, Instance>();
  const spaces: Readonly<Record<string, Map<string, Part>>> = {
    unitDefinition: units,
    port: ports,
    deletion: deletions,
  };
  const uses: Part[] = [];

  const visit = (element: XmlElement, owner: Part | null): Part => {
    if (++count.parts > MOST_PARTS) {
      throw sbmlErrors.error('xml-too-large', `The model has more than ${MOST_PARTS} elements with its submodels.`, {
        line: element.line,
      });
    }
    const local =
      element.name === 'parameter' && owner?.tag === 'listOfParameters' && owner.owner?.tag === 'kineticLaw';
    const children: Part[] = [];
    const part: Part = {
      tag: local ? 'localParameter' : element.name,
      element,
      instance,
      owner,
      children,
      id: attribute(element, 'id') ?? null,
      name: '',
      removed: false,
      replacement: null,
      namedAs: null,
    };
    const space = spaces[part.tag] ?? (APART.has(part.tag) ? null : byId);
    if (part.id !== null && !IDENTIFIER.test(part.id)) throw attributeError(part, 'id', 'is no identifier of SBML');
    if (part.id !== null && space !== null) register(space, part.id, part);
    const metaId = element.attributes.get('metaid');
    if (metaId !== undefined) register(byMetaId, metaId, part);
    if (part.tag === 'submodel') uses.push(part);
    for (const child of element.children) {
      if (!NOT_PARTS.has(child.name) && known(child)) children.push(visit(child, part));
    }
    return part;
  };

  const instance: Instance = {
    source,
    parent,
    submodel,
    get top() {
      return top;
    },
    submodels,
    byId,
    byMetaId,
    units,
    ports,
    deletions,
  };
  const top: Part = visit(model, null);
  const path = [...above, model];
  for (const use of uses) {
    if (use.id === null) throw attributeError(use, 'id', 'is missing');
    const definition = definitionOf(source, use, path);
    if (++count.submodels > MOST_SUBMODELS || path.length > DEEPEST_SUBMODEL) {
      const bound = path.length > DEEPEST_SUBMODEL ? `${DEEPEST_SUBMODEL} levels of` : MOST_SUBMODELS;
      throw sbmlErrors.error('xml-too-large', `The model has more than ${bound} submodels.`, whereOf(use));
    }
    submodels.set(use.id, build(definition.source, definition.model, instance, use, path, count));
  }
  return instance;
}

const CORE = /^http:\/\/www\.sbml\.org\/sbml\/level\d(\/version\d)?(\/core)?$/;

/** The core's and this package's elements; those of others have been judged at the root. */
function known(element: XmlElement): boolean {
  return element.namespace === COMP || CORE.test(element.namespace);
}

function register(space: Map<string, Part>, id: string, part: Part): void {
  const other = space.get(id);
  if (other !== undefined) {
    throw sbmlErrors.error(
      'sbml-duplicate',
      `“${id}” names the ${other.tag} at line ${other.element.line} and the ${part.tag} at line ${part.element.line}.`,
      whereOf(part),
    );
  }
  space.set(id, part);
}

function definitionOf(
  source: SbmlSource,
  use: Part,
  path: readonly XmlElement[],
): { readonly source: SbmlSource; readonly model: XmlElement } {
  const name = attribute(use.element, 'modelRef');
  if (name === undefined) throw attributeError(use, 'modelRef', 'is missing');
  const found = findDefinition(source, name, use, new Set());
  if (path.includes(found.model)) {
    throw sbmlErrors.error('sbml-cycle', `${label(use)} is a use of a model within itself.`, whereOf(use));
  }
  return found;
}

function findDefinition(
  source: SbmlSource,
  name: string,
  use: Part,
  tried: Set<XmlElement>,
): { readonly source: SbmlSource; readonly model: XmlElement } {
  const own = childOf(source.root, 'listOfModelDefinitions', COMP)?.children.find(
    (model) => model.name === 'modelDefinition' && attribute(model, 'id') === name,
  );
  if (own) return { source, model: own };
  const main = childOf(source.root, 'model');
  if (main && attribute(main, 'id') === name) return { source, model: main };
  const external = childOf(source.root, 'listOfExternalModelDefinitions', COMP)?.children.find(
    (model) => attribute(model, 'id') === name,
  );
  if (external === undefined || tried.has(external)) {
    throw sbmlErrors.error('sbml-reference', `${label(use)}: there is no model “${name}”.`, whereOf(use));
  }
  tried.add(external);
  const place = attribute(external, 'source') ?? '';
  const other = source.open(place);
  if (other === null) {
    throw sbmlErrors.error('sbml-external', `Model “${name}” is in “${place}”, which was not given.`, whereOf(use));
  }
  const inner = attribute(external, 'modelRef');
  if (inner !== undefined) return findDefinition(other, inner, use, tried);
  const model = childOf(other.root, 'model');
  if (model) return { source: other, model };
  throw sbmlErrors.error('sbml-reference', `“${place}” holds no model.`, whereOf(use));
}

/** Parts that are still there by their tags, in document order, submodels' after their parents'. */
export function partsByTag(instance: Instance): ReadonlyMap<string, readonly Part[]> {
  const found = new Map<string, Part[]>();
  const visit = (part: Part) => {
    if (part.removed) return;
    const alike = found.get(part.tag);
    if (alike === undefined) found.set(part.tag, [part]);
    else alike.push(part);
    for (const child of part.children) visit(child);
  };
  const within = (one: Instance) => {
    if (one.top.removed) return;
    visit(one.top);
    for (const submodel of one.submodels.values()) within(submodel);
  };
  within(instance);
  return found;
}

/** Whether a part, or what it is part of, has been removed. */
export function isGone(part: Part): boolean {
  for (let above: Part | null = part; above !== null; above = above.owner ?? above.instance.submodel) {
    if (above.removed) return true;
  }
  return false;
}

/** Children of this tag that are still there. */
export function childrenOf(part: Part, tag: string): Part[] {
  return part.children.filter((child) => child.tag === tag && !child.removed);
}

/** Members of a part's list that are still there. */
export function membersOf(part: Part, list: string, tag: string): Part[] {
  return childrenOf(part, list).flatMap((found) => childrenOf(found, tag));
}

/** What now stands for a part, and the factors by which its value differs from the part's. */
export function standing(part: Part): { readonly part: Part; readonly factors: readonly Part[] } {
  const factors: Part[] = [];
  let current = part;
  while (current.replacement !== null) {
    if (current.replacement.factor !== null) factors.push(current.replacement.factor);
    current = current.replacement.part;
  }
  return { part: current, factors };
}
