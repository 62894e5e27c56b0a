import { randomBytes } from 'node:crypto';
import type { AccessStore } from './access-store.ts';

/** What is open in the record where an app is launched (SMART 2.2, "Launch context arrives with your access_token"). */
export interface LaunchContext {
  /** Subject as the log names it; null where no person is chosen. */
  readonly subject: string | null;
  readonly encounter: string | null;
  readonly needPatientBanner: boolean;
  readonly intent: string | null;
}

/** An app must begin within this time of its launch, ms. */
const LAUNCH = 5 * 60_000;

/** Launches under way, and what they became: the context that goes with a grant. */
export class Launches {
  readonly #store: AccessStore;
  readonly #now: () => number;

  constructor(store: AccessStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** The `launch` parameter of an EHR launch by this user: it holds once, for five minutes. */
  begin(user: string, context: LaunchContext): string {
    const launch = randomBytes(24).toString('base64url');
    this.#store.put('launch', launch, { user, context }, { expires: this.#now() + LAUNCH });
    return launch;
  }

  /** The context of a launch, taken once; null where there is none, or it was begun by somebody else. */
  take(launch: string, user: string): LaunchContext | null {
    const found = this.#store.take<{ readonly user: string; readonly context: LaunchContext }>('launch', launch);
    return found !== null && found.user === user ? found.context : null;
  }

  /** Whether a launch waits under this handle, whoever began it. */
  waits(launch: string): boolean {
    return this.#store.get('launch', launch) !== null;
  }

  keep(grant: string, context: LaunchContext, expires: number): void {
    this.#store.put('context', grant, context, { grant, expires });
  }
}
