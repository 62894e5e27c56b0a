/** What the validator keeps of FHIR's conformance resources. Shipped definitions and those a user brings take the same form. */

export interface TypeRef {
  readonly code: string;
  readonly profile?: readonly string[];
  readonly targetProfile?: readonly string[];
}

export interface Constraint {
  readonly key: string;
  readonly severity: 'error' | 'warning';
  readonly human: string;
  readonly expression?: string;
}

export interface Binding {
  readonly strength: 'required' | 'extensible' | 'preferred' | 'example';
  readonly valueSet?: string;
  /** Of the extension elementdefinition-maxValueSet: codes outside it are errors, whatever the strength. */
  readonly maxValueSet?: string;
}

export interface Slicing {
  readonly discriminator?: readonly { readonly type: string; readonly path: string }[];
  readonly rules: 'closed' | 'open' | 'openAtEnd';
  readonly ordered?: boolean;
}

export interface ElementRule {
  readonly id?: string;
  readonly path: string;
  readonly sliceName?: string;
  readonly slicing?: Slicing;
  readonly min?: number;
  readonly max?: string;
  readonly type?: readonly TypeRef[];
  readonly contentReference?: string;
  readonly fixed?: unknown;
  readonly pattern?: unknown;
  readonly minValue?: unknown;
  readonly maxValue?: unknown;
  readonly maxLength?: number;
  readonly constraint?: readonly Constraint[];
  readonly binding?: Binding;
  readonly isModifier?: boolean;
}

export interface Structure {
  readonly url: string;
  readonly version?: string;
  readonly name: string;
  readonly kind: 'primitive-type' | 'complex-type' | 'resource' | 'logical';
  readonly abstract?: boolean;
  readonly type: string;
  readonly base?: string;
  readonly derivation?: 'specialization' | 'constraint';
  readonly context?: readonly { readonly type: string; readonly expression: string }[];
  readonly elements: readonly ElementRule[];
}

export interface ValueSetRule {
  readonly url: string;
  readonly name: string;
  readonly include: readonly ValueSetPart[];
  readonly exclude?: readonly ValueSetPart[];
  /** Codes of an expansion, where the set has no definition that can be evaluated. */
  readonly expansion?: readonly { readonly system: string; readonly code: string }[];
}

export interface ValueSetPart {
  readonly system?: string;
  readonly codes?: readonly string[];
  readonly filters?: readonly (readonly [property: string, op: string, value: string])[];
  readonly valueSets?: readonly string[];
}

export interface CodeSystemRule {
  readonly url: string;
  readonly name: string;
  readonly version?: string;
  readonly content: string;
  readonly caseSensitive?: boolean;
  readonly supplements?: string;
  /** One line a concept: a tab for each level, the code, the display and the parents that nesting does not show, parted by tabs. */
  readonly concepts: string;
}

export interface SearchRule {
  readonly url: string;
  readonly code: string;
  readonly base: readonly string[];
  readonly type: string;
  readonly expression?: string;
}

type Json = Readonly<Record<string, unknown>>;

const MAX_VALUE_SET = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet';
const FHIR_TYPE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';

const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isJson) : []);
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const texts = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.length > 0 ? value.filter((each) => typeof each === 'string') : undefined;

function extensionValue(element: Json, url: string): unknown {
  const found = list(element.extension).find((each) => each.url === url);
  return found === undefined ? undefined : Object.entries(found).find(([key]) => key.startsWith('value'))?.[1];
}

/** A StructureDefinition as the validator keeps it: its differential, or its snapshot where it has no other. */
export function structureOf(resource: Json): Structure {
  const view = (name: string) => list((resource[name] as Json | undefined)?.element);
  const differential = view('differential');
  const elements = withIds(differential.length > 0 ? differential : view('snapshot')).map(elementRule);
  return compact({
    url: text(resource.url) ?? '',
    version: text(resource.version),
    name: text(resource.name) ?? text(resource.id) ?? '',
    kind: text(resource.kind) as Structure['kind'],
    abstract: resource.abstract === true ? true : undefined,
    type: text(resource.type) ?? '',
    base: text(resource.baseDefinition),
    derivation: text(resource.derivation) as Structure['derivation'],
    context: Array.isArray(resource.context)
      ? list(resource.context).map(({ type, expression }) => ({ type: String(type), expression: String(expression) }))
      : undefined,
    elements,
  }) as Structure;
}

/** Elements without an id belong to the slice that was last named on their way. */
function withIds(elements: readonly Json[]): readonly Json[] {
  const slices = new Map<string, string>();
  return elements.map((element) => {
    const path = text(element.path) ?? '';
    const name = text(element.sliceName);
    if (name !== undefined) slices.set(path, name);
    else if (element.slicing !== undefined) slices.delete(path);
    for (const other of slices.keys()) if (!`${path}.`.startsWith(`${other}.`)) slices.delete(other);
    if (typeof element.id === 'string') return element;
    let at = '';
    const steps = path.split('.').map((step) => {
      at = at === '' ? step : `${at}.${step}`;
      const slice = slices.get(at);
      return slice === undefined ? step : `${step}:${slice}`;
    });
    return { ...element, id: steps.join('.') };
  });
}

