import { type Instant, instant } from '@gemel/core';
import { resourceLabels } from '@gemel/exchange/fhir/consent/resource-labels';
import { compartmentOf } from '@gemel/exchange/fhir/search/extract';
import type { NewEntry } from '@gemel/store';
import type { ResourceVersion } from '@gemel/store/resource-contract';
import type { AccessAction, AccessDecision, AccessEvent, AccessRequest, Caller, Governance } from '../../access.ts';
import { serverErrors } from '../../errors.data.ts';
import { scopePermits } from '../../scopes.ts';
import { OF_NOBODY } from './resource-format.ts';

/** Whether the scopes reach one patient and no further. */
export function isOfOnePatient({ scopes, patient }: Caller): boolean {
  return scopes !== 'all' && patient !== null && !scopes.some((scope) => /^(user|system)\//.test(scope));
}

/** Whether a resource that is of nobody tells of patients other than the caller's one: a group and its members. */
function tellsOfOthers(caller: Caller, { subject, resource }: ResourceVersion): boolean {
  if (subject !== OF_NOBODY || resource === null || !isOfOnePatient(caller)) return false;
  return compartmentOf(resource).some((one) => one !== caller.patient);
}

/** Something asked and permitted, to be recorded once it is done. */
export interface Entered {
  readonly request: AccessRequest;
  readonly decision: AccessDecision;
}

/** Asks scopes and policies before each interaction, and tells Governance afterwards. */
export class FhirAccess {
  readonly #governance: Governance;
  readonly #clock: () => Instant;

  constructor(governance: Governance, clock: () => Instant) {
    this.#governance = governance;
    this.#clock = clock;
  }

  /** @throws server-scope-missing, server-refused */
  async enter(
    caller: Caller,
    action: AccessAction,
    type: string,
    subject: string | null,
    labels: readonly string[] = [],
  ): Promise<Entered> {
    const named = subject === OF_NOBODY ? null : subject;
    if (!scopePermits(caller.scopes, caller.patient, action, type, named, labels))
      throw serverErrors.error('server-scope-missing', `The scopes do not open ${action} of ${type} here.`);
    const request: AccessRequest = { caller, action, type, subject: named, labels, at: instant(this.#clock()) };
    const decision = await this.#governance.decide(request);
    if (!decision.permit) {
      await this.#governance.record([{ request, decision, entities: [], outcome: 'minor-failure' }]);
      throw serverErrors.error('server-refused', decision.reason);
    }
    return { request, decision };
  }

  /** Asks for one version that was found. @throws server-scope-missing, server-refused */
  async enterVersion(caller: Caller, action: AccessAction, version: ResourceVersion): Promise<Entered> {
    if (tellsOfOthers(caller, version))
      throw serverErrors.error(
        'server-scope-missing',
        `The scopes do not open a ${version.type} that tells of several patients.`,
      );
    return this.enter(
      caller,
      action,
      version.type,
      version.subject,
      version.resource === null ? [] : resourceLabels(version.resource),
    );
  }

  /** Those of many versions that the caller may see; each person's data of one kind are decided once. */
  async visible(caller: Caller, versions: readonly ResourceVersion[]): Promise<readonly ResourceVersion[]> {
    const decided = new Map<string, boolean>();
    const seen: ResourceVersion[] = [];
    for (const version of versions) {
      if (tellsOfOthers(caller, version)) continue;
      const labels = version.resource === null ? [] : resourceLabels(version.resource);
      const subject = version.subject === OF_NOBODY ? null : version.subject;
      const key = JSON.stringify([version.type, subject, labels]);
      let may = decided.get(key);
      if (may === undefined) {
        may =
          scopePermits(caller.scopes, caller.patient, 'read', version.type, subject, labels) &&
          (
            await this.#governance.decide({
              caller,
              action: 'read',
              type: version.type,
              subject,
              labels,
              at: this.#clock(),
            })
          ).permit;
        decided.set(key, may);
      }
      if (may) seen.push(version);
    }
    return seen;
  }

  /** What would be recorded, as entries to append with a write; null where Governance appends by itself. */
  entries(events: readonly AccessEvent[]): readonly NewEntry[] | null {
    return this.#governance.entriesOf?.(events) ?? null;
  }

  record(events: readonly AccessEvent[]): Promise<void> {
    return this.#governance.record(events);
  }
}
