import type { TwinSummary } from '@gemel/server/api';
import { strings } from '../strings.data.ts';
import css from './risk-mark.module.css';

/** Each risk has its own shape beside its colour and its word. */
const SHAPES: Readonly<Record<TwinSummary['risk'], string>> = {
  high: 'M8 1.5 15 14.5H1Z',
  medium: 'M8 1 15 8 8 15 1 8Z',
  low: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Z',
  unknown: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8Z',
};

export function RiskMark({ risk }: { readonly risk: TwinSummary['risk'] }) {
  return (
    <span className={css.mark} data-risk={risk}>
      <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true" focusable="false">
        <path d={SHAPES[risk]} fill="currentColor" fillRule="evenodd" />
      </svg>
      <span className="visually-hidden">{strings.risk.label}: </span>
      {strings.risk[risk]}
    </span>
  );
}
