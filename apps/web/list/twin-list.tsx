import type { TwinSummary } from '@gemel/server/api';
import { strings } from '../strings.data.ts';
import css from './twin-list.module.css';
import { TwinRow } from './twin-row.tsx';

interface TwinListProps {
  readonly twins: readonly TwinSummary[];
  readonly now: number;
  readonly answeredAt: number;
}

/** The twins in the server's order: riskiest first. */
export function TwinList({ twins, now, answeredAt }: TwinListProps) {
  const { columns } = strings.twins;
  return (
    <div className={css.list}>
      <div className={css.columns} aria-hidden="true">
        <span>{columns.risk}</span>
        <span>{columns.name}</span>
        <span>{columns.now}</span>
        <span>{columns.trend}</span>
        <span>{columns.age}</span>
        <span>{columns.state}</span>
      </div>
      <ul className={css.rows}>
        {twins.map((twin) => (
          <TwinRow
            key={`${twin.subject} ${twin.pack}`}
            twin={twin}
            now={now}
            answeredAt={answeredAt}
            oneOfSeveral={twins.some((other) => other !== twin && other.subject === twin.subject)}
          />
        ))}
      </ul>
    </div>
  );
}
