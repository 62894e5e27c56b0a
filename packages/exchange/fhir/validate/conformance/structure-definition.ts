import { isJson, type Json } from '../invariant/node.ts';
import { below, type Place } from '../issue.ts';
import type { Run, Scope } from '../run.ts';
import type { Shape } from '../type-table.ts';

const BOUND = new Set([
  'code',
  'Coding',
  'CodeableConcept',
  'Quantity',
  'string',
  'uri',
  'Duration',
  'Age',
  'Count',
  'Distance',
  'Money',
  'SimpleQuantity',
  'MoneyQuantity',
]);

/** A profile only names elements that its type has, and constrains them the way the type allows. */
export function checkStructureDefinition(run: Run, { resource, place }: Scope): void {
  const { type, derivation, kind, baseDefinition } = resource;
  if (derivation !== 'constraint' || kind === 'logical' || typeof type !== 'string') return;
  const structure = run.tables.definitions.type(type);
  if (structure === undefined) {
    run.report('conformance', below(place, 'type'), `R4 has no type ${type}`);
    return;
  }
  if (typeof baseDefinition === 'string') {
    const base = run.tables.definitions.structure(baseDefinition);
    if (base !== undefined && base.type !== type)
      run.report('conformance', below(place, 'baseDefinition'), `${baseDefinition} is of ${base.type}, not of ${type}`);
  }
  for (const view of ['differential', 'snapshot']) {
    const given = resource[view];
    const elements = isJson(given) && Array.isArray(given.element) ? given.element : [];
    checkElements(run, elements, type, below(place, view));
  }
}

function checkElements(run: Run, elements: readonly unknown[], type: string, place: Place): void {
  elements.forEach((element, i) => {
    if (!isJson(element) || typeof element.path !== 'string') return;
    const at = below(place, 'element', i);
    const steps = element.path.split('.');
    if (steps[0] !== type) {
      run.report('conformance', at, `the path ${element.path} does not begin with ${type}`);
      return;
    }
    if (steps.length === 1 && element.slicing !== undefined)
      run.report('conformance', at, 'the root of a profile has no slices');
    const found = elementAt(run, type, steps);
    if (found === 'none') run.report('conformance', at, `${type} has no element ${element.path}`);
    else if (found !== 'unknown') checkRule(run, element, found, at);
    const { min, max } = element;
    if (typeof min === 'number' && typeof max === 'string' && max !== '*' && Number(max) < min)
      run.report('conformance', at, `at least ${min} and at most ${max} cannot both hold`);
  });
}

interface Found {
  readonly max: number;
  readonly types: readonly string[];
}

/** What R4 says of the element a path names; `unknown` where the way there depends on a choice. */
function elementAt(run: Run, type: string, steps: readonly string[]): Found | 'none' | 'unknown' {
  let shapes: readonly Shape[] = [run.tables.types.shape(type)].filter((shape) => shape !== undefined);
  let found: Found | 'unknown' = 'unknown';
  for (const step of steps.slice(1)) {
    // Below a primitive or an open choice nothing can be told.
    if (shapes.length === 0) return 'unknown';
    const name = step.endsWith('[x]') ? step.slice(0, -3) : step;
    const forms = shapes.flatMap((shape) => {
      const own = step.endsWith('[x]')
        ? shape.byName.get(name)
        : shape.members.has(step)
          ? [shape.members.get(step)!]
          : shape.byName.get(step);
      return own === undefined || (step.endsWith('[x]') && own[0]?.element.choice !== true) ? [] : own;
    });
    if (forms.length === 0) return step === 'value' && shapes.length === 0 ? 'unknown' : 'none';
    found = { max: Math.max(...forms.map(({ element }) => element.max)), types: forms.map((form) => form.type) };
    if (forms.some((form) => form.primitive !== undefined && forms.length === 1)) {
      const beside = run.tables.types.shape('Element')!;
      shapes = [beside];
      continue;
    }
    shapes = forms.flatMap((form) => {
      if (form.type === 'Resource') return [];
      return form.shape === undefined ? [run.tables.types.shape('Element')!] : [form.shape];
    });
    if (forms.some((form) => form.type === 'Resource')) shapes = [];
  }
  return found;
}

function checkRule(run: Run, element: Json, found: Found, place: Place): void {
  const { max, binding } = element;
  if (typeof max === 'string' && found.max === 1 && max !== '0' && max !== '1')
    run.report('conformance', place, `at most ${max} are allowed, where R4 allows one`);
  const types = Array.isArray(element.type) ? element.type.filter(isJson).map(({ code }) => String(code)) : found.types;
  for (const each of Array.isArray(element.type) ? types : []) {
    if (
      each.startsWith('http:') ||
      found.types.includes(each) ||
      found.types.some((name) => name.includes('.') || /Element$/.test(name) || name === 'Resource')
    )
      continue;
    // Some types have a narrower one that may stand for them.
    if (
      found.types.some((name) => run.tables.types.shape(each)?.lineage.includes(name) === true) ||
      /^(id|uri|string)$/.test(each)
    )
      continue;
    run.report('conformance', place, `${each} is none of the types R4 allows: ${found.types.join(', ')}`);
  }
  if (isJson(binding) && types.length > 0 && !types.some((name) => BOUND.has(name)))
    run.report('conformance', place, `a binding makes no sense on ${types.join(', ')}`);
}
