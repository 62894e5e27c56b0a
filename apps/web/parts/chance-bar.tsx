import { percent } from '../data/number.ts';
import css from './coverage-bar.module.css';

/** A probability as number and bar. */
export function ChanceBar({ value }: { readonly value: number }) {
  return (
    <span className={css.coverage}>
      <span className={css.track} aria-hidden="true">
        <span className={css.fill} style={{ width: `${value * 100}%` }} />
      </span>
      {percent(value)}
    </span>
  );
}
