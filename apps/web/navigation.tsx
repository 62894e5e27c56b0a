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

export const paths = {
  twins: () => '/',
  about: () => '/about',
  twin: (subject: string) => `/twins/${encodeURIComponent(subject)}`,
  whatif: (subject: string) => `/twins/${encodeURIComponent(subject)}/whatif`,
  proposals: (subject: string) => `/twins/${encodeURIComponent(subject)}/proposal`,
  proposal: (subject: string, id: string) => `/twins/${encodeURIComponent(subject)}/proposal/${encodeURIComponent(id)}`,
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
