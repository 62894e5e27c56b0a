import type { ProposalView } from '@gemel/server/api';
import { durationText, type LocalTime } from '../data/time.ts';
import { strings } from '../strings.data.ts';
import css from './proposal-page.module.css';

interface StatusLineProps {
  readonly proposal: ProposalView;
  readonly status: ProposalView['status'];
  readonly now: number;
  readonly time: LocalTime;
}

/** Where the proposal stands, when it was made and until when it may be acted on. */
export function StatusLine({ proposal, status, now, time }: StatusLineProps) {
  const t = strings.proposal;
  const { expires } = proposal;
  return (
    <div className={css.head}>
      <span className={css.status} data-status={status} data-testid="proposal-status">
        {t.status[status]}
      </span>
      <span>{t.madeAt(time.dayAndTime(proposal.madeAt))}</span>
      {expires !== null && status === 'open' && <span>{t.expiresIn(durationText(expires - now))}</span>}
      {expires !== null && status === 'expired' && <span>{t.expired(time.time(expires))}</span>}
    </div>
  );
}
