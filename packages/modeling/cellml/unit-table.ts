import type { Problem } from '@gemel/core/error';
import { codeOf, factor, isWritable, ONE, product, sameDimension, toPower, type Unit, unitOf } from '../model/unit.ts';
import { KINDS, PREFIXES, TIMES } from '../sbml/unit-kinds.data.ts';
import type { CellmlComponent, CellmlDocument, CellmlUnitFactor, CellmlUnits } from './document.ts';
import { cellmlErrors } from './errors.data.ts';

/** A unit of a document: what it measures and how much of it, and its UCUM code where it has one. */
export interface CellmlUnit {
  readonly name: string;
  readonly unit: Unit;
  readonly code: string | null;
}

/** The units of a document by name, those of components first where they have their own. */
export class UnitTable {
  readonly #document: CellmlDocument;
  readonly #warn: (problem: Problem) => void;
  readonly #known = new Map<CellmlUnits | string, CellmlUnit>();
  readonly #opening = new Set<CellmlUnits>();

  constructor(document: CellmlDocument, warn: (problem: Problem) => void) {
    this.#document = document;
    this.#warn = warn;
  }

  /** @throws cellml-reference, cellml-units */
  of(name: string, component: CellmlComponent, line: number): CellmlUnit {
    const declared = component.units.get(name) ?? this.#document.units.get(name);
    const key = declared ?? name;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = declared === undefined ? this.#builtIn(name, line) : this.#declared(declared, component);
    this.#known.set(key, made);
    return made;
  }

  /** How many of `to` one of `from` is; null where they measure different things. */
  conversion(from: CellmlUnit, to: CellmlUnit): number | null {
    return sameDimension(from.unit, to.unit) ? factor(from.unit, to.unit) : null;
  }

  #builtIn(name: string, line: number): CellmlUnit {
    if (name === 'item' || !Object.hasOwn(KINDS, name)) {
      throw cellmlErrors.error('cellml-reference', `The units “${name}” are not declared.`, {
        ...this.#file(),
        element: name,
        line,
      });
    }
    return { name, unit: unitOf(KINDS[name]), code: KINDS[name] };
  }

  #declared(units: CellmlUnits, component: CellmlComponent): CellmlUnit {
    const where = { ...this.#file(), element: units.name, line: units.line };
    if (units.base) {
      this.#warn(
        cellmlErrors.problem('cellml-unit-not-ucum', `The units “${units.name}” are a base of their own.`, where),
      );
      const own = new Map([[`base ${units.name}`, 1]]);
      return { name: units.name, unit: { ...ONE, codes: own, powers: own }, code: null };
    }
    if (this.#opening.has(units)) {
      throw cellmlErrors.error('cellml-units', `The units “${units.name}” are defined by themselves.`, where);
    }
    this.#opening.add(units);
    let unit = ONE;
    let writable = true;
    for (const part of units.factors) {
      const inner = this.of(part.units, component, units.line);
      const scaled = scaledUnit(part, inner);
      unit = product(unit, scaled.unit);
      writable &&= scaled.writable;
    }
    this.#opening.delete(units);
    const code = writable && isWritable(unit) ? codeOf(unit) : null;
    if (code === null) {
      this.#warn(cellmlErrors.problem('cellml-unit-not-ucum', `The units “${units.name}” have no UCUM code.`, where));
    }
    return { name: units.name, unit, code };
  }

  #file() {
    return this.#document.file === undefined ? {} : { file: this.#document.file };
  }
}

function scaledUnit(
  { prefix, exponent, multiplier }: CellmlUnitFactor,
  { unit, code }: CellmlUnit,
): { readonly unit: Unit; readonly writable: boolean } {
  const prefixed = withPower(unit, code, prefix, multiplier, exponent);
  const raised = toPower(prefixed.unit, exponent);
  const times = prefixed.multiplied ? 1 : multiplier;
  if (times === 1) return { unit: raised, writable: code !== null };
  const ten = Math.round(Math.log10(times));
  const text =
    Number(`1e${ten}`) === times ? `10*${ten}` : Number.isSafeInteger(times) && times > 0 ? String(times) : null;
  const codes = text === null ? raised.codes : new Map([[text, 1], ...raised.codes]);
  return { unit: { ...raised, codes, size: raised.size * times }, writable: code !== null && text !== null };
}

/** A unit times ten to a power: by a prefix of UCUM where it is one atom that may have one. */
function withPower(unit: Unit, code: string | null, power: number, multiplier: number, exponent: number) {
  if (code === 's' && power === 0 && exponent === 1 && TIMES[multiplier] !== undefined) {
    return { unit: unitOf(TIMES[multiplier]), multiplied: true };
  }
  if (power === 0) return { unit, multiplied: false };
  const codes = prefixed(unit.codes, power) ?? new Map([[`10*${power}`, 1], ...unit.codes]);
  return { unit: { ...unit, codes, size: unit.size * 10 ** power }, multiplied: false };
}

const ATOMS: ReadonlySet<string> = new Set(Object.values(KINDS).filter((code) => !['1', 'Cel', 'kg'].includes(code)));

/** The power of ten as a prefix of the first factor that may take one; null where none may. */
function prefixed(codes: ReadonlyMap<string, number>, power: number): ReadonlyMap<string, number> | null {
  for (const [code, times] of codes) {
    const atom = code === 'kg' ? 'g' : code;
    const prefix = PREFIXES[code === 'kg' ? power + 3 : power];
    const made = prefix + atom;
    if (times !== 1 || prefix === undefined || !ATOMS.has(atom) || codes.has(made)) continue;
    return new Map([...codes].map(([other, n]) => [other === code ? made : other, n]));
  }
  return null;
}
