import { randomUUID } from 'node:crypto';
import type { Advice, Plan, Trace } from '@gemel/core';
import { instant } from '@gemel/core';
import type { ActionRequest, ActionResult, ProposalView } from '@gemel/server/api';
import { plan } from './plans.ts';
import { accuracy, detail, type Person } from './twins.ts';

const MINUTE = 60_000;

/** Proposals of the pretended server. */
export class MockDesk {
  readonly proposals: ProposalView[] = [];
  /** The next action is refused because inputs changed. */
  inputsChanged = false;

  reset(): void {
    this.proposals.length = 0;
    this.inputsChanged = false;
  }

  advise(person: Person, now: number): ProposalView {
    for (const [i, p] of this.proposals.entries())
      if (p.subject === person.subject && p.status === 'open') this.proposals[i] = { ...p, status: 'superseded' };
    const about = detail(person, now, now - 60 * MINUTE, now, 0);
    const plans: Plan[] = [
      plan(
        person,
        now,
        'Suspend basal for 45 min',
        [{ control: 'insulin.basal', value: 0, unit: 'U/h', inMinutes: 0, forMinutes: 45 }],
        'suspend',
        0.71,
      ),
      plan(
        person,
        now,
        'Eat 15 g now',
        [{ control: 'meal.carbohydrate', value: 15, unit: 'g', inMinutes: 0 }],
        'eat',
        0.22,
      ),
      plan(person, now, 'As planned', [], 'as-planned', 0.07),
    ];
    const abstains = person.cgmOnly || person.subject === 'mira';
    const advice: Advice = abstains
      ? {
          kind: 'abstain',
          code: 'glucose-insulin-unknown',
          statement: 'The twin does not advise: it cannot know the insulin that acts now.',
          reasons: [
            { code: 'insulin-incomplete', statement: 'The insulin history has a gap of 9 h.' },
            { code: 'stale', statement: 'The last value is 47 min old.' },
          ],
          advisories: [
            {
              code: 'hypo-plan',
              priority: 'high',
              statement: 'Below 70 mg/dL: take 15 g of fast carbohydrate, measure again after 15 min.',
            },
          ],
          plans: [],
        }
      : {
          kind: 'advise',
          statement: 'Suspend basal insulin for 45 min.',
          reasons: [
            {
              code: 'low-soon',
              statement: 'As planned, the chance of falling below 70 mg/dL within the hour is 41 %.',
            },
            { code: 'best', statement: 'Suspending has the highest total in 71 of 100 futures.' },
          ],
          advisories: person.advisories ?? [],
          plans,
          expires: instant(now + 20 * MINUTE),
        };
    const trace: Trace = {
      kind: 'trace',
      id: randomUUID(),
      subject: person.subject,
      pack: { id: 'glucose', version: '0.1.0' },
      at: instant(now),
      knownAt: instant(now),
      seq: 4711,
      inputs: [
        {
          id: 'o1',
          name: 'Interstitial glucose',
          value: `${about.summary.headline.value} mg/dL`,
          trueAt: instant(now - 2 * MINUTE),
          knownAt: instant(now - MINUTE),
          ageMinutes: 2,
          grade: 'good',
          source: 'clarity.csv',
        },
        {
          id: 'c1',
          name: 'Insulin bolus',
          value: '6 U',
          trueAt: instant(now - 55 * MINUTE),
          knownAt: instant(now - 50 * MINUTE),
          ageMinutes: 55,
          grade: 'good',
          source: 'bundle.json',
        },
        {
          id: 'c2',
          name: 'Carbohydrate eaten',
          value: '62 g',
          trueAt: instant(now - 50 * MINUTE),
          knownAt: instant(now - 50 * MINUTE),
          ageMinutes: 50,
          grade: 'uncertain',
          source: 'bundle.json',
        },
      ],
      modelHash: 'a94f0e61d2c7',
      parameterHash: '7c1be9',
      belief: 'b3f1c5',
      posterior: about.posterior,
      seed: 1,
      applicability: about.applicability,
      advice,
      level: person.level,
      pastAccuracy: accuracy,
      words: [advice.statement],
      engine: 'node 24',
      action: null,
      outcome: null,
      hash: randomUUID(),
    };
    const view: ProposalView = {
      id: trace.id,
      subject: person.subject,
      madeAt: now,
      expires: advice.kind === 'advise' ? advice.expires : null,
      status: advice.kind === 'advise' ? 'open' : 'abstained',
      advice,
      trace,
    };
    this.proposals.unshift(view);
    return view;
  }

  of(subject: string): ProposalView[] {
    return this.proposals.filter((p) => p.subject === subject);
  }

  open(subject: string): number {
    return this.of(subject).filter((p) => p.status === 'open').length;
  }

  act(id: string, action: ActionRequest, now: number): ActionResult | null {
    const i = this.proposals.findIndex((p) => p.id === id);
    const old = this.proposals[i];
    if (old === undefined) return null;
    const status = action.kind === 'agree' ? 'agreed' : action.kind === 'change' ? 'changed' : 'rejected';
    const person = { kind: action.kind, person: action.person, at: instant(now), reason: action.reason };
    const proposal: ProposalView = { ...old, status, trace: { ...old.trace, action: person } };
    this.proposals[i] = proposal;
    return {
      proposal,
      bundle: {
        resourceType: 'Bundle',
        type: 'collection',
        entry: [{ resource: { resourceType: 'MedicationRequest', status: 'draft', intent: 'proposal' } }],
      },
    };
  }
}
