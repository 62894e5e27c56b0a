import { unitOf } from '../model/unit.ts';
import { KINDS, PREFIXES, TIMES } from './unit-kinds.data.ts';

/** SBML unit definitions of UCUM codes, named as they are first asked for. */
export class UnitWriter {
  readonly #names = new Map<string, string | null>();
  readonly #definitions: string[] = [];

  /** The name for a code; null, kept in `missing`, where SBML's kinds of unit cannot say it. */
  name(code: string): string | null {
    let name = this.#names.get(code);
    if (name === undefined) {
      const units = unitsOf(code);
      name = units === null ? null : `unit_${this.#definitions.length + 1}`;
      if (units !== null) {
        this.#definitions.push(
          `<unitDefinition id="${name}"><listOfUnits>${units.join('')}</listOfUnits></unitDefinition>`,
        );
      }
      this.#names.set(code, name);
    }
    return name;
  }

  get definitions(): readonly string[] {
    return this.#definitions;
  }

  /** Codes that were asked for and cannot be said. */
  get missing(): readonly string[] {
    return [...this.#names].filter(([, name]) => name === null).map(([code]) => code);
  }
}

const KIND_OF = new Map(Object.entries(KINDS).map(([kind, code]) => [code, kind]));
KIND_OF.set('L', 'litre');
KIND_OF.set('l', 'litre');
KIND_OF.set('m', 'metre');
const SECONDS = new Map(Object.entries(TIMES).map(([seconds, code]) => [code, seconds]));

/** `unit` elements; null where the code has a factor that SBML has no kind for. */
function unitsOf(code: string): readonly string[] | null {
  if (code === '1') return [unit('dimensionless', 1, 0, '1')];
  const units: string[] = [];
  for (const [atom, power] of unitOf(code).codes) {
    const written = atomUnit(atom, power);
    if (written === null) return null;
    units.push(written);
  }
  return units;
}

function atomUnit(atom: string, power: number): string | null {
  if (!Number.isInteger(power)) return null;
  const seconds = SECONDS.get(atom);
  if (seconds !== undefined) return unit('second', power, 0, seconds);
  const ten = /^10[*^]([+-]?\d+)$/.exec(atom);
  if (ten) return unit('dimensionless', power, Number(ten[1]), '1');
  if (/^\d+$/.test(atom)) return unit('dimensionless', power, 0, atom);
  const whole = KIND_OF.get(atom);
  if (whole !== undefined) return unit(whole, power, 0, '1');
  for (const [scale, prefix] of Object.entries(PREFIXES)) {
    if (prefix === '' || !atom.startsWith(prefix)) continue;
    const kind = KIND_OF.get(atom.slice(prefix.length));
    if (kind !== undefined && kind !== 'kilogram' && kind !== 'dimensionless')
      return unit(kind, power, Number(scale), '1');
  }
  return null;
}

function unit(kind: string, exponent: number, scale: number, multiplier: string): string {
  return `<unit kind="${kind}" exponent="${exponent}" scale="${scale}" multiplier="${multiplier}"/>`;
}
