import { serverErrors } from '../../errors.data.ts';
import type { AccessStore } from './access-store.ts';
import { hashPassword, passwordFits } from './password.ts';

/** What a person may be; policies decide by it. */
export const ROLES = ['clinician', 'researcher', 'administrator', 'patient'] as const;
export type Role = (typeof ROLES)[number];

/** A person who may log in. */
export interface User {
  /** What they log in by: lower case. */
  readonly name: string;
  /** What others read. */
  readonly title: string;
  readonly roles: readonly Role[];
  /** FHIR resource that stands for them, `Practitioner/12`; null where none does. */
  readonly fhirUser: string | null;
  /** Subject whose data are their own; the only one that the role `patient` reaches. */
  readonly subject: string | null;
  readonly disabled: boolean;
  readonly addedAt: number;
}

interface StoredUser extends User {
  readonly hash: string;
}

/** Wrong passwords in a row after which an account takes none, and for how long at first, ms; doubled each time it happens again. */
const TRIES = 5;
const FIRST_LOCK = 60_000;
const LONGEST_LOCK = 60 * 60_000;
/** Wrong tries are forgotten after this, ms. */
const FORGOTTEN = 24 * 60 * 60_000;
/** NIST SP 800-63B, 5.1.1: length alone is asked for. */
const SHORTEST = 12;
const LONGEST = 1024;

interface Failures {
  readonly count: number;
  readonly until: number;
}

/** The people of a data folder. */
export class Users {
  readonly #store: AccessStore;
  readonly #now: () => number;

  constructor(store: AccessStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  list(): readonly User[] {
    return this.#store.list<StoredUser>('user').map(([, stored]) => withoutHash(stored));
  }

  /** Null where nobody bears the name. */
  get(name: string): User | null {
    const stored = this.#store.get<StoredUser>('user', keyOf(name));
    return stored === null ? null : withoutHash(stored);
  }

  /** @throws server-user */
  async add(user: Omit<User, 'disabled' | 'addedAt'>, password: string): Promise<User> {
    const name = keyOf(user.name);
    const refuse = (message: string, field: string) => serverErrors.error('server-user', message, { field });
    if (!/^[a-z0-9][a-z0-9._@-]{0,99}$/.test(name))
      throw refuse(`"${user.name}" is no name: letters, digits and . _ @ - only`, 'name');
    if (user.roles.length === 0) throw refuse(`give at least one role of ${ROLES.join(', ')}`, 'role');
    const unknown = user.roles.find((role) => !ROLES.includes(role));
    if (unknown !== undefined) throw refuse(`"${unknown}" is no role: ${ROLES.join(', ')}`, 'role');
    if (user.roles.includes('patient') && user.subject === null)
      throw refuse('a patient needs the subject whose data are theirs', 'subject');
    const stored = { ...user, name, disabled: false, addedAt: this.#now(), hash: await hashed(password) };
    if (!this.#store.putOnce('user', name, stored)) throw refuse(`there is a user "${name}" already`, 'name');
    return withoutHash(stored);
  }

  /** Sets a new password, opens a locked account, ends its sessions and withdraws what apps were given. @throws server-user */
  async setPassword(name: string, password: string): Promise<void> {
    const hash = await hashed(password);
    this.#change(name, (stored) => ({ ...stored, hash }));
    this.#store.remove('failures', keyOf(name));
  }

  /** Closes an account or opens it again. @throws server-user */
  setDisabled(name: string, disabled: boolean): void {
    this.#change(name, (stored) => ({ ...stored, disabled }));
  }

  #change(name: string, change: (stored: StoredUser) => StoredUser): void {
    this.#store.together(() => {
      const stored = this.#store.get<StoredUser>('user', keyOf(name));
      if (stored === null) throw serverErrors.error('server-user', `there is no user "${name}"`, { field: 'name' });
      this.#store.put('user', stored.name, change(stored));
      this.#store.removeGrantsOf(stored.name);
      for (const [id, session] of this.#store.list<{ readonly user: string }>('web-session'))
        if (session.user === stored.name) this.#store.remove('web-session', id);
    });
  }

  /** The user whose name and password these are. @throws server-log-in-failed, server-log-in-locked */
  async logIn(name: string, password: string): Promise<User> {
    const key = keyOf(name).slice(0, 200);
    const now = this.#now();
    const failed = () => serverErrors.error('server-log-in-failed', 'Name and password do not belong together.');
    if (password.length > LONGEST) throw failed();
    // Counted before the password is looked at, so that tries sent all at once are counted too.
    const { until } = this.#store.together(() => this.#countTry(key, now));
    if (until > now) {
      const minutes = Math.ceil((until - now) / 60_000);
      throw serverErrors.error('server-log-in-locked', `Too many wrong passwords; try again in ${minutes} min.`);
    }
    const stored = this.#store.get<StoredUser>('user', key);
    const fits = await passwordFits(password, stored?.hash ?? null);
    if (stored === null || !fits || stored.disabled) throw failed();
    this.#store.remove('failures', key);
    return withoutHash(stored);
  }

  /** Names that nobody bears are counted alike, so that a lock tells nothing of who is there. */
  #countTry(key: string, now: number): Failures {
    const before = this.#store.get<Failures>('failures', key) ?? { count: 0, until: 0 };
    if (before.until > now) return before;
    const count = before.count + 1;
    const rounds = Math.floor(count / TRIES);
    const until = count % TRIES === 0 ? now + Math.min(LONGEST_LOCK, FIRST_LOCK * 2 ** (rounds - 1)) : 0;
    this.#store.put('failures', key, { count, until } satisfies Failures, { expires: now + FORGOTTEN });
    // The try that fills the measure is still looked at; the next one is not.
    return { count, until: 0 };
  }
}

const keyOf = (name: string): string => name.trim().normalize('NFC').toLowerCase();

function withoutHash({ hash: _, ...user }: StoredUser): User {
  return user;
}

async function hashed(password: string): Promise<string> {
  if (password.length < SHORTEST || password.length > LONGEST)
    throw serverErrors.error('server-user', `a password has ${SHORTEST} to ${LONGEST} characters`, {
      field: 'password',
    });
  return hashPassword(password);
}
