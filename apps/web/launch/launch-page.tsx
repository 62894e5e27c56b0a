import { useEffect, useState } from 'react';
import { navigate, paths, usePlace } from '../navigation.tsx';
import { Card } from '../parts/card.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { strings } from '../strings.data.ts';
import { beginLaunch, completeLaunch } from './smart-launch.ts';

/** Launches and codes that were taken up: each is good once, however often a page is drawn. */
const taken = new Set<string>();

/** Where a hospital's record opens the app, and where the access comes back to. */
export default function LaunchPage() {
  const { search } = usePlace();
  const [problem, setProblem] = useState<string | null>(null);
  const query = search.toString();

  useEffect(() => {
    if (taken.has(query)) return;
    taken.add(query);
    const asked = new URLSearchParams(query);
    const go =
      asked.has('code') || asked.has('error')
        ? completeLaunch(asked).then((subject) => navigate(paths.twin(subject), { replace: true }))
        : beginLaunch(asked).then((address) => location.replace(address));
    go.catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
  }, [query]);

  return (
    <>
      <PageTitle title={strings.launch.title} />
      {problem === null ? (
        <p role="status">{strings.launch.waiting}</p>
      ) : (
        <div role="alert">
          <Card title={strings.launch.failed} tone="high">
            <p>{problem}</p>
          </Card>
        </div>
      )}
    </>
  );
}
