import { integer, real, required } from './attributes.ts';
import { sbmlErrors } from './errors.data.ts';
import { type Instance, label, membersOf, type Part, standing, whereOf } from './parts.ts';
import { KINDS, LEVEL_2_UNITS, PREFIXES, TIMES } from './unit-kinds.data.ts';

/**
 * UCUM codes of a model's unit names: null, with one warning each, for a name that is not declared or that UCUM cannot say
 * (fractional powers, factors that are no power of ten or whole number).
 */
export function unitCodes(instance: Instance): (id: string) => string | null {
  const known = new Map<string, string | null>();
  return (id) => {
    let code = known.get(id);
    if (code === undefined) {
      code = codeOf(instance, id);
      known.set(id, code);
    }
    return code;
  };
}

function codeOf(instance: Instance, id: string): string | null {
  const declared = instance.units.get(id);
  if (declared !== undefined) return definitionCode(standing(declared).part);
  if (Object.hasOwn(KINDS, id)) return KINDS[id]!;
  if (instance.source.level === 2 && Object.hasOwn(LEVEL_2_UNITS, id)) return LEVEL_2_UNITS[id]!;
  if (id !== 'avogadro') {
    instance.source.warn(sbmlErrors.problem('sbml-unit', `Unit “${id}” is not declared.`, { field: id }));
  }
  return null;
}

function definitionCode(definition: Part): string | null {
  const terms = membersOf(definition, 'listOfUnits', 'unit').map(unitTerm);
  if (terms.every((term) => term !== null)) return joinTerms(terms.flat());
  definition.instance.source.warn(
    sbmlErrors.problem('sbml-unit', `${label(definition)} has no UCUM code.`, whereOf(definition)),
  );
  return null;
}

interface Term {
  readonly code: string;
  readonly power: number;
}

/** (multiplier · 10^scale · kind)^exponent as terms; null where UCUM cannot say it. */
function unitTerm(part: Part): readonly Term[] | null {
  const kind = required(part, 'kind');
  const exponent = real(part, 'exponent') ?? 1;
  const multiplier = real(part, 'multiplier') ?? 1;
  const offset = real(part, 'offset') ?? 0;
  let scale = integer(part, 'scale', 0);
  if (!Number.isInteger(exponent) || offset !== 0 || !(multiplier > 0) || !Object.hasOwn(KINDS, kind)) return null;
  if (exponent === 0) return [];
  let base = KINDS[kind]!;
  if (kind === 'kilogram') {
    base = 'g';
    scale += 3;
  }
  if (base === 's' && scale === 0 && TIMES[multiplier]) return [{ code: TIMES[multiplier]!, power: exponent }];
  const ten = Math.round(Math.log10(multiplier));
  const factor = Number(`1e${ten}`) === multiplier ? 1 : multiplier;
  if (factor === 1) scale += ten;
  if (!Number.isSafeInteger(factor)) return null;
  const terms: Term[] = factor === 1 ? [] : [{ code: String(factor), power: exponent }];
  if (base === '1') return scale === 0 ? terms : [...terms, { code: `10*${scale}`, power: exponent }];
  const prefix = base === 'Cel' ? undefined : PREFIXES[scale];
  if (prefix !== undefined) return [...terms, { code: prefix + base, power: exponent }];
  return [...terms, { code: `10*${scale}`, power: exponent }, { code: base, power: exponent }];
}

/** Numerators, then denominators. A number or power of ten is repeated, since UCUM raises only unit atoms to powers. */
function joinTerms(terms: readonly Term[]): string {
  const over = (power: number): string[] =>
    terms
      .filter((term) => Math.sign(term.power) === power && term.code !== '1')
      .flatMap(({ code, power: given }) => {
        const times = Math.abs(given);
        if (/^\d/.test(code)) return Array.from({ length: times }, () => code);
        return [times === 1 ? code : code + times];
      });
  const above = over(1).join('.');
  const below = over(-1)
    .map((code) => `/${code}`)
    .join('');
  return above === '' && below === '' ? '1' : above + below;
}

/** UCUM code of one unit by another; null where either is not known. */
export function ratio(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return null;
  if (b === '1') return a;
  return `${a}/${/[./]/.test(b) ? `(${b})` : b}`;
}
