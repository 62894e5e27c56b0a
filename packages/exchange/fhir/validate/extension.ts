import { CodedError } from '@gemel/core';
import { compileSteps, Undecided } from './invariant/compile.ts';
import type { Json } from './invariant/node.ts';
import { below, type Place } from './issue.ts';
import { checkProfile } from './profile-check.ts';
import type { Run, Scope } from './run.ts';
import { ResourceSurroundings } from './surroundings.ts';
import type { Form } from './type-table.ts';
import type { Way } from './walk.ts';

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;
/** Elements of other versions of FHIR, carried as extensions by a rule rather than by definitions. */
const OTHER_VERSION = /^http:\/\/hl7\.org\/fhir\/[1-9]\.\d\/StructureDefinition\/extension-/;
/** HL7's own, for the tools that definitions are made with. */
const TOOLS = 'http://hl7.org/fhir/tools/StructureDefinition/';
/** Made for examples. */
const EXAMPLE = /^https?:\/\/([\w.-]+\.)?(example\.(org|com|net)|acme\.com)\//;

/** Checks an extension by its definition: value, nested extensions, place. */
export function checkExtension(run: Run, value: Json, form: Form, place: Place, way: Way): void {
  if (run.options.structureOnly === true) return;
  const { url } = value;
  const nested = value.extension !== undefined;
  const holds = Object.keys(value).some((key) => /^_?value[A-Z]/.test(key));
  if (nested === holds)
    run.report(
      'invariant',
      place,
      nested
        ? 'ext-1: an extension has a value or extensions, not both'
        : 'ext-1: an extension has a value or extensions',
    );
  if (typeof url !== 'string') return;
  const above = extensionAbove(place);
  // Inside an extension, names need be no URLs.
  if (!ABSOLUTE.test(url)) {
    if (above === undefined) run.report('extension-url', below(place, 'url'), `"${url}" is not absolute`);
    return;
  }
  if (url.includes('|')) run.report('extension-url', below(place, 'url'), `"${url}" names a version`);
  const structure = run.tables.definitions.structure(url);
  if (structure === undefined || structure.type !== 'Extension') {
    const severity = run.options.unknownExtensions ?? 'warning';
    if (!OTHER_VERSION.test(url) && !EXAMPLE.test(url) && !url.startsWith(TOOLS))
      run.report('extension-unknown', place, `the definition of ${url} is not at hand`, severity);
    return;
  }
  const profile = run.tables.profiles.profile(url);
  if (profile === undefined) return;
  const modifier = structure.elements[0]?.isModifier === true;
  if (modifier !== (form.element.name === 'modifierExtension'))
    run.report(
      'extension-modifier',
      place,
      modifier ? `${url} is a modifier extension` : `${url} is no modifier extension`,
    );
  const occurrence = { value, beside: undefined, type: 'Extension', shape: form.shape, place };
  checkProfile(run, profile.root, occurrence, profile, way.scope);
  checkContext(run, structure.context ?? [], url, place, way.scope);
}

/** The place of the extension that this one is nested in. */
function extensionAbove(place: Place): Place | undefined {
  const { above } = place;
  return above !== null && (above.step === 'extension' || above.step === 'modifierExtension') ? above : undefined;
}

function checkContext(
  run: Run,
  contexts: readonly { readonly type: string; readonly expression: string }[],
  url: string,
  place: Place,
  scope: Scope,
): void {
  if (contexts.length === 0) return;
  const steps = stepsBetween(place, scope);
  const { names, holder } = namesOf(run, steps, scope);
  const canonical = steps.length === 0 && isCanonical(scope);
  const fits = contexts.some(({ type, expression }) => {
    if (canonical && /^(Canonical|Metadata)Resource$/.test(expression)) return true;
    if (type === 'element')
      return names.has(
        expression
          .replace(/^http:\/\/hl7\.org\/fhir\/StructureDefinition\/([A-Za-z]+)#?.*$/, '$1')
          .replaceAll('[x]', ''),
      );
    if (type === 'extension') return isUrl(extensionHolder(steps, scope), expression);
    return byPath(run, expression, holder, scope);
  });
  if (!fits)
    run.report(
      'extension-context',
      place,
      `${url} is made for ${contexts.map(({ expression }) => expression).join(', ')}`,
    );
}

/** R4 has no name of its own for resources that have a canonical URL. */
function isCanonical({ node }: Scope): boolean {
  return ['url', 'version', 'status'].every((name) => node.shape?.byName.has(name) === true);
}

interface StepAt {
  readonly step: string;
  readonly index: number | undefined;
}

/** The steps from the resource to what holds the extension. */
function stepsBetween(place: Place, scope: Scope): readonly StepAt[] {
  const steps: StepAt[] = [];
  for (let at = place.above; at !== null && at !== scope.place; at = at.above)
    steps.unshift({ step: at.step, index: at.index });
  return steps;
}

/** All names by which a context may mean the holder: its path from the resource or from a type on the way, and its types. */
function namesOf(
  run: Run,
  steps: readonly StepAt[],
  scope: Scope,
): { readonly names: ReadonlySet<string>; readonly holder: unknown } {
  let shape = scope.node.shape;
  let holder: unknown = scope.resource;
  let prefixes: string[] = shape === undefined ? [] : [...shape.lineage];
  let own = [...prefixes];
  for (const { step, index } of steps) {
    const form =
      shape?.members.get(step) ??
      (shape === undefined ? run.tables.types.shape('Element')!.members.get(step) : undefined);
    const next = (holder as Json | undefined)?.[step];
    holder = index === undefined ? next : (next as readonly unknown[] | undefined)?.[index];
    if (form === undefined) return { names: new Set(own), holder };
    shape = form.type === 'Resource' ? undefined : form.shape;
    const types = shape?.kind === 'backbone' ? [] : (shape?.lineage ?? [form.type, 'Element']);
    own = [
      ...prefixes.map((prefix) => `${prefix}.${form.element.name}`),
      form.element.path.replace('[x]', ''),
      ...types,
      ...(shape?.lineage ?? []),
    ];
    prefixes = [...new Set(own)];
  }
  return { names: new Set(own), holder };
}

function extensionHolder(steps: readonly StepAt[], scope: Scope): unknown {
  let holder: unknown = scope.resource;
  for (const { step, index } of steps) {
    const json = holder as Json | undefined;
    // The extensions of a primitive stand beside it.
    const next = index === undefined ? json?.[step] : (json?.[step] as readonly unknown[] | undefined)?.[index];
    const beside = json?.[`_${step}`];
    holder =
      typeof next === 'object' && next !== null
        ? next
        : index === undefined
          ? beside
          : (beside as readonly unknown[] | undefined)?.[index];
  }
  return holder;
}

function isUrl(holder: unknown, url: string): boolean {
  const own = (holder as Json | undefined)?.url;
  const parts = url.split('#');
  return typeof own === 'string' && (own === url || parts.includes(own));
}

/** A context given as a FHIRPath over the resource. What cannot be evaluated holds. */
function byPath(run: Run, expression: string, holder: unknown, scope: Scope): boolean {
  try {
    const focus = [scope.node];
    const found = compileSteps(expression)(
      focus,
      { self: focus, index: 0 },
      new ResourceSurroundings(run, scope, focus),
    );
    return typeof holder !== 'object' || found.some((item) => typeof item === 'object' && item.value === holder);
  } catch (error) {
    if (error instanceof CodedError || error instanceof Undecided) return true;
    throw error;
  }
}
