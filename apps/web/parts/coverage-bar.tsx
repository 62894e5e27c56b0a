import { percent } from '../data/number.ts';
import css from './coverage-bar.module.css';

/** A share with its nominal value as a tick. */
export function CoverageBar({ value, nominal }: { readonly value: number; readonly nominal: number }) {
  return (
    <span className={css.coverage}>
      {percent(value)}
      <span className={css.track} aria-hidden="true">
        <span className={css.fill} style={{ width: `${value * 100}%` }} />
        <span className={css.nominal} style={{ left: `${nominal * 100}%` }} />
      </span>
    </span>
  );
}
