import { randomBytes } from 'node:crypto';
import { type AccessStore, fingerprint } from './access-store.ts';
import type { User, Users } from './users.ts';

/** A person logged in at the web app. */
export interface WebSession {
  /** Fingerprint of the cookie: what it is filed under. */
  readonly id: string;
  readonly user: User;
  /** Goes into forms; a page of another site cannot read it. */
  readonly formToken: string;
}

interface StoredSession {
  readonly user: string;
  readonly formToken: string;
  readonly begunAt: number;
  readonly seenAt: number;
}

/** A session ends after this long without a request, and after this long in any case, ms. */
const IDLE = 30 * 60_000;
const LONGEST = 12 * 60 * 60_000;
/** Being seen is written down at most this often, ms. */
const SEEN = 60_000;

/** Sessions by cookie. The cookie's value is 32 random bytes that stand nowhere but in the browser. */
export class WebSessions {
  readonly #store: AccessStore;
  readonly #users: Users;
  readonly #now: () => number;

  constructor(store: AccessStore, users: Users, now: () => number) {
    this.#store = store;
    this.#users = users;
    this.#now = now;
  }

  /** Begins a session under a new cookie, whatever cookie came before: nobody can fix it beforehand. */
  begin(user: User): string {
    const cookie = randomBytes(32).toString('base64url');
    const now = this.#now();
    const stored: StoredSession = {
      user: user.name,
      formToken: randomBytes(32).toString('base64url'),
      begunAt: now,
      seenAt: now,
    };
    this.#store.put('web-session', fingerprint(cookie), stored, { expires: now + IDLE });
    return cookie;
  }

  /** Null where the cookie is none, or its session ended, or its user may log in no longer. */
  find(cookie: string): WebSession | null {
    const id = fingerprint(cookie);
    const stored = this.#store.get<StoredSession>('web-session', id);
    const user = stored === null ? null : this.#users.get(stored.user);
    if (stored === null || user === null || user.disabled) return null;
    const now = this.#now();
    if (now - stored.begunAt >= LONGEST) return null;
    if (now - stored.seenAt >= SEEN) {
      const expires = Math.min(now + IDLE, stored.begunAt + LONGEST);
      this.#store.put('web-session', id, { ...stored, seenAt: now } satisfies StoredSession, { expires });
    }
    return { id, user, formToken: stored.formToken };
  }

  end(cookie: string): void {
    this.#store.remove('web-session', fingerprint(cookie));
  }
}
