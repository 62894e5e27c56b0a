import type { TwinSummary } from '@gemel/server/api';
import { Tooltip } from '@mantine/core';
import { strings } from '../strings.data.ts';
import css from './level-mark.module.css';

/** How many of the three flows a level has: records, data in, decisions back. */
const FLOWS: Readonly<Record<TwinSummary['level'], number>> = { model: 1, shadow: 2, twin: 3 };

/** Digital model, shadow or twin. */
export function LevelMark({ level }: { readonly level: TwinSummary['level'] }) {
  return (
    <Tooltip label={strings.level.meaning[level]} multiline maw={280}>
      <span className={css.mark}>
        <svg viewBox="0 0 18 12" width="18" height="12" aria-hidden="true" focusable="false">
          {[0, 1, 2].map((bar) => (
            <rect
              key={bar}
              x={bar * 6}
              y={8 - bar * 4}
              width="4"
              height={4 + bar * 4}
              rx="1"
              fill="currentColor"
              opacity={bar < FLOWS[level] ? 1 : 0.25}
            />
          ))}
        </svg>
        <span className="visually-hidden">{strings.level.label}: </span>
        {strings.level[level]}
      </span>
    </Tooltip>
  );
}
