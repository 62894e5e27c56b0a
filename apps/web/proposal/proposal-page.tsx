import { Button } from '@mantine/core';
import { useMemo } from 'react';
import { useNow } from '../data/clock.ts';
import { isStale } from '../data/headline.ts';
import { UnitsOfTwin, useOffer } from '../data/preferences.tsx';
import { Card } from '../parts/card.tsx';
import { Empty } from '../parts/empty.tsx';
import { Failure } from '../parts/failure.tsx';
import { LoadingCard } from '../parts/loading.tsx';
import { strings } from '../strings.data.ts';
import { newestValueAt } from '../twin/last-value.ts';
import { TwinHead } from '../twin/twin-head.tsx';
import { TwinState } from '../twin/twin-state.tsx';
import { useTwin } from '../twin/use-twin.ts';
import { timeOfTwin } from '../twin/zone.ts';
import { EarlierCard } from './earlier-card.tsx';
import { ProposalBody } from './proposal-body.tsx';
import css from './proposal-page.module.css';
import { useProposals } from './use-proposals.ts';

interface ProposalPageProps {
  readonly subject: string;
  /** Null: the newest. */
  readonly id: string | null;
}

/** A proposal with its reasons, and the decision a person takes on it. */
export default function ProposalPage({ subject, id }: ProposalPageProps) {
  const now = useNow();
  const twin = useTwin(subject);
  const { data: detail } = twin;
  const time = useMemo(() => (detail === undefined ? null : timeOfTwin(detail)), [detail]);
  useOffer(detail === undefined ? [] : [detail.view.units]);
  const { list, asking, askError, ask } = useProposals(subject);
  const t = strings.proposal;
  if (detail === undefined || time === null)
    return (
      <>
        <TwinHead subject={subject} view="proposal" detail={undefined} />
        <TwinState twin={twin} />
      </>
    );
  const stale = isStale(newestValueAt(detail), now, detail.view.staleMinutes);
  const shown = list.data?.find((proposal) => (id === null ? true : proposal.id === id));
  const askButton = (
    <Button
      onClick={() => void ask()}
      loading={asking}
      disabled={stale}
      variant={shown?.status === 'open' ? 'default' : 'filled'}
    >
      {shown === undefined ? t.ask : t.askAgain}
    </Button>
  );
  return (
    <UnitsOfTwin units={detail.view.units}>
      <TwinHead subject={subject} view="proposal" detail={detail} aside={shown === undefined ? undefined : askButton} />
      {stale && (
        <p className={css.stale} role="status">
          {t.suspended}
        </p>
      )}
      {askError !== null && <Failure error={askError} heading={t.failed} />}
      {list.error !== null && list.data === undefined && <Failure error={list.error} onRetry={list.reload} />}
      {list.data === undefined && list.error === null && <LoadingCard lines={6} />}
      {list.data?.length === 0 && (
        <Card>
          <Empty title={t.none} text={t.noneText} action={askButton} />
        </Card>
      )}
      {list.data !== undefined && list.data.length > 0 && shown === undefined && <p>{t.unknown}</p>}
      {shown !== undefined && (
        <ProposalBody
          key={shown.id}
          proposal={shown}
          newest={list.data![0]!}
          detail={detail}
          now={now}
          time={time}
          stale={stale}
          asking={asking}
          onAsk={() => void ask()}
          onChanged={() => {
            list.reload();
            twin.reload();
          }}
        />
      )}
      {list.data !== undefined && list.data.length > 0 && (
        <div className={css.earlier}>
          <EarlierCard subject={subject} proposals={list.data} shown={shown?.id ?? null} time={time} />
        </div>
      )}
    </UnitsOfTwin>
  );
}
