import type { Status } from '@gemel/server/api';
import { useOffer } from '../data/preferences.tsx';
import { useApi } from '../data/use-api.ts';
import { Card } from '../parts/card.tsx';
import { Failure } from '../parts/failure.tsx';
import { LoadingCard } from '../parts/loading.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { strings } from '../strings.data.ts';
import css from './about.module.css';

/** What Gemel is, what each pack is for and what it is not for. */
export default function AboutPage() {
  const { data, error, reload } = useApi<Status>('/api/status');
  useOffer([]);
  const t = strings.about;
  return (
    <>
      <PageTitle title={t.title} lead={t.lead} />
      <div className={css.page}>
        <p className={css.research}>{t.research}</p>
        <h2 className={css.heading}>{t.cards}</h2>
        {error !== null && data === undefined && <Failure error={error} onRetry={reload} />}
        {error === null && data === undefined && <LoadingCard />}
        {data?.packs.length === 0 && <p>{t.noPacks}</p>}
        {data?.packs.map((pack) => (
          <Card key={pack.id} title={pack.title} aside={<span className={css.version}>{t.version(pack.version)}</span>}>
            <div className={css.card}>
              <div>
                <h3>{t.intended}</h3>
                <p>{pack.intendedUse}</p>
              </div>
              <div>
                <h3>{t.notFor}</h3>
                <ul>
                  {pack.notFor.map((item) => (
                    <li key={item}>{item}</li>
                  ))}
                </ul>
              </div>
            </div>
          </Card>
        ))}
        <Card title={t.how}>
          <ul>
            {t.points.map((point) => (
              <li key={point}>{point}</li>
            ))}
          </ul>
        </Card>
        {data !== undefined && (
          <Card title={t.build}>
            <dl className={css.facts}>
              <dt>{t.server}</dt>
              <dd>
                {data.name} {data.version}
              </dd>
              <dt>{t.clock}</dt>
              <dd>{data.clock.kind === 'wall' ? t.wall : t.demonstration(data.clock.speed)}</dd>
            </dl>
          </Card>
        )}
      </div>
    </>
  );
}
