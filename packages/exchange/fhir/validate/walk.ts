import { bytesOfBase64 } from './base64.ts';
import { checkBinding, checkCoding, checkUnit } from './binding.ts';
import { checkExtension } from './extension.ts';
import { checkInvariants } from './invariant/invariants.ts';
import { isJson, type Json, type Node } from './invariant/node.ts';
import { below, type Place } from './issue.ts';
import { narrativeFaults } from './narrative.ts';
import { named } from './primitive.ts';
import { checkReference } from './reference.ts';
import type { Run, Scope } from './run.ts';
import type { Element, Form, Shape } from './type-table.ts';

/** Deepest nesting of elements that is followed. */
const DEEPEST = 150;

/** What a resource inside another is handed to. */
export type NestedResource = (run: Run, resource: unknown, place: Place, scope: Scope, form: Form) => void;

/** Where a walk is. */
export interface Way {
  readonly scope: Scope;
  readonly nested: NestedResource;
  readonly depth: number;
}

/** Checks an object against R4's own definition of its type: names, cardinality, types, codes, references, invariants. */
export function walkObject(run: Run, holder: Json, shape: Shape, place: Place, way: Way): void {
  if (way.depth > DEEPEST) {
    run.report('depth', place, `nested more than ${DEEPEST} elements deep`);
    return;
  }
  const inner = { scope: way.scope, nested: way.nested, depth: way.depth + 1 };
  let filled = 0;
  let chosen: Map<Element, string> | undefined;
  for (const key of Object.keys(holder)) {
    const value = holder[key];
    if (key === 'resourceType' && shape.kind === 'resource') continue;
    if (key !== 'id') filled++;
    const form = shape.members.get(key);
    if (form === undefined) {
      walkBeside(run, holder, key, shape, place, inner);
      continue;
    }
    const { element } = form;
    if (element.choice) {
      const other = chosen?.get(element);
      if (other !== undefined)
        run.report('choice-several', below(place, element.name), `${other} and ${key} are both given`);
      chosen ??= new Map();
      chosen.set(element, key);
    }
    if (element.max > 1) walkList(run, holder, value, form, place, inner);
    else if (element.max === 0) run.report('element-too-many', below(place, key), `${element.path} may not be there`);
    else if (Array.isArray(value))
      run.report('element-array', below(place, key), 'an array stands where one value belongs');
    else walkValue(run, value, form, below(place, key), inner);
  }
  for (const element of shape.required) {
    if (!isThere(holder, element))
      run.report('element-required', place, `${element.path} is missing: at least ${element.min} must be there`);
  }
  if (filled === 0 && shape.kind !== 'resource') run.report('element-empty', place, 'an element with nothing in it');
  if (shape.constraints.length > 0) invariants(run, shape.constraints, holder, shape.name, shape, place, inner);
}

function isThere(holder: Json, element: Element): boolean {
  for (const { key, primitive } of element.forms) {
    if (holder[key] !== undefined || (primitive !== undefined && holder[`_${key}`] !== undefined)) return true;
  }
  return false;
}

function walkList(run: Run, holder: Json, value: unknown, form: Form, place: Place, way: Way): void {
  const { key, element } = form;
  if (!Array.isArray(value)) {
    run.report('element-array', below(place, key), 'one value stands where an array belongs');
    if (form.primitive === undefined || !isJson(value)) walkValue(run, value, form, below(place, key), way);
    return;
  }
  if (value.length === 0) run.report('element-empty', below(place, key), 'an empty array');
  if (value.length > element.max)
    run.report('element-too-many', below(place, key), `${value.length} are given, at most ${element.max} may be`);
  const beside = form.primitive === undefined ? undefined : holder[`_${key}`];
  for (let i = 0; i < value.length; i++) {
    const each = value[i];
    // A value that is absent has its extension beside it.
    if (each === null && Array.isArray(beside) && isJson(beside[i])) continue;
    walkValue(run, each, form, below(place, key, i), way);
  }
}

