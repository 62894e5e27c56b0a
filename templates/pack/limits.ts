import { type ControlInput, HOUR, instant, isQuantity, type LimitVerdict } from '@gemel/core';
import type { Limit } from '@gemel/runtime/pack';
import { COLD } from './forecast.ts';

/** Water colder or warmer than this harms the skin (bound of this pack), Cel. */
const WATER = [8, 40] as const;
/** Longest stretch on one setting, h. */
const LONGEST = 6;

/** What has been given cannot be limited. */
const open = (c: ControlInput) => c.control === 'blanket' && c.status !== 'given';

/** A limit that changes controls one by one; 'clipped' when it changed any. */
function clipping(name: string, title: string, message: string, change: (c: ControlInput) => ControlInput): Limit {
  return {
    name,
    title,
    apply(controls) {
      const within = controls.map((c) => (open(c) ? change(c) : c));
      const clipped = within.some((c, i) => c !== controls[i]);
      const verdict: LimitVerdict = {
        limit: name,
        title,
        verdict: clipped ? 'clipped' : 'within',
        message: clipped ? message : 'Within.',
      };
      return { verdict, controls: clipped ? within : controls };
    },
  };
}

export const limits: readonly Limit[] = [
  clipping('water', 'Water between 8 and 40 Cel', 'The water was held between 8 and 40 Cel.', (c) => {
    const value = Math.min(WATER[1], Math.max(WATER[0], c.value.value));
    return value === c.value.value ? c : { ...c, value: { ...c.value, value } };
  }),
  clipping('duration', 'At most six hours on one setting', 'The blanket was ended after six hours.', (c) => {
    const latest = instant(c.from + LONGEST * HOUR);
    return c.to !== undefined && c.to <= latest ? c : { ...c, to: latest };
  }),
  {
    name: 'not-when-cold',
    title: 'No cooling below 36 Cel',
    apply(controls, { history }) {
      const last = history.observations.at(-1)?.value;
      const cold = last !== undefined && isQuantity(last) && last.value < COLD;
      const cooling = controls.some((c) => open(c) && c.value.value < COLD);
      const verdict = cold && cooling ? 'forbidden' : 'within';
      const message = verdict === 'within' ? 'Within.' : 'The last reading is below 36 Cel; cooling is forbidden.';
      return { verdict: { limit: 'not-when-cold', title: 'No cooling below 36 Cel', verdict, message }, controls };
    },
  },
];
