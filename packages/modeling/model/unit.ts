import { unitShape } from '@gemel/core/units';

/** The unit of a term, as far as the arithmetic of units needs it. */
export interface Unit {
  /** UCUM codes it is written with, and their powers: for messages. */
  readonly codes: ReadonlyMap<string, number>;
  /** Powers of the base dimensions other than 0. */
  readonly powers: ReadonlyMap<string, number>;
  /** In base units. */
  readonly size: number;
  /** False for a scale without a zero of its own. */
  readonly linear: boolean;
}

export const ONE: Unit = { codes: new Map(), powers: new Map(), size: 1, linear: true };

/** Last-digit noise of products of sizes. */
const NOISE = 1e-9;

const TERM = /^(.*?[^\d+-])([+-]?\d+)$/;

/** @throws core-unit-unknown */
export function unitOf(code: string): Unit {
  const { powers, size, linear } = unitShape(code);
  return { codes: linear ? written(code) : new Map([[code, 1]]), powers, size, linear };
}

export function product(a: Unit, b: Unit, power = 1): Unit {
  const raised = power === 1 ? b : toPower(b, power);
  return {
    codes: sum(a.codes, raised.codes),
    powers: sum(a.powers, raised.powers),
    size: a.size * raised.size,
    linear: a.linear && b.linear,
  };
}

export function toPower(unit: Unit, power: number): Unit {
  const times = (powers: ReadonlyMap<string, number>) =>
    new Map([...powers].map(([name, p]) => [name, rounded(p * power)] as const).filter(([, p]) => p !== 0));
  return {
    codes: times(unit.codes),
    powers: times(unit.powers),
    size: unit.size ** power,
    linear: unit.linear,
  };
}

/** Whether both measure the same kind of thing. */
export function sameDimension(a: Unit, b: Unit): boolean {
  return a.powers.size === b.powers.size && [...a.powers].every(([name, power]) => b.powers.get(name) === power);
}

/** How many of `to` one of `from` is, of one dimension; freed of last-digit noise: exactly 1000, 1/60, 0.001. */
export function factor(from: Unit, to: Unit): number {
  const ratio = from.size / to.size;
  const whole = Math.round(ratio);
  const part = 1 / Math.round(1 / ratio);
  const decimal = Number(ratio.toPrecision(12));
  return [whole, part, decimal].find((clean) => Math.abs(clean / ratio - 1) <= 8 * Number.EPSILON) ?? ratio;
}

export function sameSize(a: Unit, b: Unit): boolean {
  return Math.abs(a.size / b.size - 1) <= NOISE;
}

export function isPure(unit: Unit): boolean {
  return unit.powers.size === 0;
}

/** A UCUM code where all powers are whole: `mg/dL`, `1`. Else the same with a power that UCUM does not have: `kg^0.75`. */
export function codeOf({ codes }: Unit): string {
  const one = (code: string, power: number) => {
    if (power === 1) return code;
    if (!Number.isInteger(power)) return `${code}^${power}`;
    return /^\(|[\d*^]$/.test(code) ? Array(power).fill(code).join('.') : `${code}${power}`;
  };
  const above = [...codes].filter(([, power]) => power > 0).map(([code, power]) => one(code, power));
  const below = [...codes].filter(([, power]) => power < 0).map(([code, power]) => `/${enclosed(one(code, -power))}`);
  return above.join('.') + below.join('') || '1';
}

/** Whether codeOf is a UCUM code. */
export function isWritable({ codes }: Unit): boolean {
  return [...codes.values()].every(Number.isInteger);
}

function enclosed(code: string): string {
  return code.includes('.') ? `(${code})` : code;
}

/** Factors of a code between its outer points and strokes: mg/dL is mg¹ dL⁻¹; what stands in brackets is one factor. */
function written(code: string): ReadonlyMap<string, number> {
  let codes: ReadonlyMap<string, number> = new Map();
  let sign = 1;
  for (const [, stroke, text] of code.matchAll(/([./]?)((?:\([^()]*\)|\[[^\]]*\]|\{[^{}]*\}|[^./()[{])*)/g)) {
    if (stroke === '/') sign = -1;
    else if (stroke === '.') sign = 1;
    if (text === '' || text === '1') continue;
    const term = text.startsWith('10*') || text.startsWith('10^') ? null : TERM.exec(text);
    codes = sum(codes, new Map([[term ? term[1] : text, sign * (term ? Number(term[2]) : 1)]]));
  }
  return codes;
}

function sum(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  if (b.size === 0) return a;
  const total = new Map(a);
  for (const [name, power] of b) {
    const together = rounded((total.get(name) ?? 0) + power);
    if (together === 0) total.delete(name);
    else total.set(name, together);
  }
  return total;
}

/** Thirds and the like stay comparable. */
function rounded(power: number): number {
  return Math.round(power * 1e9) / 1e9;
}