function walkValue(run: Run, value: unknown, form: Form, place: Place, way: Way): void {
  const { element, type, kind } = form;
  if (kind === 'primitive') {
    walkPrimitive(run, value, form, place, way);
    return;
  }
  if (!isJson(value)) {
    run.report('element-type', place, `${named(value)} stands where an object belongs`);
    return;
  }
  if (kind === 'resource') {
    way.nested(run, value, place, way.scope, form);
    return;
  }
  const shape = form.shape;
  if (shape === undefined) return;
  walkObject(run, value, shape, place, way);
  if (kind === 'Extension') checkExtension(run, value, form, place, way);
  else if (kind === 'Reference') checkReference(run, value, form.ref?.targetProfile, place, way.scope);
  else if (kind === 'Coding') checkCoding(run, value, place);
  else if (kind === 'Attachment') checkAttachment(run, value, place);
  else if (kind === 'quantity') checkUnit(run, value, place);
  if (element.binding !== undefined) checkBinding(run, value, type, element.binding, place);
  if (element.constraints.length > 0) invariants(run, element.constraints, value, type, shape, place, way);
  const [profile] = form.ref?.profile ?? [];
  if (profile !== undefined && form.ref!.profile!.length === 1) {
    // Narrower uses of a type, such as SimpleQuantity, are constraints on it alone.
    const constraints = run.tables.definitions.structure(profile)?.elements[0]?.constraint;
    if (constraints !== undefined) invariants(run, constraints, value, type, shape, place, way);
  }
}

function walkPrimitive(run: Run, value: unknown, form: Form, place: Place, way: Way): void {
  const { element, type } = form;
  const fault = form.primitive!(value);
  if (fault !== null) {
    run.report(
      type === 'id' && element.path === 'Resource.id' ? 'id-form' : 'primitive-value',
      place,
      `${fault} (${type})`,
    );
    return;
  }
  if (type === 'xhtml') {
    for (const { rule, text } of narrativeFaults(value as string)) run.report(rule, place, text);
    return;
  }
  if ((type === 'string' || type === 'markdown') && typeof value === 'string') {
    const last = value.charCodeAt(value.length - 1);
    if (type === 'string' && (value.charCodeAt(0) <= 0x20 || last <= 0x20))
      run.report('primitive-blanks', place, 'the text begins or ends with blanks');
    if (value.includes('<') && /<[A-Za-z/!][^<>]*>/.test(value))
      run.report('text-html', place, 'the text looks like HTML');
  }
  // A URI may also lead to a contained resource.
  if ((type === 'uri' || type === 'url') && (value as string).startsWith('#'))
    (way.scope.container ?? way.scope).referred.add((value as string).slice(1));
  if (type === 'canonical') checkReference(run, value as string, undefined, place, way.scope);
  if (element.binding !== undefined) checkBinding(run, value, type, element.binding, place);
  if (element.constraints.length > 0) invariants(run, element.constraints, value, type, undefined, place, way);
}

/** Names that no element has: the id and extensions beside a primitive, or something R4 does not know. */
function walkBeside(run: Run, holder: Json, key: string, shape: Shape, place: Place, way: Way): void {
  const form = key.startsWith('_') ? shape.members.get(key.slice(1)) : undefined;
  if (form?.primitive === undefined) {
    run.report('element-unknown', below(place, key), `${shape.name} has no element "${key}"`);
    return;
  }
  const beside = holder[key];
  const value = holder[form.key];
  const element = run.tables.types.shape('Element')!;
  const check = (one: unknown, at: Place) => {
    if (!isJson(one)) run.report('element-type', at, 'only an object with id and extension may stand beside a value');
    else walkObject(run, one, element, at, way);
  };
  if (form.element.max > 1) {
    if (!Array.isArray(beside)) run.report('primitive-array', below(place, key), 'one object stands beside an array');
    else {
      const values = Array.isArray(value) ? value.length : 0;
      if (value !== undefined && values !== beside.length)
        run.report('primitive-array', below(place, key), `${beside.length} stand beside ${values} values`);
      for (let i = 0; i < beside.length; i++) {
        if (beside[i] !== null) check(beside[i], below(place, form.key, i));
        else if (!Array.isArray(value) || value[i] == null)
          run.report('primitive-array', below(place, form.key, i), 'neither a value nor an extension');
      }
    }
  } else if (Array.isArray(beside))
    run.report('primitive-array', below(place, key), 'an array stands beside one value');
  else check(beside, below(place, form.key));
}

function invariants(
  run: Run,
  constraints: Shape['constraints'],
  value: unknown,
  type: string,
  shape: Shape | undefined,
  place: Place,
  { scope }: Way,
): void {
  const make = (): Node => (shape?.kind === 'resource' ? scope.node : { value, type, shape, beside: undefined });
  checkInvariants(run, constraints, make, place, scope);
}

function checkAttachment(run: Run, { data, size }: Json, place: Place): void {
  if (typeof data !== 'string' || typeof size !== 'number') return;
  const bytes = bytesOfBase64(data);
  if (bytes !== null && bytes.length !== size)
    run.report('attachment-size', place, `the stated size is ${size}, the data have ${bytes.length} bytes`);
}
