import type { Status } from '@gemel/server/api';
import { Tooltip } from '@mantine/core';
import { useNow } from '../data/clock.ts';
import { localTime } from '../data/time.ts';
import { strings } from '../strings.data.ts';
import css from './clock-reading.module.css';

/** The time the twins live in; says so when it is not the reader's. */
export function ClockReading({ clock }: { readonly clock: Status['clock'] }) {
  const now = useNow();
  if (clock.kind === 'wall') return null;
  const local = localTime(null);
  const speed = strings.clock.speed(clock.speed);
  return (
    <Tooltip label={`${strings.clock.demonstration}, ${speed}. ${strings.time.zone(local.name)}.`}>
      <span className={css.clock} data-testid="clock">
        <span className="visually-hidden">{strings.clock.demonstration} </span>
        <span className={css.day}>{local.day(now)}, </span>
        {local.time(now)}
        <span className={css.zone}>{local.name}</span>
        {clock.speed !== 1 && <span className={css.speed}>{speed}</span>}
      </span>
    </Tooltip>
  );
}
