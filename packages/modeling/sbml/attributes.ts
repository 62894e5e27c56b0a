import { attribute, attributeError, type Part } from './parts.ts';
import { decimal } from './xml.ts';

/** A text attribute that must be there. */
export function required(part: Part, name: string): string {
  const value = attribute(part.element, name);
  if (value === undefined) throw attributeError(part, name, 'is missing');
  return value.trim();
}

export function optional(part: Part, name: string): string | null {
  return attribute(part.element, name)?.trim() ?? null;
}

/** A truth value; `fallback` is what the level gives where it is absent, undefined where it may not be. */
export function boolean(part: Part, name: string, fallback: boolean | undefined): boolean {
  const value = optional(part, name);
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  if (value === null && fallback !== undefined) return fallback;
  throw attributeError(part, name, value === null ? 'is missing' : `is “${value}”, not true or false`);
}

const SPECIAL: Readonly<Record<string, number>> = {
  INF: Number.POSITIVE_INFINITY,
  '-INF': Number.NEGATIVE_INFINITY,
  NaN: Number.NaN,
};

/** A double as XML Schema writes it; null where absent. */
export function real(part: Part, name: string): number | null {
  const value = optional(part, name);
  if (value === null) return null;
  const number = Object.hasOwn(SPECIAL, value) ? SPECIAL[value]! : decimal(value);
  if (!Number.isNaN(number) || value === 'NaN') return number;
  throw attributeError(part, name, `is “${value}”, not a number`);
}

export function integer(part: Part, name: string, fallback: number | undefined): number {
  const value = real(part, name);
  if (value !== null && Number.isInteger(value)) return value;
  if (value === null && fallback !== undefined) return fallback;
  throw attributeError(part, name, value === null ? 'is missing' : `is ${value}, not a whole number`);
}
