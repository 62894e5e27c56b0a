import { isStale } from '../data/headline.ts';
import { ageText, MINUTE } from '../data/time.ts';
import { strings } from '../strings.data.ts';
import css from './data-age.module.css';

interface DataAgeProps {
  readonly at: number | null;
  readonly now: number;
  readonly staleMinutes: number | null;
}

/** How old the newest value is; says "stale" in words where it is too old. */
export function DataAge({ at, now, staleMinutes }: DataAgeProps) {
  if (at === null) return <span className={css.age}>{strings.age.none}</span>;
  const age = now - at;
  const stale = isStale(at, now, staleMinutes);
  const text = age < MINUTE ? strings.time.justNow : strings.time.ago(ageText(age));
  return (
    <span className={css.age} data-stale={stale}>
      {text}
      {stale && <span className={css.stale}>{strings.age.stale}</span>}
    </span>
  );
}
