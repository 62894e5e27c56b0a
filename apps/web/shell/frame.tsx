import type { Status } from '@gemel/server/api';
import { type ReactNode, useEffect, useRef } from 'react';
import { tellStatus } from '../data/clock.ts';
import { useConnection } from '../data/live.ts';
import { useApi } from '../data/use-api.ts';
import { strings } from '../strings.data.ts';
import css from './frame.module.css';
import { Header } from './header.tsx';
import { usePrintLight } from './use-print-light.ts';

/** What stands on every screen: the strip, the header, the place for the page. */
export function Frame({ path, children }: { readonly path: string; readonly children: ReactNode }) {
  const status = useApi<Status>('/api/status').data;
  const connection = useConnection();
  usePrintLight();
  const main = useRef<HTMLElement>(null);
  const arrived = useRef(path);
  useEffect(() => {
    if (status !== undefined) tellStatus(status);
  }, [status]);
  // After a change of page the reader's focus starts at its top, as after a load.
  useEffect(() => {
    if (arrived.current === path) return;
    arrived.current = path;
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return (
    <>
      <a className={css.skip} href="#content">
        {strings.skip}
      </a>
      <p className={css.strip} data-testid="research-strip">
        {strings.banner}
      </p>
      <div className={css.top}>
        <Header clock={status?.clock ?? null} path={path} />
        {connection === 'down' && (
          <p className={css.down} role="status">
            {strings.connection.down}
          </p>
        )}
      </div>
      <main id="content" ref={main} tabIndex={-1} className={css.main}>
        {children}
      </main>
    </>
  );
}
