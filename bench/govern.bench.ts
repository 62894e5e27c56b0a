import { createHash } from 'node:crypto';
import { type Consent, type ConsentProvision, instant } from '@gemel/core';
import { createGovernor, DEFAULT_SETTINGS, type DecisionRequest } from '@gemel/runtime/govern/decide';
import { DEFAULT_POLICIES, openPolicies } from '@gemel/runtime/govern/node/cedar';
import type { Bench } from './bench.ts';

const UNIT = 'decisions/s';
const REPEATS = 3;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Least processor seconds of several runs, each told which it is. */
function leastSeconds(work: (run: number) => void): number {
  work(-1);
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < REPEATS; run++) {
    const start = process.cpuUsage();
    work(run);
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1e6);
  }
  return least;
}

/** A permission with twenty exceptions, five of which have exceptions of their own. */
function longConsent(): Consent {
  const exception = (i: number): ConsentProvision => ({
    type: 'deny',
    codes: [`urn:codes|${i}`],
    provisions: i % 4 === 0 ? [{ type: 'permit', actions: ['access'], provisions: [] }] : [],
  });
  const root: ConsentProvision = { type: 'permit', provisions: Array.from({ length: 20 }, (_, i) => exception(i)) };
  return { reference: 'Consent/1', status: 'active', scope: 'patient-privacy', dateTime: instant(1), root };
}

function request(label: string, consents: readonly Consent[]): DecisionRequest {
  return {
    use: { agent: { id: 'person|dr', kind: 'person', roles: ['clinician'] }, purpose: 'TREAT' },
    action: 'read',
    data: { type: 'Observation', labels: [label] },
    will: { subject: 'p|1', consents, restricted: false },
    at: instant(100),
  };
}

/** The policies read at each question, as where nothing is kept. */
function parsedEachTime(count: number): void {
  for (let i = 0; i < count; i++) {
    const governor = createGovernor(openPolicies([DEFAULT_POLICIES], sha256), DEFAULT_SETTINGS, sha256);
    governor.decide(request('urn:codes|1', []));
  }
}

export default {
  id: 'govern',
  title: 'Consent and policy: decisions per second of processor time',
  async run() {
    const governor = createGovernor(openPolicies([DEFAULT_POLICIES], sha256), DEFAULT_SETTINGS, sha256);
    const consents = [longConsent()];
    const [again, fresh, parsed] = [100_000, 2_000, 50];
    const known = Array.from({ length: 40 }, (_, i) => request(`urn:codes|${i}`, consents));
    const seconds = leastSeconds(() => {
      for (let i = 0; i < again; i++) governor.decide(known[i % known.length]!);
    });
    // Each is of a type unheard of, so that nothing is answered from memory.
    const first = leastSeconds((run) => {
      for (let i = 0; i < fresh; i++)
        governor.decide({ ...request('urn:codes|1', consents), data: { type: `T${run}x${i}`, labels: [] } });
    });
    const slow = leastSeconds(() => parsedEachTime(parsed));
    const own = again / seconds;
    return [
      {
        name: 'forty kinds of data, asked again',
        value: own,
        unit: UNIT,
        ratio: 1,
        note: 'consent of twenty exceptions read each time; policies from memory',
      },
      {
        name: 'a kind of data never asked about',
        value: fresh / first,
        unit: UNIT,
        ratio: fresh / first / own,
        note: 'policies evaluated, parsed before',
      },
      {
        name: 'policies read at each question',
        value: parsed / slow,
        unit: UNIT,
        ratio: parsed / slow / own,
        note: 'Cedar 4.13 without anything kept',
      },
    ];
  },
} satisfies Bench;
