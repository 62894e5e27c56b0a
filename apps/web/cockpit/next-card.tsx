import { useUnits } from '../data/preferences.tsx';
import { Link, paths, usePack } from '../navigation.tsx';
import { Card } from '../parts/card.tsx';
import { Icon } from '../parts/icon.tsx';
import { ServerLink } from '../parts/server-link.tsx';
import { strings } from '../strings.data.ts';
import { twinPath } from '../twin/twin-path.ts';
import css from './next-card.module.css';

interface NextCardProps {
  readonly subject: string;
  readonly open: number;
  readonly stale: boolean;
}

/** Where to go from here: the waiting proposal, a what-if, neither while the data are stale; the report always. */
export function NextCard({ subject, open, stale }: NextCardProps) {
  const { shown } = useUnits();
  const pack = usePack();
  const t = strings.cockpit;
  const report = twinPath(subject, pack, 'report', { unit: shown.unit });
  return (
    <Card title={open > 0 && !stale ? t.openProposal : undefined} screenOnly={!stale}>
      {stale && (
        <p className={css.suspended}>
          <Icon name="pause" /> {t.suspended}
        </p>
      )}
      <div className={css.links}>
        {!stale && (
          <>
            <Link href={paths.proposals(subject, pack)} className={css.primary}>
              {open > 0 ? t.askProposal : strings.proposal.ask}
            </Link>
            <Link href={paths.whatif(subject, pack)} className={css.secondary}>
              {t.whatIf}
            </Link>
          </>
        )}
        <ServerLink href={report} target="_blank" rel="noreferrer" className={css.secondary}>
          {t.report}
        </ServerLink>
      </div>
    </Card>
  );
}
