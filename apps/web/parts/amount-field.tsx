import type { Field } from '@gemel/server/api';
import { NumberInput, Slider } from '@mantine/core';
import css from './amount-field.module.css';

interface AmountFieldProps {
  readonly label: string;
  /** What is written beside it; `label` says it in full. */
  readonly short: string;
  readonly unit: string;
  readonly value: number;
  /** The slider goes from `least` to `to`; the number field takes up to `most`. */
  readonly range: Pick<Field, 'least' | 'to' | 'step' | 'most'>;
  readonly onChange: (value: number) => void;
}

/** One amount, by slider or by number. */
export function AmountField({ label, short, unit, value, range, onChange }: AmountFieldProps) {
  const digits = Math.min(4, (String(range.step).split('.')[1] ?? '').length);
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
        min={range.least ?? 0}
        max={range.to}
        step={range.step}
        onChange={(next) => onChange(tidy(next))}
      />
    </div>
  );
}
