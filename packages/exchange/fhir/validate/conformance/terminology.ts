import { isJson, type Json } from '../invariant/node.ts';
import { below, type Place } from '../issue.ts';
import type { Run, Scope } from '../run.ts';

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const listed = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isJson) : []);

/** A ValueSet names its systems by absolute URIs, and codes that those systems have. */
export function checkValueSet(run: Run, { resource, place }: Scope): void {
  const compose = isJson(resource.compose) ? resource.compose : {};
  for (const name of ['include', 'exclude']) {
    listed(compose[name]).forEach((part, i) => {
      checkPart(run, part, below(below(place, 'compose'), name, i));
    });
  }
}

function checkPart(run: Run, { system, concept, filter }: Json, place: Place): void {
  if (typeof system !== 'string') return;
  const at = below(place, 'system');
  if (!ABSOLUTE.test(system)) run.report('system-form', at, `"${system}" is no absolute URI`);
  const { definitions, sets } = run.tables;
  if (definitions.valueSet(system) !== undefined && definitions.codeSystem(system) === undefined)
    run.report('system-form', at, `${system} is a value set, not a code system`);
  const seen = new Set<unknown>();
  listed(concept).forEach(({ code }, i) => {
    if (typeof code !== 'string') return;
    const own = below(below(place, 'concept', i), 'code');
    if (seen.has(code)) run.report('conformance', own, `"${code}" is listed twice`, 'warning');
    seen.add(code);
    if (sets.code(system, code) === 'out') run.report('code-unknown', own, `${system} has no code "${code}"`);
  });
  listed(filter).forEach(({ property, op, value }, i) => {
    if (typeof value !== 'string') return;
    const own = below(below(place, 'filter', i), 'value');
    const hierarchic = op === 'is-a' || op === 'descendent-of' || op === 'is-not-a' || op === 'generalizes';
    if (hierarchic && property === 'concept' && sets.code(system, value) === 'out')
      run.report('code-unknown', own, `${system} has no code "${value}"`);
    if (op === 'exists' && value !== 'true' && value !== 'false')
      run.report('conformance', own, `exists takes true or false, not "${value}"`);
    if (op === 'regex' && !isPattern(value)) run.report('conformance', own, `"${value}" is no regular expression`);
  });
}

function isPattern(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}

/** Concepts of a CodeSystem only have the properties it declares. */
export function checkCodeSystem(run: Run, { resource, place }: Scope): void {
  if (resource.supplements !== undefined && resource.content !== 'supplement')
    run.report(
      'conformance',
      below(place, 'content'),
      'a code system that supplements another has the content "supplement"',
    );
  const declared = new Map(listed(resource.property).map(({ code, type }) => [code, type] as const));
  const walk = (concepts: readonly Json[], above: Place, depth: number) => {
    if (depth > 100) return;
    concepts.forEach((each, i) => {
      const at = below(above, 'concept', i);
      listed(each.property).forEach((property, j) => {
        const key = Object.keys(property).find((name) => name.startsWith('value'));
        const type = declared.get(property.code);
        const own = below(at, 'property', j);
        if (key === undefined || typeof type !== 'string') return;
        const given = key.slice(5).replace(/^./, (letter) => letter.toLowerCase());
        const wanted = type === 'Coding' ? 'coding' : type;
        if (given !== wanted)
          run.report('conformance', own, `the property ${String(property.code)} is declared as ${type}, not ${given}`);
      });
      walk(listed(each.concept), at, depth + 1);
    });
  };
  walk(listed(resource.concept), place, 0);
}
