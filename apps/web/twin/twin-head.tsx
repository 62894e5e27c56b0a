import type { TwinDetail } from '@gemel/server/api';
import type { ReactNode } from 'react';
import { Link, paths, usePack } from '../navigation.tsx';
import { LevelMark } from '../parts/level-mark.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { RiskMark } from '../parts/risk-mark.tsx';
import { strings } from '../strings.data.ts';
import { PersonFacts } from './person-facts.tsx';
import css from './twin-head.module.css';

export type TwinView = 'cockpit' | 'whatif' | 'proposal';

interface TwinHeadProps {
  readonly subject: string;
  readonly view: TwinView;
  readonly detail: TwinDetail | undefined;
  readonly aside?: ReactNode;
}

const VIEWS: readonly { readonly view: TwinView; readonly href: (subject: string, pack: string | null) => string }[] = [
  { view: 'cockpit', href: paths.twin },
  { view: 'whatif', href: paths.whatif },
  { view: 'proposal', href: paths.proposals },
];

/** Who this is, and the three views of the twin. */
export function TwinHead({ subject, view, detail, aside }: TwinHeadProps) {
  const pack = usePack();
  const name = detail?.summary.name ?? subject;
  const label = strings.nav[view];
  const open = detail?.summary.openProposals ?? 0;
  return (
    <>
      <PageTitle
        title={view === 'cockpit' ? name : `${label}: ${name}`}
        documentTitle={`${label}: ${name}`}
        lead={
          detail === undefined ? undefined : (
            <div className={css.person}>
              <RiskMark risk={detail.summary.risk} />
              <LevelMark level={detail.summary.level} />
              <PersonFacts detail={detail} />
            </div>
          )
        }
        aside={aside}
      />
      <nav className={css.views} aria-label={strings.nav.twinLabel}>
        {VIEWS.map((item) => (
          <Link
            key={item.view}
            href={item.href(subject, pack)}
            className={css.view}
            aria-current={item.view === view ? 'page' : undefined}
          >
            {strings.nav[item.view]}
            {item.view === 'proposal' && open > 0 && (
              <span className={css.count}>
                <span className="visually-hidden">{strings.twins.open(open)}</span>
                <span aria-hidden="true">{open}</span>
              </span>
            )}
          </Link>
        ))}
      </nav>
    </>
  );
}
