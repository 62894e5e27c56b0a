import { writtenUnit } from '@gemel/core/written-unit';
import { strings } from '../strings.data.ts';
import { inShownUnit, type Units } from './units.ts';

/** The unit that a value kept in `ucum` is shown in, as people write it. */
export function unitLabel(ucum: string, units: Units): string {
  return writtenUnit(ucum === units.base.unit ? units.shown.unit : ucum);
}

/** A fixed number of digits with a true minus, and no minus before a zero. */
function fixed(value: number, digits: number): string {
  return value
    .toFixed(digits)
    .replace(/^-(?=0(?:\.0+)?$)/, '')
    .replace('-', '−');
}

/** A fixed number of digits at most: no tail of zeros. */
function trimmed(value: number, digits: number): string {
  const text = fixed(value, digits);
  return digits > 0 ? text.replace(/\.?0+$/, '') : text;
}

/** "3.3 × 10⁻⁵": for what is too large or too small to write out. */
function powerOfTen(value: number): string {
  const [mantissa, exponent] = value.toExponential(1).split('e') as [string, string];
  const raised = [...String(Number(exponent))].map((c) => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)])).join('');
  return `${mantissa.replace(/\.0$/, '').replace('-', '−')} × 10${raised}`;
}

/** Three significant digits at most, without an exponent for what people read. */
export function plainNumber(value: number): string {
  if (!Number.isFinite(value)) return strings.missing;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return powerOfTen(value);
  return trimmed(value, Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(size)))));
}

/** A value in the unit shown: the twin's own with the digits of its unit, percentages with one at most. */
export function valueText(value: number, ucum: string, units: Units): string {
  if (!Number.isFinite(value)) return strings.missing;
  if (ucum === units.base.unit) return fixed(inShownUnit(value, units), units.shown.decimals);
  if (ucum === '%') return trimmed(value, 1);
  return plainNumber(value);
}

export function percent(fraction: number): string {
  const p = fraction * 100;
  if (p > 0 && p < 1) return '< 1 %';
  if (p > 99 && p < 100) return '> 99 %';
  return `${Math.round(p)} %`;
}
