import { finish, instant, MINUTE, type Plan } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import { snapshotBelief } from '../belief.ts';
import { decide } from '../decide.ts';
import type { Equipped } from '../fold.ts';
import { AS_PLANNED, type ForecastBasis, foretell } from '../forecast.ts';
import { lensOf, type PackHistory } from '../lens.ts';
import { applyLimits } from '../limits.ts';
import type { Belief, History, Pack, Situation } from '../pack.ts';
import type { PackCheck, PackExample } from '../pack-contract.ts';
import { weigh } from '../weigh.ts';
import { demand, frozen, sameBytes, sameJson, sameNumbers } from './demand.ts';
import { everyControl } from './dynamics.ts';

const random = () => randomStream(7, 'pack contract', 'service');

/** Calibration, forecasts, limits and decisions keep their rules. */
// biome-ignore lint/suspicious/noExplicitAny: the state is the pack's own affair
export function speaks(pack: Pack<any>, example: PackExample): readonly PackCheck[] {
  const { now } = example;
  const history = frozen(example.history);
  const empty: History = { subject: history.subject, observations: [], controls: [], facts: [], knownAt: now };
  let calibrated: Belief<unknown> | null = null;
  const start = () => pack.assimilator.start(history, now, random());
  const belief = (): Belief<unknown> => {
    calibrated ??= finish(start());
    return calibrated;
  };
  const situation = (): Situation<unknown> => ({
    now,
    history,
    belief: belief(),
    applicability: pack.applicability(history.facts),
  });
  const basis = (): ForecastBasis => {
    const twin: Equipped = { pack, lens: lensOf(pack), modelHash: 'contract', parameterHash: 'contract' };
    const own: PackHistory = { ...history, setAside: history.setAside ?? [], seq: 1 };
    return { twin, history: own, belief: belief(), beliefHash: 'contract', now, seed: 1, sha256: fingerprint };
  };

  return [
    {
      name: 'A1 calibrates to a sound belief, reporting progress',
      run: () => {
        const seen: number[] = [];
        calibrated = finish(start(), (progress) => seen.push(progress.fraction));
        demand(calibrated.at === now, `the belief stands at ${calibrated.at} instead of ${now}`);
        demand(calibrated.members.length === calibrated.weights.length, 'members and weights differ in number');
        demand(
          calibrated.weights.every((w) => w >= 0 && Number.isFinite(w)),
          'a weight is negative or not finite',
        );
        demand(
          calibrated.weights.some((w) => w > 0),
          'every weight is zero',
        );
        demand(
          calibrated.members.every((m) => pack.dynamics.time(m.state) === now),
          'a member stands at another instant',
        );
        demand(
          calibrated.members.every((m) => m.parameters.length === pack.parameters.length),
          'a member lacks parameters',
        );
        demand(
          seen.length > 0 && seen.every((f) => f >= 0 && f <= 1),
          'no progress was reported, or not within [0, 1]',
        );
      },
    },
    {
      name: 'A2 calibrates and updates to the same belief from the same stream, and leaves the old belief untouched',
      run: () => {
        const { dynamics } = pack;
        sameBytes(
          snapshotBelief(finish(start()), dynamics),
          snapshotBelief(belief(), dynamics),
          'a second calibration',
        );
        const last = history.observations.findLast((o) => o.grade !== 'poor');
        if (last === undefined) return;
        const at = instant(now + pack.forecast.stepMinutes * MINUTE);
        const fresh = [{ ...last, id: `${last.id}-next`, trueAt: at, knownAt: at }];
        const before = snapshotBelief(belief(), dynamics);
        const grown = { ...history, observations: [...history.observations, ...fresh] };
        const update = () => pack.assimilator.update(belief(), grown, fresh, at, random());
        const updated = update();
        demand(updated.at === at, `the updated belief stands at ${updated.at} instead of ${at}`);
        sameBytes(snapshotBelief(belief(), dynamics), before, 'the belief that was updated');
        sameBytes(snapshotBelief(update(), dynamics), snapshotBelief(updated, dynamics), 'a second update');
      },
    },
    {
      name: 'Q1 evaluates every quantity and reward per member, and leaves the paths untouched',
      run: () => {
        const { paths } = foretell(basis(), AS_PLANNED);
        const before = Object.values(paths.values).map((values) => values.slice());
        for (const spec of pack.quantities) {
          const expected = paths.members * (spec.kind === 'trajectory' ? paths.times.length : 1);
          const values = spec.evaluate(paths);
          demand(values.length === expected, `${spec.name} has ${values.length} values instead of ${expected}`);
          demand(values.every(Number.isFinite), `${spec.name} is not finite`);
        }
        for (const spec of pack.rewards) {
          const values = spec.evaluate(paths, AS_PLANNED);
          demand(values.length === paths.members && values.every(Number.isFinite), `reward ${spec.name} is not sound`);
        }
        Object.values(paths.values).forEach((values, i) => {
          sameNumbers(values, before[i]!, 'the paths');
        });
      },
    },
    {
      name: 'Q2 forecasts the same from the same, and only the scenario makes two arms differ',
      run: () => {
        const once = foretell(basis(), AS_PLANNED);
        sameJson(foretell(basis(), AS_PLANNED).forecast, once.forecast, 'a second forecast');
        const arm = foretell(basis(), { id: 'same', title: 'The same under another name', controls: [] });
        for (const signal of pack.forecast.signals)
          sameNumbers(arm.paths.values[signal]!, once.paths.values[signal]!, signal);
      },
    },
    {
      name: 'L1 every limit, run again on what it left, finds it within',
      run: () => {
        for (const share of [0, 0.1, 1, 10, 1000]) {
          const controls = frozen(everyControl(pack, now, instant(now + pack.forecast.stepMinutes * MINUTE), share));
          for (const limit of pack.limits) {
            const first = limit.apply(controls, situation());
            demand(first.verdict.limit === limit.name, `${limit.name} signs as ${first.verdict.limit}`);
            if (first.verdict.verdict === 'within')
              sameJson(first.controls, controls, `${limit.name} says within but changed the plan`);
            if (first.verdict.verdict !== 'clipped') continue;
            const again = limit.apply(first.controls, situation());
            demand(again.verdict.verdict === 'within', `${limit.name} finds its own result ${again.verdict.verdict}`);
          }
        }
      },
    },
    {
      name: 'L2 the limits together bind: a plan of a thousand times what is plausible does not pass as it is',
      run: () => {
        const controls = everyControl(pack, now, instant(now + pack.forecast.stepMinutes * MINUTE), 1000);
        const limited = applyLimits(pack, { id: 'absurd', title: 'Absurd', controls }, situation());
        demand(
          limited.verdicts.some((verdict) => verdict.verdict !== 'within'),
          'no limit touches it',
        );
        if (!limited.allowed) return;
        const again = applyLimits(pack, limited.scenario, situation());
        demand(
          again.verdicts.every((verdict) => verdict.verdict === 'within'),
          'what the limits left is not within them',
        );
      },
    },
    {
      name: 'S1 is not ready to decide on nothing, and says why',
      run: () => {
        for (const service of ['calibrate', 'decide'] as const) {
          const readiness = pack.readiness(service, empty, now);
          demand(!readiness.ready && readiness.missing.length > 0, `${service} is ready on an empty history`);
          demand(
            readiness.missing.every((m) => m.statement.trim() !== ''),
            `${service}: a reason says nothing`,
          );
        }
      },
    },
    {
      name: 'S2 has a headline and advisories on nothing and on the example',
      run: () => {
        for (const past of [empty, history]) {
          demand(pack.headline(past, null, now).statement.trim() !== '', 'the headline says nothing');
          pack.advisories({ now, history: past, belief: null, applicability: pack.applicability(past.facts) }, null);
        }
      },
    },
    {
      name: 'S3 proposes until it proposes no more, beginning with what is planned, and every plan has an id of its own',
      run: () => {
        const first = pack.propose(situation(), []);
        if (first.length > 0) demand(first[0]!.controls.length === 0, 'the first plan is not “as planned”');
        const { forecast } = foretell(basis(), AS_PLANNED);
        decide(basis(), situation(), forecast);
        const plans: Plan[] = [];
        for (let scenarios = first; scenarios.length > 0; scenarios = pack.propose(situation(), plans)) {
          for (const scenario of scenarios) plans.push(weigh(basis(), situation(), scenario).plan);
        }
        demand(new Set(plans.map((plan) => plan.scenario.id)).size === plans.length, 'two plans have one id');
      },
    },
    {
      name: 'S4 decides purely: the same advice on the same plans, which it leaves untouched; none on no plan',
      run: () => {
        const weighed = pack.propose(situation(), []).map((scenario) => weigh(basis(), situation(), scenario));
        const plans = frozen(weighed.map(({ plan }) => plan));
        const advised = (on: readonly Plan[]) =>
          pack.decide(situation(), on, (plan) => weighed[plans.indexOf(plan)]!.foretold.paths);
        sameJson(advised(plans), advised(plans), 'a second decision');
        demand(advised([]).kind === 'abstain', 'it advises without a plan');
      },
    },
  ];
}

/** Stands in for SHA-256 where only equality matters. */
function fingerprint(bytes: Uint8Array | string): string {
  let hash = 0x811c9dc5;
  const data = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  for (const byte of data) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
