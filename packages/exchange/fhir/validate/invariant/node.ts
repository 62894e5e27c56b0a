import { primitives } from '../primitive.ts';
import type { Form, Shape, TypeTable } from '../type-table.ts';

export type Json = Readonly<Record<string, unknown>>;

/** An element of a resource with its type; `beside` holds the id and extensions of a primitive. */
export interface Node {
  readonly value: unknown;
  readonly type: string;
  readonly shape: Shape | undefined;
  readonly beside: Json | undefined;
}

/** What an expression works on: elements, and values of FHIRPath's own types. */
export type Item = Node | string | number | boolean;
export type Items = readonly Item[];

export const NONE: Items = [];

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isNode(item: Item): item is Node {
  return typeof item === 'object';
}

/** The plain value of an item. */
export function plainOf(item: Item): unknown {
  return isNode(item) ? item.value : item;
}

/** A resource as a node; of an unknown type where its own is not R4's. */
export function resourceNode(resource: Json, table: TypeTable): Node {
  const type = typeof resource.resourceType === 'string' ? resource.resourceType : 'Resource';
  return { value: resource, type, shape: table.resource(type), beside: undefined };
}

function push(out: Item[], value: unknown, form: Form, beside: unknown, table: TypeTable): void {
  if (form.primitive !== undefined) {
    const more = isJson(beside) ? beside : undefined;
    if (value != null || more !== undefined)
      out.push({ value: value ?? undefined, type: form.type, shape: undefined, beside: more });
  } else if (form.type === 'Resource') {
    if (isJson(value)) out.push(resourceNode(value, table));
  } else if (isJson(value)) out.push({ value, type: form.type, shape: form.shape, beside: undefined });
}

function pushForm(out: Item[], holder: Json, form: Form, table: TypeTable): void {
  const value = holder[form.key];
  const beside = form.primitive === undefined ? undefined : holder[`_${form.key}`];
  if (value === undefined && beside === undefined) return;
  if (!Array.isArray(value) && !Array.isArray(beside)) push(out, value, form, beside, table);
  else {
    const values = Array.isArray(value) ? value : [];
    const besides = Array.isArray(beside) ? beside : [];
    for (let i = 0; i < Math.max(values.length, besides.length); i++) push(out, values[i], form, besides[i], table);
  }
}

const extensionForms = new WeakMap<TypeTable, readonly Form[]>();

/** What a primitive may have beside its value. */
function besideForms(table: TypeTable): readonly Form[] {
  let forms = extensionForms.get(table);
  if (forms === undefined) {
    forms = [...table.shape('Element')!.members.values()];
    extensionForms.set(table, forms);
  }
  return forms;
}

/** Adds the elements of that name below an item. */
export function addMembers(out: Item[], item: Item, name: string, table: TypeTable): void {
  if (!isNode(item)) return;
  if (item.shape === undefined) {
    if (item.beside !== undefined)
      for (const form of besideForms(table)) if (form.key === name) pushForm(out, item.beside, form, table);
    return;
  }
  const forms = item.shape.byName.get(name);
  if (forms !== undefined) for (const form of forms) pushForm(out, item.value as Json, form, table);
}

/** Adds all elements directly below an item. */
export function addChildren(out: Item[], item: Item, table: TypeTable): void {
  if (!isNode(item)) return;
  if (item.shape === undefined) {
    if (item.beside !== undefined) for (const form of besideForms(table)) pushForm(out, item.beside, form, table);
    return;
  }
  const holder = item.value as Json;
  for (const key of Object.keys(holder)) {
    const form = item.shape.members.get(key);
    if (form !== undefined) pushForm(out, holder, form, table);
    else if (key.startsWith('_') && holder[key.slice(1)] === undefined) {
      const under = item.shape.members.get(key.slice(1));
      if (under?.primitive !== undefined) pushForm(out, holder, under, table);
    }
  }
}

const PARENTS: Readonly<Record<string, string>> = {
  code: 'string',
  id: 'string',
  markdown: 'string',
  url: 'uri',
  canonical: 'uri',
  oid: 'uri',
  uuid: 'uri',
  positiveInt: 'integer',
  unsignedInt: 'integer',
};

/** Whether an item is of a type named as in FHIRPath: `Patient`, `FHIR.code`, `System.String`. */
export function isOfType(item: Item, named: string): boolean {
  const [space, name] = named.includes('.') ? named.split('.') : [undefined, named];
  if (!isNode(item)) {
    const own =
      typeof item === 'number'
        ? Number.isInteger(item)
          ? 'Integer'
          : 'Decimal'
        : typeof item === 'string'
          ? 'String'
          : 'Boolean';
    return space !== 'FHIR' && own === name;
  }
  if (item.shape !== undefined) {
    if (space === 'System') return false;
    return item.shape.kind === 'backbone'
      ? item.shape.lineage.includes(name!)
      : item.type === name || item.shape.lineage.includes(name!);
  }
  if (item.type.startsWith('System.')) return item.type === `System.${name}`;
  if (space === 'System') return false;
  // R4's own invariants write Boolean for boolean.
  const wanted = Object.hasOwn(primitives, name!) ? name! : name!.charAt(0).toLowerCase() + name!.slice(1);
  return item.type === wanted || PARENTS[item.type] === wanted;
}
