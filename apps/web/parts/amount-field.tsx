import { NumberInput, Slider } from '@mantine/core';
import css from './amount-field.module.css';

interface AmountFieldProps {
  readonly label: string;
  /** What is written beside it; `label` says it in full. */
  readonly short: string;
  readonly unit: string;
  readonly value: number;
  /** The slider ends at `to`; the number field takes up to `most`. */
  readonly range: { readonly to: number; readonly step: number; readonly most: number };
  readonly onChange: (value: number) => void;
}

/** One amount, by slider or by number. */
export function AmountField({ label, short, unit, value, range, onChange }: AmountFieldProps) {
  const digits = range.step < 0.1 ? 2 : range.step < 1 ? 1 : 0;
  const tidy = (n: number) => Number(Math.min(range.most, Math.max(0, n)).toFixed(digits));
  return (
    <div className={css.field}>
      <span className={css.label} aria-hidden="true">
        {short}
      </span>
      <NumberInput
        aria-label={`${label}, ${unit}`}
        className={css.number}
        size="sm"
        value={value}
        min={0}
        max={range.most}
        step={range.step}
        decimalScale={digits}
        suffix={` ${unit}`}
        clampBehavior="strict"
        onChange={(next) => onChange(tidy(Number(next) || 0))}
      />
      <Slider
        className={css.slider}
        thumbLabel={`${label}, ${unit}`}
        label={null}
        value={Math.min(value, range.to)}
        min={0}
        max={range.to}
        step={range.step}
        onChange={(next) => onChange(tidy(next))}
      />
    </div>
  );
}
