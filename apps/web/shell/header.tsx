import type { SessionView, Status } from '@gemel/server/api';
import { useApi } from '../data/use-api.ts';
import { Link, paths } from '../navigation.tsx';
import { strings } from '../strings.data.ts';
import { ClockReading } from './clock-reading.tsx';
import css from './header.module.css';
import { Mark } from './mark.tsx';
import { SchemeButton } from './scheme-button.tsx';
import { UnitSwitch } from './unit-switch.tsx';

interface HeaderProps {
  readonly clock: Status['clock'] | null;
  readonly path: string;
}

export function Header({ clock, path }: HeaderProps) {
  const session = useApi<SessionView>('/api/session').data;
  const items = [
    { href: paths.twins(), text: strings.nav.twins, current: path === '/' || path.startsWith('/twins') },
    { href: paths.about(), text: strings.nav.about, current: path === '/about' },
  ];
  return (
    <header className={css.header}>
      <div className={css.inner}>
        <Link href={paths.twins()} className={css.brand} aria-label={strings.nav.home}>
          <Mark />
          <span>{strings.appName}</span>
        </Link>
        <nav aria-label={strings.nav.label} className={css.nav}>
          {items.map((item) => (
            <Link
              key={item.href}
              href={item.href}
              className={css.item}
              aria-current={item.current ? 'page' : undefined}
            >
              {item.text}
            </Link>
          ))}
        </nav>
        <div className={css.tools}>
          {clock !== null && <ClockReading clock={clock} />}
          <UnitSwitch />
          <SchemeButton />
          {session?.formToken != null && <Account session={session} />}
        </div>
      </div>
    </header>
  );
}

/** Who is logged in, and the way out: a form of the server's, so that it works when nothing else does. */
function Account({ session }: { readonly session: SessionView }) {
  return (
    <form method="post" action="/logout" className={css.account} aria-label={strings.account.label}>
      <input type="hidden" name="form" value={session.formToken ?? ''} />
      <span>{session.name}</span>
      <button type="submit" className={css.out}>
        {strings.account.logOut}
      </button>
    </form>
  );
}
