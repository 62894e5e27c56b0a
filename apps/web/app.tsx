import { lazy, type ReactNode, Suspense } from 'react';
import { CockpitPage } from './cockpit/cockpit-page.tsx';
import { TwinsPage } from './list/twins-page.tsx';
import { matchPath, usePlace } from './navigation.tsx';
import { LoadingCard } from './parts/loading.tsx';
import { Boundary } from './shell/boundary.tsx';
import { Frame } from './shell/frame.tsx';
import { NotFoundPage } from './shell/not-found-page.tsx';

const WhatIfPage = lazy(() => import('./whatif/whatif-page.tsx'));
const ProposalPage = lazy(() => import('./proposal/proposal-page.tsx'));
const EntryPage = lazy(() => import('./entry/entry-page.tsx'));
const AboutPage = lazy(() => import('./about/about-page.tsx'));
const LaunchPage = lazy(() => import('./launch/launch-page.tsx'));

/** Address pattern → page. The key makes a page begin anew for another subject. */
const routes: readonly (readonly [string, (parts: Readonly<Record<string, string>>) => ReactNode])[] = [
  ['/', () => <TwinsPage />],
  ['/about', () => <AboutPage />],
  ['/enter', () => <EntryPage />],
  ['/twins/:subject', ({ subject }) => <CockpitPage key={subject} subject={subject!} />],
  ['/twins/:subject/whatif', ({ subject }) => <WhatIfPage key={subject} subject={subject!} />],
  ['/twins/:subject/proposal', ({ subject }) => <ProposalPage key={subject} subject={subject!} id={null} />],
  ['/twins/:subject/proposal/:id', ({ subject, id }) => <ProposalPage key={subject} subject={subject!} id={id!} />],
];

function page(path: string): ReactNode {
  for (const [pattern, render] of routes) {
    const parts = matchPath(pattern, path);
    if (parts !== null) return render(parts);
  }
  return <NotFoundPage />;
}

export function App() {
  const { path } = usePlace();
  // Nothing else may ask the server before the launch has brought its access.
  if (path === '/launch')
    return (
      <main className="launch">
        <Suspense fallback={<LoadingCard />}>
          <LaunchPage />
        </Suspense>
      </main>
    );
  return (
    <Frame path={path}>
      <Boundary key={path}>
        <Suspense fallback={<LoadingCard />}>{page(path)}</Suspense>
      </Boundary>
    </Frame>
  );
}
