import { createHash } from 'node:crypto';
import { personFiles } from '@gemel/cli/node/demo-files';
import { DEMO_PEOPLE, DEMO_START, liveDays } from '@gemel/cli/node/demo-people';
import { DAY, HOUR, instant, type Plan } from '@gemel/core';
import { sniffDoor } from '@gemel/exchange';
import { encodeRelease } from '@gemel/exchange/fhir/encode';
import { createHub } from '@gemel/runtime/create-hub';
import { discoverPacks, engine } from '@gemel/server/node/world';
import { scenarios } from '@gemel/server/views/points';
import { memory } from '@gemel/store';

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex');
const now = instant(DEMO_START + 5 * DAY + 19 * HOUR);
const packs = await discoverPacks();
const hub = createHub({ store: memory(), packs, clock: () => now, seed: 1, sha256, engine });
const pack = packs.find((candidate) => candidate.id === 'glucose')!;

// 1. Records come in through the doors.
const carla = DEMO_PEOPLE.find((person) => person.id === 'carla')!;
for (const file of personFiles(liveDays(carla, 1, 6), DEMO_START, now, 'record')) {
  const bytes = new TextEncoder().encode(file.text);
  const door = sniffDoor(bytes, file.name)!;
  const decoded = door.decode(bytes, { name: file.name, ...file.options });
  const source = { name: file.name, sha256: sha256(bytes), format: door.id, bytes: bytes.length };
  const { account } = await hub.admit(decoded, source);
  console.log(`${file.name}: ${account.mapped} of ${account.entries} entries taken in, ${account.refused} refused`);
}
const [subject] = await hub.subjects();

// 2. The twin is calibrated: a posterior, not a point.
const belief = await hub.calibrate(subject!, pack.id);
if ('kind' in belief) throw new Error(belief.missing.map((part) => part.statement).join(' '));
console.log(`calibrated: ${belief.members.length} members, ${belief.diagnostics.warnings.length} warnings`);

// 3. It forecasts, and answers a what-if.
const forecast = await hub.forecast(subject!, pack.id);
if (forecast.kind === 'withheld') throw new Error(forecast.missing.map((part) => part.statement).join(' '));
console.log(
  `forecast to ${new Date(forecast.horizon.to).toISOString()}: ${Object.keys(forecast.quantities).length} quantities`,
);
const arms = scenarios(pack, subject!, now, [
  { title: 'as planned', controls: [] },
  { title: '20 g now', controls: [{ control: 'meal.carbohydrate', value: 20, unit: 'g', inMinutes: 0 }] },
]);
const whatIf = await hub.whatIf(subject!, pack.id, arms);
if ('kind' in whatIf) throw new Error(whatIf.missing.map((part) => part.statement).join(' '));
console.log(`what if: ${whatIf.plans.map((plan: Plan) => plan.scenario.title).join(' | ')}`);

// 4. It proposes or abstains, and a person decides.
const trace = await hub.advise(subject!, pack.id);
console.log(`${trace.advice.kind}: ${trace.advice.statement}`);
const best = trace.advice.kind === 'advise' ? trace.advice.plans.find((plan) => plan.allowed) : undefined;
const reason = 'Fits what is planned for today.';
const kind = best === undefined ? 'reject' : 'agree';
const acted = await hub.act(trace.id, { kind, person: 'Dr Example', at: now, reason }, best?.scenario.id);

// 5. What leaves is a draft.
const bundle = encodeRelease({ trace: acted.trace, plan: acted.plan, at: now });
console.log(`released: ${bundle.entry!.map((entry) => entry.resource!.resourceType).join(', ')}`);

// 6. The decision replays bit for bit. Records carried in by hand make a model; a flow of them would make a shadow, and
// controls given after a release a twin.
console.log(`replay equal: ${(await hub.replay(trace.id)).equal}; level: ${await hub.level(subject!, pack.id)}`);
