import { validUnit } from '@gemel/core/units';
import type { Binding } from './definition.ts';
import { isJson, type Json } from './invariant/node.ts';
import { below, type Place } from './issue.ts';
import type { Run } from './run.ts';
import type { Membership } from './value-sets.ts';

const UCUM = 'http://unitsofmeasure.org';
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** Tables of HL7 v2, to which sites may add codes of their own. */
const OPEN_TABLE = /^http:\/\/terminology\.hl7\.org\/CodeSystem\/v2-\d+/;

/** A code as it stands somewhere: of a code element the system is that of the value set. */
interface Coded {
  readonly system: string | undefined;
  readonly code: string;
}

/** Checks a coded value against the value set it is bound to. */
export function checkBinding(run: Run, value: unknown, type: string, binding: Binding, place: Place): void {
  const { strength, valueSet, maxValueSet } = binding;
  if (run.options.structureOnly === true && (type !== 'code' || strength !== 'required')) return;
  // Of a set that is only the widest, words without a code are allowed.
  if (maxValueSet !== undefined && codesOf(value, type)?.length !== 0)
    judge(run, value, type, maxValueSet, 'required', place);
  if (valueSet !== undefined && (strength === 'required' || strength === 'extensible'))
    judge(run, value, type, valueSet, strength, place);
}

function judge(
  run: Run,
  value: unknown,
  type: string,
  url: string,
  strength: 'required' | 'extensible',
  place: Place,
): void {
  const codes = codesOf(value, type);
  if (codes === null) return;
  if (codes.length === 0) {
    if (strength === 'required' && isJson(value) && value.extension === undefined)
      run.report('code-required', place, `a code of ${url} must be given`);
    return;
  }
  let found: Membership = 'out';
  for (const { system, code } of codes) {
    const one = run.tables.sets.has(url, system, code);
    if (one === 'in') return;
    if (one === 'unknown') found = 'unknown';
  }
  const shown = codes.map(({ system, code }) => (system === undefined ? code : `${system}|${code}`)).join(', ');
  if (found === 'unknown') {
    if (strength === 'required')
      run.report(
        'code-unchecked',
        place,
        `${shown}: whether it is of ${url} cannot be told, since not all of it is at hand`,
      );
  } else run.report(strength === 'required' ? 'code-required' : 'code-extensible', place, `${shown} is not of ${url}`);
}

/** The codes of a value; null where it has none that could be judged. */
export function codesOf(value: unknown, type: string): readonly Coded[] | null {
  if (typeof value === 'string') return [{ system: undefined, code: value }];
  if (!isJson(value)) return null;
  if (type === 'CodeableConcept') {
    const codings = Array.isArray(value.coding) ? value.coding.filter(isJson) : [];
    return codings.flatMap((each) => coded(each));
  }
  // A quantity without a code says its unit in words only.
  if (type === 'Coding') return coded(value);
  return value.code === undefined ? null : coded(value);
}

function coded({ system, code }: Json): Coded[] {
  return typeof code === 'string' ? [{ system: typeof system === 'string' ? system : '', code }] : [];
}

/** Checks a Coding by itself: its system, and the code where the system is at hand. */
export function checkCoding(run: Run, { system, code, display }: Json, place: Place): void {
  if (typeof system !== 'string' || run.options.structureOnly === true) return;
  if (!ABSOLUTE.test(system)) {
    run.report('system-form', below(place, 'system'), `"${system}" is no absolute URI`);
    return;
  }
  const { definitions, sets } = run.tables;
  if (definitions.valueSet(system) !== undefined && definitions.codeSystem(system) === undefined) {
    run.report('system-form', below(place, 'system'), `${system} is a value set, not a code system`);
    return;
  }
  if (definitions.codeSystem(system)?.content === 'supplement') {
    run.report('system-form', below(place, 'system'), `${system} only supplements a code system`);
    return;
  }
  if (typeof code !== 'string') return;
  const known = sets.code(system, code);
  if (known === 'out') {
    const severity = OPEN_TABLE.test(system) ? 'warning' : undefined;
    run.report('code-unknown', below(place, 'code'), `${system} has no code "${code}"`, severity);
  }
  if (known === 'in' && typeof display === 'string') {
    const words = sets.display(system, code);
    if (words !== undefined && folded(words) !== folded(display))
      run.report('code-display', below(place, 'display'), `"${display}" is given, and ${system}|${code} is "${words}"`);
  }
}

function folded(words: string): string {
  return words.toLowerCase().replace(/\s+/g, ' ').trim();
}

/** Checks the unit of a quantity where it is said to be of UCUM. */
export function checkUnit(run: Run, { system, code }: Json, place: Place): void {
  if (run.options.structureOnly === true) return;
  if (typeof system === 'string' && !ABSOLUTE.test(system))
    run.report('system-form', below(place, 'system'), `"${system}" is no absolute URI`);
  else if (system === UCUM && typeof code === 'string' && !validUnit(code))
    run.report('unit-unknown', below(place, 'code'), `"${code}" is no unit of UCUM`);
}
