import { UcumLhcUtils, type Unit, UnitTables } from '@lhncbc/ucum-lhc';
import { coreErrors } from './errors.data.ts';
import type { Quantity, SameDimension } from './quantity.ts';
import { prefixes } from './unit-dimensions.data.ts';

/**
 * Units at run time: UCUM (https://ucum.org) by the National Library of Medicine's unit library and its unmodified tables.
 * In a module of its own, so that users of quantities as mere types do not load half a megabyte of tables.
 */
export interface ConvertOptions {
  /** Molar mass in g/mol: allows mass ↔ amount of substance (glucose 180.156). */
  readonly molarMass?: number;
}

/** A source with ever new unit texts must not fill the memory. */
const CACHE_LIMIT = 10_000;

let library: UcumLhcUtils | undefined;
const units = new Map<string, Unit | null>();
const converters = new Map<string, (value: number) => number>();

/** Whether `unit` is a valid UCUM code, case-sensitive, exactly as written. */
export function validUnit(unit: string): boolean {
  return find(unit) !== null;
}

/** Whether values of the two units convert into each other without a molar mass. @throws core-unit-unknown */
export function comparable(a: string, b: string): boolean {
  const [from, to] = linked(a, b);
  return sameDimension(from, to);
}

/**
 * The quantity in another unit.
 * @throws core-unit-unknown, core-unit-dimension
 */
export function convert<const V extends string>(q: Quantity, to: V, options: ConvertOptions = {}): Quantity<V> {
  return { value: converter(q.unit, to, options)(q.value), unit: to };
}

/**
 * The conversion between two units as a function, made once per pair: a multiplication for linear units, the scale's own
 * function for Cel, [degF], [pH] and their like.
 * @throws core-unit-unknown, core-unit-dimension
 */
export function converter(from: string, to: string, options: ConvertOptions = {}): (value: number) => number {
  const key = `${from} ${to} ${options.molarMass ?? ''}`;
  let found = converters.get(key);
  if (found === undefined) {
    found = makeConverter(from, to, options.molarMass);
    if (converters.size >= CACHE_LIMIT) converters.clear();
    converters.set(key, found);
  }
  return found;
}

/** What the arithmetic of units works on. */
export interface UnitShape {
  /**
   * Powers other than 0 of the base dimensions, by letter as in unit-dimensions.data.ts (L length, T time, M mass, A plane angle,
   * K temperature, Q charge, C luminous intensity, N amount of substance, E equivalents), and of each arbitrary unit by its code.
   */
  readonly powers: ReadonlyMap<string, number>;
  /** How many base units one of it is. */
  readonly size: number;
  /** Whether zero means none of it; false for Cel, [pH] and their like, which cannot be multiplied. */
  readonly linear: boolean;
}

/** Dimension and size of a unit. @throws core-unit-unknown */
export function unitShape(code: string): UnitShape {
  const unit = known(code);
  const kinds = unit.isArbitrary_ ? [...new Set(arbitraryAtoms(code))] : [];
  const powers = new Map<string, number>();
  const set = (name: string, power: number) => {
    if (power !== 0) powers.set(name, power);
  };
  const plain = kinds.length === 0 ? unit : known(replaced(code, kinds, 'bit'));
  [...'LTMAKQC'].forEach((letter, i) => {
    set(letter, plain.dim_?.dimVec_?.[i] ?? 0);
  });
  set('N', plain.moleExp_);
  set('E', plain.equivalentExp_);
  for (const kind of kinds) {
    const others = kinds.filter((other) => other !== kind);
    const counted = known(replaced(replaced(code, others, 'bit'), [kind], 'cd'));
    set(kind, (counted.dim_?.dimVec_?.[6] ?? 0) - (powers.get('C') ?? 0));
  }
  return { powers, size: plain.magnitude_, linear: unit.cnv_ === null };
}

/** a + b in a's unit. @throws core-unit-unknown, core-unit-dimension, core-unit-scale */
export function add<U extends string, V extends string>(
  a: Quantity<U>,
  b: Quantity<V & SameDimension<V, U>>,
): Quantity<U> {
  return { value: a.value + linear(b, a.unit), unit: a.unit };
}

/** a − b in a's unit. @throws core-unit-unknown, core-unit-dimension, core-unit-scale */
export function subtract<U extends string, V extends string>(
  a: Quantity<U>,
  b: Quantity<V & SameDimension<V, U>>,
): Quantity<U> {
  return { value: a.value - linear(b, a.unit), unit: a.unit };
}

/** q multiplied by a plain number. @throws core-unit-unknown, core-unit-scale */
export function scale<U extends string>(q: Quantity<U>, factor: number): Quantity<U> {
  requireLinear(q.unit);
  return { value: q.value * factor, unit: q.unit };
}

/** Negative, zero or positive as a is below, equal to or above b. @throws core-unit-unknown, core-unit-dimension */
export function compare<U extends string, V extends string>(
  a: Quantity<U>,
  b: Quantity<V & SameDimension<V, U>>,
): number {
  return a.value - convert(b, a.unit).value;
}

function linear(q: Quantity, unit: string): number {
  requireLinear(q.unit);
  requireLinear(unit);
  return convert(q, unit).value;
}

function requireLinear(unit: string): void {
  if (known(unit).cnv_ !== null) {
    throw coreErrors.error('core-unit-scale', `Quantities in ${unit} cannot be added or multiplied.`, {
      element: unit,
    });
  }
}