function elementRule(element: Json): ElementRule {
  const value = (prefix: string) => {
    const key = Object.keys(element).find(
      (each) => each.startsWith(prefix) && /^[A-Z]/.test(each.slice(prefix.length)),
    );
    return key === undefined ? undefined : element[key];
  };
  const binding = isJson(element.binding) ? element.binding : undefined;
  const path = text(element.path) ?? '';
  return compact({
    id: element.id === path ? undefined : text(element.id),
    path,
    sliceName: text(element.sliceName),
    slicing: isJson(element.slicing)
      ? compact({
          discriminator: Array.isArray(element.slicing.discriminator)
            ? list(element.slicing.discriminator).map((each) => ({ type: String(each.type), path: String(each.path) }))
            : undefined,
          rules: text(element.slicing.rules) ?? 'open',
          ordered: element.slicing.ordered === true ? true : undefined,
        })
      : undefined,
    min: typeof element.min === 'number' ? element.min : undefined,
    max: text(element.max),
    type: Array.isArray(element.type) ? list(element.type).map(typeRef) : undefined,
    contentReference: text(element.contentReference),
    fixed: value('fixed'),
    pattern: value('pattern'),
    minValue: value('minValue'),
    maxValue: value('maxValue'),
    maxLength: typeof element.maxLength === 'number' ? element.maxLength : undefined,
    constraint: Array.isArray(element.constraint)
      ? list(element.constraint).map((each) =>
          compact({
            key: String(each.key),
            severity: each.severity === 'warning' ? 'warning' : 'error',
            human: String(each.human ?? ''),
            expression: text(each.expression),
          }),
        )
      : undefined,
    binding:
      binding === undefined
        ? undefined
        : compact({
            strength: String(binding.strength),
            valueSet: text(binding.valueSet),
            maxValueSet: text(extensionValue(binding, MAX_VALUE_SET)),
          }),
    isModifier: element.isModifier === true ? true : undefined,
  }) as unknown as ElementRule;
}

function typeRef(type: Json): TypeRef {
  const code = text(extensionValue(type, FHIR_TYPE)) ?? text(type.code) ?? '';
  return compact({
    code: code.startsWith('http://hl7.org/fhirpath/System.') ? code.slice(27).toLowerCase() : code,
    profile: texts(type.profile),
    targetProfile: texts(type.targetProfile),
  }) as TypeRef;
}

/** A ValueSet as the validator keeps it. */
export function valueSetOf(resource: Json): ValueSetRule {
  const compose = isJson(resource.compose) ? resource.compose : {};
  const exclude = list(compose.exclude).map(valueSetPart);
  const expansion = isJson(resource.expansion) ? list(resource.expansion.contains) : [];
  const include = list(compose.include).map(valueSetPart);
  return compact({
    url: text(resource.url) ?? '',
    name: text(resource.name) ?? text(resource.id) ?? '',
    include,
    exclude: exclude.length > 0 ? exclude : undefined,
    expansion:
      include.length === 0 && expansion.length > 0
        ? flat(expansion, 'contains').map(({ system, code }) => ({ system: String(system), code: String(code) }))
        : undefined,
  }) as ValueSetRule;
}

function valueSetPart(part: Json): ValueSetPart {
  const codes = list(part.concept).map(({ code }) => String(code));
  const filters = list(part.filter).map(
    ({ property, op, value }) => [String(property), String(op), String(value)] as const,
  );
  return compact({
    system: text(part.system),
    codes: codes.length > 0 ? codes : undefined,
    filters: filters.length > 0 ? filters : undefined,
    valueSets: texts(part.valueSet),
  });
}

/** A CodeSystem as the validator keeps it. */
export function codeSystemOf(resource: Json): CodeSystemRule {
  const lines: string[] = [];
  const add = (concepts: readonly Json[], depth: number) => {
    for (const { code, display, concept, property } of concepts) {
      const parents = list(property)
        .filter((each) => each.code === 'subsumedBy' || each.code === 'parent')
        .map(({ valueCode }) => `\t${String(valueCode)}`);
      const words = String(display ?? '').replace(/\s+/g, ' ');
      lines.push(`${'\t'.repeat(depth)}${String(code)}\t${words}${parents.join('')}`);
      add(list(concept), depth + 1);
    }
  };
  add(list(resource.concept), 0);
  return compact({
    url: text(resource.url) ?? '',
    name: text(resource.name) ?? text(resource.id) ?? '',
    version: text(resource.version),
    content: text(resource.content) ?? 'complete',
    caseSensitive: resource.caseSensitive === false ? false : undefined,
    supplements: text(resource.supplements),
    concepts: lines.join('\n'),
  }) as CodeSystemRule;
}

/** A SearchParameter as the validator keeps it. */
export function searchRuleOf(resource: Json): SearchRule {
  return compact({
    url: text(resource.url) ?? '',
    code: text(resource.code) ?? '',
    base: texts(resource.base) ?? [],
    type: text(resource.type) ?? '',
    expression: text(resource.expression),
  }) as SearchRule;
}

function flat(entries: readonly Json[], name: string): Json[] {
  return entries.flatMap((entry) => [...(entry.code === undefined ? [] : [entry]), ...flat(list(entry[name]), name)]);
}

function compact<T extends Record<string, unknown>>(value: T): T {
  for (const key of Object.keys(value)) if (value[key] === undefined) delete value[key];
  return value;
}
