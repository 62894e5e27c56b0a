import type { QualityView } from '@gemel/server/api';
import { strings } from '../strings.data.ts';
import css from './quality-mark.module.css';

export type QualityLevel = QualityView['badge']['conformance']['level'];

/** Each level has its own shape beside its colour and its word. */
const SHAPES: Readonly<Record<QualityLevel, string>> = {
  good: 'M6.2 12.6 1.8 8.2l1.6-1.6 2.8 2.8 6.4-6.4 1.6 1.6Z',
  fair: 'M2 6.8h12v2.4H2Z',
  poor: 'M8 1.5 15 14.5H1Z',
  unknown: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8Z',
};

export function QualityMark({ level }: { readonly level: QualityLevel }) {
  return (
    <span className={css.mark} data-level={level}>
      <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true" focusable="false">
        <path d={SHAPES[level]} fill="currentColor" fillRule="evenodd" />
      </svg>
      {strings.quality.levels[level]}
    </span>
  );
}
