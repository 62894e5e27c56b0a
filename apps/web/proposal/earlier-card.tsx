import type { ProposalView } from '@gemel/server/api';
import { useSentence } from '../data/preferences.tsx';
import type { LocalTime } from '../data/time.ts';
import { Link, paths, usePack } from '../navigation.tsx';
import { Card } from '../parts/card.tsx';
import { strings } from '../strings.data.ts';
import css from './earlier-card.module.css';
import pageCss from './proposal-page.module.css';

interface EarlierCardProps {
  readonly subject: string;
  readonly proposals: readonly ProposalView[];
  readonly shown: string | null;
  readonly time: LocalTime;
}

/** All proposals but the one shown, newest first. */
export function EarlierCard({ subject, proposals, shown, time }: EarlierCardProps) {
  const say = useSentence();
  const pack = usePack();
  const others = proposals.filter((proposal) => proposal.id !== shown);
  const t = strings.proposal;
  return (
    <Card title={t.earlier}>
      {others.length === 0 ? (
        <p className={css.none}>{t.noEarlier}</p>
      ) : (
        <ul className={css.list}>
          {others.map((proposal) => (
            <li key={proposal.id}>
              <span className={css.when}>{time.dayAndTime(proposal.madeAt)}</span>
              <span className={pageCss.status} data-status={proposal.status}>
                {t.status[proposal.status]}
              </span>
              <Link href={paths.proposal(subject, proposal.id, pack)}>{say(proposal.advice.statement)}</Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
