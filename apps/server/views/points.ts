import type { ControlInput, Observation, Scenario } from '@gemel/core';
import { after, type Instant, isBounded, isQuantity, MINUTE, quantity } from '@gemel/core';
import { convert } from '@gemel/core/units';
import type { ControlSpec, Hub } from '@gemel/runtime';
import type { ObservationPoint, WhatIfControl } from '../api.ts';
import { serverErrors } from '../errors.data.ts';

/** An observation as the screens draw it; null for values that are no number. */
export function observationPoint(observation: Observation): ObservationPoint | null {
  const value = observation.value;
  const bounded = isBounded(value);
  const q = bounded ? value.bound : isQuantity(value) ? value : null;
  if (q === null || observation.signal === null) return null;
  return {
    id: observation.id,
    signal: observation.signal,
    at: observation.trueAt,
    knownAt: observation.knownAt,
    value: q.value,
    unit: q.unit,
    grade: observation.grade,
    bound: bounded ? value.kind : null,
    marks: observation.marks.map((mark) => mark.message),
    source: observation.provenance.source,
  };
}

type AnyPack = Hub['packs'][number];

/** A control asked for on a screen, as a planned control input in the pack's unit. */
function controlInput(
  asked: WhatIfControl,
  spec: ControlSpec,
  subject: string,
  now: Instant,
  index: string,
  inMinutes: number,
): ControlInput {
  const value = asked.unit === spec.unit ? asked.value : convert(quantity(asked.value, asked.unit), spec.unit).value;
  const from = after(now, inMinutes * MINUTE);
  const base = {
    kind: 'control' as const,
    id: `${subject}/asked/${now}/${index}`,
    subject,
    control: spec.control,
    code: { codings: spec.codings.slice(0, 1), text: spec.title },
    value: quantity(value, spec.unit),
    from,
    status: 'proposed' as const,
    knownAt: now,
    offset: null,
    grade: 'good' as const,
    marks: [],
    provenance: { source: 'what-if', element: `arms[${index}]` },
  };
  return asked.forMinutes === undefined ? base : { ...base, to: after(from, asked.forMinutes * MINUTE) };
}

/** Minutes from now at which a control is given: once, or again and again as far as is foretold. */
function timesOf({ inMinutes, everyMinutes }: WhatIfControl, horizon: number): readonly number[] {
  if (everyMinutes === undefined) return [inMinutes];
  const count = Math.max(1, Math.ceil((horizon - inMinutes) / everyMinutes));
  return Array.from({ length: count }, (_, n) => inMinutes + n * everyMinutes);
}

/** The arms of a what-if as scenarios. Throws `server-unknown-control` for a control the pack does not have. */
export function scenarios(
  pack: AnyPack,
  subject: string,
  now: Instant,
  arms: readonly { readonly title: string; readonly controls: readonly WhatIfControl[] }[],
): Scenario[] {
  return arms.map((arm, a) => ({
    id: `arm-${a}`,
    title: arm.title,
    controls: arm.controls.flatMap((asked, c) => {
      const spec = pack.controls.find((candidate: ControlSpec) => candidate.control === asked.control);
      if (spec === undefined)
        throw serverErrors.error('server-unknown-control', `The pack ${pack.id} knows no control "${asked.control}".`, {
          element: `arms[${a}].controls[${c}]`,
          field: 'control',
        });
      return timesOf(asked, pack.forecast.horizonMinutes).map((minutes, n) =>
        controlInput(asked, spec, subject, now, n === 0 ? `${a}.${c}` : `${a}.${c}.${n}`, minutes),
      );
    }),
  }));
}
