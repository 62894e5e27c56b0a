import { RESERVED } from '../expression/notation.data.ts';
import { sbmlErrors } from './errors.data.ts';
import { attribute, attributeError, type Instance, label, type Part, standing, whereOf } from './parts.ts';

/**
 * Carries out what the uses of submodels say: deletions, replacements, and one name per element, `submodel__id`. The
 * meaning is that of SBML Level 3 Package: Hierarchical Model Composition, Version 1 Release 3, sections 3.5–3.7.
 * @returns what makes a wanted name one that nothing has
 * @throws sbml-reference, sbml-attribute, sbml-cycle
 */
export function compose(instance: Instance): (wanted: string) => string {
  replace(instance);
  const taken = new Set(RESERVED);
  const fresh = (wanted: string) => {
    let free = wanted;
    while (taken.has(free)) free += '_';
    taken.add(free);
    return free;
  };
  nameGlobal(instance, '', fresh);
  nameLocal(instance, fresh);
  inherit(instance);
  return fresh;
}

/** From the innermost out, so that what a submodel has replaced is met by its parent as it then stands. */
function replace(instance: Instance): void {
  for (const submodel of instance.submodels.values()) replace(submodel);
  const parts: Part[] = [];
  const collect = (part: Part) => {
    parts.push(part);
    part.children.forEach(collect);
  };
  collect(instance.top);
  for (const part of parts) {
    if (part.tag === 'deletion') remove(target(part, submodelAround(part)));
  }
  for (const part of parts) {
    if (part.tag === 'replacedElement') replacedElement(part);
    if (part.tag === 'replacedBy') replacedBy(part);
  }
}

/** The element that says what replaces it: the owner of the list, or of the single replacedBy. */
function subject(part: Part): Part {
  return part.tag === 'replacedBy' ? part.owner! : part.owner!.owner!;
}

function replacedElement(part: Part): void {
  const by = subject(part);
  const submodel = submodelNamed(part, attribute(part.element, 'submodelRef'));
  const deletionId = attribute(part.element, 'deletion');
  if (deletionId !== undefined) {
    const deletion = part.instance.deletions.get(deletionId);
    if (deletion === undefined) throw unknown(part, deletionId);
    const gone = target(deletion, submodelAround(deletion));
    if (gone.replacement === null && gone !== by) gone.replacement = { part: by, factor: null };
    return;
  }
  const factorId = attribute(part.element, 'conversionFactor');
  const factor = factorId === undefined ? null : (part.instance.byId.get(factorId) ?? null);
  if (factorId !== undefined && factor === null) throw unknown(part, factorId);
  const old = standing(target(part, submodel)).part;
  put(by, old, factor, part);
}

function replacedBy(part: Part): void {
  const old = subject(part);
  const by = standing(target(part, submodelNamed(part, attribute(part.element, 'submodelRef')))).part;
  put(by, old, null, part);
  by.namedAs = old;
}

function put(by: Part, old: Part, factor: Part | null, at: Part): void {
  if (standing(by).part === old) {
    throw sbmlErrors.error('sbml-cycle', `${label(old)} would replace itself.`, whereOf(at));
  }
  remove(old);
  old.replacement = { part: by, factor };
}

function remove(part: Part): void {
  part.removed = true;
  const submodel = part.tag === 'submodel' && part.id !== null ? part.instance.submodels.get(part.id) : undefined;
  if (submodel !== undefined) submodel.top.removed = true;
}

function submodelAround(part: Part): Instance {
  let use = part.owner;
  while (use !== null && use.tag !== 'submodel') use = use.owner;
  return submodelNamed(part, use?.id ?? undefined);
}

function submodelNamed(part: Part, id: string | undefined): Instance {
  if (id === undefined) throw attributeError(part, 'submodelRef', 'is missing');
  const submodel = part.instance.submodels.get(id);
  if (submodel === undefined) throw unknown(part, id);
  return submodel;
}

/** What a reference into a use of a model names; a further reference inside it goes deeper. */
function target(reference: Part, instance: Instance, depth = 0): Part {
  const found = named(reference, instance, depth);
  const deeper = reference.children.find((child) => child.tag === 'sBaseRef');
  if (deeper === undefined) return found;
  const inner = found.id === null ? undefined : found.instance.submodels.get(found.id);
  if (inner === undefined) throw unknown(deeper, found.id ?? found.tag);
  return target(deeper, inner, depth + 1);
}

function named(reference: Part, instance: Instance, depth: number): Part {
  const { element } = reference;
  const port = attribute(element, 'portRef');
  if (port !== undefined) {
    const found = instance.ports.get(port);
    if (found === undefined || depth > 100) throw unknown(reference, port);
    return target(found, instance, depth + 1);
  }
  const spaces = [
    ['idRef', instance.byId],
    ['metaIdRef', instance.byMetaId],
    ['unitRef', instance.units],
  ] as const;
  for (const [name, space] of spaces) {
    const id = attribute(element, name);
    if (id === undefined) continue;
    const found = space.get(id);
    if (found === undefined) throw unknown(reference, id);
    return found;
  }
  throw attributeError(reference, 'portRef, idRef, metaIdRef or unitRef', 'is missing');
}

function unknown(part: Part, id: string) {
  return sbmlErrors.error('sbml-reference', `${label(part)}: there is no “${id}”.`, {
    ...whereOf(part),
    field: id,
  });
}

function nameGlobal(instance: Instance, prefix: string, fresh: (wanted: string) => string): void {
  for (const [id, part] of instance.byId) part.name = fresh(prefix + id);
  for (const [id, submodel] of instance.submodels) nameGlobal(submodel, `${prefix}${id}__`, fresh);
}

function nameLocal(instance: Instance, fresh: (wanted: string) => string): void {
  const visit = (part: Part, reaction: Part | null) => {
    if (part.id !== null && part.tag === 'localParameter' && reaction !== null) {
      part.name = fresh(`${reaction.name}_${part.id}`);
    }
    for (const child of part.children) visit(child, part.tag === 'reaction' ? part : reaction);
  };
  visit(instance.top, null);
  for (const submodel of instance.submodels.values()) nameLocal(submodel, fresh);
}

function inherit(instance: Instance): void {
  const visit = (part: Part) => {
    for (let old = part.namedAs; old !== null; old = old.namedAs) part.name = old.name;
    part.children.forEach(visit);
  };
  visit(instance.top);
  for (const submodel of instance.submodels.values()) inherit(submodel);
}