function makeConverter(from: string, to: string, molarMass: number | undefined): (value: number) => number {
  const [source, target] = linked(from, to);
  if (from === to) return (value) => value;
  if (sameDimension(source, target)) {
    if (source.cnv_ !== null || target.cnv_ !== null) return (value) => target.convertFrom(value, source);
    return multiplier(target.convertFrom(1, source));
  }
  const massAndAmount =
    ucum().detectConversionType(source, target) === 'mol|mass' && source.isMolMassCommensurable(target);
  if (massAndAmount && molarMass !== undefined) {
    if (!(molarMass > 0 && Number.isFinite(molarMass))) {
      throw coreErrors.error('core-unit-dimension', `Molar mass ${molarMass} g/mol is not a positive number.`);
    }
    return multiplier(source.convertMolMass(1, target, molarMass));
  }
  throw coreErrors.error(
    'core-unit-dimension',
    massAndAmount
      ? `${from} and ${to} are mass and amount of substance: the molar mass is needed.`
      : `${from} cannot be converted to ${to}: they have different dimensions.`,
    { element: `${from} → ${to}` },
  );
}

/** The factor is freed of the tables' last-digit noise where a decimal of 15 digits lies within it. */
function multiplier(factor: number): (value: number) => number {
  const decimal = Number(factor.toPrecision(15));
  const exact = Math.abs(decimal - factor) <= 4 * Number.EPSILON * Math.abs(factor) ? decimal : factor;
  return (value) => value * exact;
}

function sameDimension(a: Unit, b: Unit): boolean {
  if (a.isArbitrary_ || b.isArbitrary_) return a === b;
  return (
    a.moleExp_ === b.moleExp_ &&
    a.equivalentExp_ === b.equivalentExp_ &&
    [0, 1, 2, 3, 4, 5, 6].every((i) => (a.dim_?.dimVec_?.[i] ?? 0) === (b.dim_?.dimVec_?.[i] ?? 0))
  );
}

const LIGHT = /(^|[./(])(da|[YZEPTGMkhdcmunpfazy])?(cd|lm|lx|sb|Lmb|ph)(?![a-z[])/;

/**
 * The units of both codes. An arbitrary unit ([iU], [CFU]) converts only to multiples of itself, which the library refuses
 * altogether; it is its own base dimension, so candela, the base unit absent from such codes, stands in for it.
 */
function linked(a: string, b: string): readonly [Unit, Unit] {
  const from = known(a);
  const to = known(b);
  if (a === b || !from.isArbitrary_ || !to.isArbitrary_) return [from, to];
  const kinds = new Set([...arbitraryAtoms(a), ...arbitraryAtoms(b)]);
  if (kinds.size !== 1 || LIGHT.test(a) || LIGHT.test(b)) return [from, to];
  const standIn = (code: string) => find(withOneSpelling(code).replaceAll([...kinds][0]!, 'cd'));
  return [standIn(a) ?? from, standIn(b) ?? to];
}

function arbitraryAtoms(code: string): readonly string[] {
  return (withOneSpelling(code).match(/\[[^\]]*\]/g) ?? []).filter((atom) => find(atom)?.isArbitrary_);
}

/** The code with arbitrary units replaced by another metric atom: `bit`, a pure number, or `cd`, to count their power. */
function replaced(code: string, atoms: readonly string[], by: string): string {
  return atoms.reduce((text, atom) => text.replaceAll(atom, by), withOneSpelling(code));
}

/** UCUM defines [IU] as 1 [iU]. */
function withOneSpelling(code: string): string {
  return code.replaceAll('[IU]', '[iU]');
}

function known(code: string): Unit {
  const unit = find(code);
  if (unit === null) {
    throw coreErrors.error('core-unit-unknown', `“${code}” is not a UCUM unit.`, { element: code });
  }
  return unit;
}

function ucum(): UcumLhcUtils {
  library ??= new UcumLhcUtils();
  return library;
}

function find(code: string): Unit | null {
  let unit = units.get(code);
  if (unit === undefined) {
    unit = wellFormed(code) ? resolve(code) : null;
    if (units.size >= CACHE_LIMIT) units.clear();
    units.set(code, unit);
  }
  return unit;
}

function resolve(code: string): Unit | null {
  const answer = ucum().getSpecifiedUnit(code, 'validate');
  return answer.status === 'valid' && answer.unit ? answer.unit : null;
}

const ANNOTATION_BEFORE_SYMBOL = /(^|[./(])\{[^{}]*\}[^./)]/;
const TERM = /^([^{}]*?)([+-]?\d+)?$/;

/** Refuses what the library lets pass: other than printable ASCII, text after a leading annotation, prefixes on non-metric atoms. */
function wellFormed(code: string): boolean {
  if (!/^[\x21-\x7e]+$/.test(code) || ANNOTATION_BEFORE_SYMBOL.test(code) || !nested(code)) return false;
  ucum();
  const tables = UnitTables.getInstance();
  const terms = code.replace(/\{[^{}]*\}/g, '').match(/(?:\[[^\]]*\]|[^./()[])+/g) ?? [];
  return terms.every((term) => {
    if (/^\d+$/.test(term) || tables.getUnitByCode(term)) return true;
    const atom = TERM.exec(term)?.[1] ?? '';
    if (tables.getUnitByCode(atom)) return true;
    return prefixes.some((prefix) => {
      const unit = atom.startsWith(prefix) ? tables.getUnitByCode(atom.slice(prefix.length)) : null;
      return unit?.isMetric_ || unit?.isBase_ || false;
    });
  });
}

/** Whether round brackets pair up, hold something and stand between operators; the library stumbles over others aloud. */
function nested(code: string): boolean {
  const plain = code.replace(/\{[^{}]*\}/g, '').replace(/\[[^\]]*\]/g, 'x');
  if (/[^./(]\(|\)[^./)]|\(\)/.test(plain)) return false;
  let depth = 0;
  for (const character of plain) {
    if (character === '(') depth++;
    else if (character === ')') depth--;
    if (depth < 0) return false;
  }
  return depth === 0;
}
