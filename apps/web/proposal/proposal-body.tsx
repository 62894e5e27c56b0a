import type { ActionResult, ProposalView, TwinDetail } from '@gemel/server/api';
import { useState } from 'react';
import { useSentence } from '../data/preferences.tsx';
import type { LocalTime } from '../data/time.ts';
import { Link, paths, usePack } from '../navigation.tsx';
import { AdvisoryList } from '../parts/advisory-list.tsx';
import { Card } from '../parts/card.tsx';
import { strings } from '../strings.data.ts';
import { DecisionForm } from './decision-form.tsx';
import { DecisionTaken } from './decision-taken.tsx';
import { MeasurementsCard } from './measurements-card.tsx';
import { OptionsCard } from './options-card.tsx';
import css from './proposal-page.module.css';
import { RecordedCard } from './recorded-card.tsx';
import { StatusLine } from './status-line.tsx';
import { WhyCards } from './why-cards.tsx';

interface ProposalBodyProps {
  readonly proposal: ProposalView;
  readonly newest: ProposalView;
  readonly detail: TwinDetail;
  readonly now: number;
  readonly time: LocalTime;
  readonly stale: boolean;
  readonly asking: boolean;
  readonly onAsk: () => void;
  readonly onChanged: () => void;
}

/** One proposal: what is proposed, why, and what the person does about it. */
export function ProposalBody(props: ProposalBodyProps) {
  const { proposal, newest, detail, now, time, stale, asking, onAsk, onChanged } = props;
  const say = useSentence();
  const pack = usePack();
  const [result, setResult] = useState<ActionResult | null>(null);
  const { advice } = proposal;
  const status =
    proposal.status === 'open' && proposal.expires !== null && proposal.expires <= now ? 'expired' : proposal.status;
  const t = strings.proposal;
  return (
    <div className={css.grid} data-single={result === null && status === 'abstained'}>
      <div className={css.column}>
        <Card>
          <StatusLine proposal={proposal} status={status} now={now} time={time} />
          <p className={css.statement} data-testid="statement">
            {say(advice.statement)}
          </p>
          {advice.reasons.length > 0 && (
            <>
              <h2 className="visually-hidden">{t.reasons}</h2>
              <ul className={css.reasons}>
                {advice.reasons.map((reason) => (
                  <li key={`${reason.code} ${reason.statement}`}>{say(reason.statement)}</li>
                ))}
              </ul>
            </>
          )}
          {advice.kind === 'abstain' && <p className={css.code}>{t.abstainCode(advice.code)}</p>}
          {advice.advisories.length > 0 && <AdvisoryList advisories={advice.advisories} />}
        </Card>
        <MeasurementsCard advice={advice} time={time} />
        {advice.plans.length > 0 && <OptionsCard plans={advice.plans} detail={detail} time={time} />}
      </div>
      <div className={css.column}>
        {result !== null && <RecordedCard result={result} />}
        {result === null && proposal.trace.action !== null && <DecisionTaken trace={proposal.trace} time={time} />}
        {result === null && status === 'open' && (
          <DecisionForm
            proposal={proposal}
            detail={detail}
            now={now}
            stale={stale}
            asking={asking}
            onAsk={onAsk}
            onDone={(done) => {
              setResult(done);
              onChanged();
            }}
          />
        )}
        {result === null && (status === 'superseded' || status === 'expired') && (
          <Card title={t.status[status]}>
            <p>{status === 'superseded' ? t.superseded : t.closed}</p>
            {newest.id !== proposal.id && (
              <Link href={paths.proposal(proposal.subject, newest.id, pack)}>{t.readNewest}</Link>
            )}
          </Card>
        )}
      </div>
      <WhyCards proposal={proposal} titles={detail.titles} time={time} />
    </div>
  );
}
