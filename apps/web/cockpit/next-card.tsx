import { Link, paths } from '../navigation.tsx';
import { Card } from '../parts/card.tsx';
import { Icon } from '../parts/icon.tsx';
import { strings } from '../strings.data.ts';
import css from './next-card.module.css';

interface NextCardProps {
  readonly subject: string;
  readonly open: number;
  readonly stale: boolean;
}

/** Where to go from here: the waiting proposal, or a what-if; neither while the data are stale. */
export function NextCard({ subject, open, stale }: NextCardProps) {
  const t = strings.cockpit;
  if (stale)
    return (
      <Card>
        <p className={css.suspended}>
          <Icon name="pause" /> {t.suspended}
        </p>
      </Card>
    );
  return (
    <Card title={open > 0 ? t.openProposal : undefined} screenOnly>
      <div className={css.links}>
        <Link href={paths.proposals(subject)} className={css.primary}>
          {open > 0 ? t.askProposal : strings.proposal.ask}
        </Link>
        <Link href={paths.whatif(subject)} className={css.secondary}>
          {t.whatIf}
        </Link>
      </div>
    </Card>
  );
}
