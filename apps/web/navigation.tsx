import { type ComponentPropsWithoutRef, type MouseEvent, type Ref, useSyncExternalStore } from 'react';

const watchers = new Set<() => void>();

function subscribe(notify: () => void): () => void {
  watchers.add(notify);
  addEventListener('popstate', notify);
  return () => {
    watchers.delete(notify);
    removeEventListener('popstate', notify);
  };
}

function address(): string {
  return location.pathname + location.search;
}

/** Goes to an address of this app. `replace` leaves no step in the history and keeps the scroll position. */
export function navigate(to: string, options: { readonly replace?: boolean } = {}): void {
  if (to === address()) return;
  if (options.replace) history.replaceState(null, '', to);
  else {
    history.pushState(null, '', to);
    scrollTo(0, 0);
  }
  for (const watcher of watchers) watcher();
}

export interface Place {
  readonly path: string;
  readonly search: URLSearchParams;
}

export function usePlace(): Place {
  const url = new URL(useSyncExternalStore(subscribe, address), location.origin);
  return { path: url.pathname, search: url.searchParams };
}

/** The named parts of `path` where it fits `pattern` (`/twins/:subject`), else null. */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const wanted = pattern.split('/').filter(Boolean);
  const given = path.split('/').filter(Boolean);
  if (wanted.length !== given.length) return null;
  const parts: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const value = given[i]!;
    if (!part.startsWith(':')) {
      if (part !== value) return null;
      continue;
    }
    try {
      parts[part.slice(1)] = decodeURIComponent(value);
    } catch {
      return null;
    }
  }
  return parts;
}

/** Which of a subject's twins is looked at, where it has several: the address says so. */
export function usePack(): string | null {
  return usePlace().search.get('pack');
}

const twin = (subject: string, pack: string | null | undefined, rest = '') =>
  `/twins/${encodeURIComponent(subject)}${rest}${pack ? `?pack=${encodeURIComponent(pack)}` : ''}`;

/** Addresses of the pages; `pack` only where a subject has several twins. */
export const paths = {
  twins: () => '/',
  about: () => '/about',
  enter: () => '/enter',
  twin: (subject: string, pack?: string | null) => twin(subject, pack),
  whatif: (subject: string, pack?: string | null) => twin(subject, pack, '/whatif'),
  proposals: (subject: string, pack?: string | null) => twin(subject, pack, '/proposal'),
  proposal: (subject: string, id: string, pack?: string | null) =>
    twin(subject, pack, `/proposal/${encodeURIComponent(id)}`),
};

interface LinkProps extends ComponentPropsWithoutRef<'a'> {
  readonly href: string;
  readonly ref?: Ref<HTMLAnchorElement>;
}

/** A link of this app: a plain click stays in the page, anything else is the browser's. */
export function Link({ href, onClick, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={follow} {...rest} />;
}
