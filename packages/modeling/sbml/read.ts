import type { Problem } from '@gemel/core/error';
import type { Model } from '../model/model.ts';
import { sbmlErrors } from './errors.data.ts';
import type { FlatModel } from './flat-model.ts';
import { flatten } from './flatten.ts';
import { COMP, type SbmlSource } from './parts.ts';
import { type SpeciesNames, toModel } from './to-model.ts';
import { childOf, parseXml, XML_LIMITS, type XmlElement, type XmlLimits } from './xml.ts';

/** A model read from SBML, and what is known of its names. */
export interface SbmlModel {
  readonly model: Model;
  readonly level: number;
  readonly version: number;
  /** By identifier. A species' identifier is a name of the model that stands for its amount or its concentration. */
  readonly species: ReadonlyMap<string, SpeciesNames>;
  /** Names that are sizes of compartments. */
  readonly compartments: readonly string[];
  /** Display names of what has one. */
  readonly titles: ReadonlyMap<string, string>;
  /** Warnings: the model runs, and this is worth knowing. */
  readonly problems: readonly Problem[];
  /** What each identifier of the document is called in the model: the same, but for words of the notation such as `time`. */
  readonly names: ReadonlyMap<string, string>;
  /**
   * All that has a value, constant or not, by identifier (`submodel__id` in submodels): species, compartments, parameters
   * but for those of single laws, stoichiometries that have a name, rates of reactions.
   */
  readonly identifiers: readonly string[];
}

export interface SbmlReadOptions {
  /** Name of the document, for messages. */
  readonly file?: string;
  /** Text of a document that this one names as the source of a model definition; null where there is none. */
  readonly open?: (source: string) => string | null;
  readonly limits?: XmlLimits;
}

/**
 * A model from SBML Level 2 (Versions 1–5) or Level 3 Core (Versions 1–2), with submodels of the package `comp`. What is
 * not supported is refused by name and never run without it: the package `fbc` with an objective, any other package that a
 * document requires, and what the errors name. Fast reactions are at equilibrium at all times: their extents are unknowns
 * that hold their rates at zero, searched from the amounts given.
 * @throws errors of `sbmlErrors`, naming element and line
 */
export function readSbml(text: string, options: SbmlReadOptions = {}): SbmlModel {
  const problems: Problem[] = [];
  const warn = (problem: Problem) => void problems.push(problem);
  const source = openSource(text, options.file, options, warn, new Map());
  const model = childOf(source.root, 'model');
  if (model === null) {
    throw sbmlErrors.error('sbml-element', 'The document holds no model.', options.file ? { file: options.file } : {});
  }
  const flat = flatten(source, model);
  const mapped = toModel(flat, warn);
  return {
    ...mapped,
    level: source.level,
    version: source.version,
    compartments: flat.compartments.map(({ name }) => name),
    titles: new Map(
      [...flat.compartments, ...flat.species, ...flat.parameters, ...flat.reactions, ...flat.events]
        .filter(({ name, title }) => name !== title)
        .map(({ name, title }) => [name, title]),
    ),
    problems,
    names: flat.names,
    identifiers: identifiersOf(flat),
  };
}

function identifiersOf(flat: FlatModel): readonly string[] {
  const references = flat.reactions.flatMap(({ reactants, products }) => [...reactants, ...products]);
  const items = [
    ...flat.species,
    ...flat.compartments,
    ...flat.parameters.filter(({ local }) => !local),
    ...references.filter(({ named }) => named),
    ...flat.reactions,
  ];
  const written = new Map([...flat.names].map(([id, name]) => [name, id]));
  return items.map(({ name }) => written.get(name) ?? name);
}

const LEVEL_2 = /^http:\/\/www\.sbml\.org\/sbml\/level2(?:\/version([2-5]))?$/;
const LEVEL_3 = /^http:\/\/www\.sbml\.org\/sbml\/level3\/version([12])\/core$/;

function openSource(
  text: string,
  file: string | undefined,
  options: SbmlReadOptions,
  warn: (problem: Problem) => void,
  opened: Map<string, SbmlSource>,
): SbmlSource {
  const root = parseXml(text.startsWith('\ufeff') ? text.slice(1) : text, file, options.limits ?? XML_LIMITS);
  const where = { ...(file === undefined ? {} : { file }), line: root.line };
  if (root.name !== 'sbml')
    throw sbmlErrors.error('sbml-not-sbml', `The document is <${root.name}>, not <sbml>.`, where);
  const second = LEVEL_2.exec(root.namespace);
  const third = LEVEL_3.exec(root.namespace);
  const level = second ? 2 : third ? 3 : 0;
  const version = Number((second ?? third)?.[1] ?? 1);
  const said = `level ${root.attributes.get('level')} version ${root.attributes.get('version')}`;
  if (level === 0 || said !== `level ${level} version ${version}`) {
    throw sbmlErrors.error('sbml-level', `The document is ${said} in the namespace “${root.namespace}”.`, where);
  }
  const extendedMath = judgePackages(root, where, warn);
  return {
    file,
    root,
    level,
    version,
    extended: (level === 3 && version >= 2) || extendedMath,
    warn,
    open(source) {
      let other = opened.get(source) ?? null;
      if (other !== null) return other;
      const content = options.open?.(source) ?? null;
      if (content === null) return null;
      other = openSource(content, source, options, warn, opened);
      opened.set(source, other);
      return other;
    },
  };
}

const EXTENDED_MATH = 'http://www.sbml.org/sbml/level3/version1/l3v2extendedmath/version1';
/** Random numbers, read where they stand; what else it says of uncertainty does not change a run. */
const DISTRIB = 'http://www.sbml.org/sbml/level3/version1/distrib/version1';
const FBC = /^http:\/\/www\.sbml\.org\/sbml\/level3\/version1\/fbc\/version\d$/;

/** Refuses packages that change a model's meaning; whether the document may use Level 3 Version 2's formulas. */
function judgePackages(root: XmlElement, where: object, warn: (problem: Problem) => void): boolean {
  let extendedMath = false;
  for (const [name, value] of root.attributes) {
    const namespace = /^\{(.*)\}required$/.exec(name)?.[1];
    if (namespace === undefined || namespace === COMP || namespace === DISTRIB) continue;
    if (namespace === EXTENDED_MATH) extendedMath = true;
    else if (FBC.test(namespace) && holds(root, 'objective', namespace)) {
      throw sbmlErrors.error('sbml-package', 'The model has an objective of the package fbc (flux balance).', where);
    } else if (value.trim() === 'true' || value.trim() === '1') {
      const short = /level3\/version\d\/([^/]+)\//.exec(namespace)?.[1] ?? namespace;
      throw sbmlErrors.error('sbml-package', `The document requires the package ${short}.`, where);
    } else warn(sbmlErrors.problem('sbml-ignored', `Parts of the package ${namespace} are left out.`, where));
  }
  return extendedMath;
}

function holds(element: XmlElement, name: string, namespace: string): boolean {
  return element.children.some(
    (child) => (child.name === name && child.namespace === namespace) || holds(child, name, namespace),
  );
}
