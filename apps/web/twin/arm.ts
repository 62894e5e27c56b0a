import type { ControlView, TimeField, WhatIfControl } from '@gemel/server/api';

/** What a person lays over the plan by one control. */
export interface Part {
  /** In the control's unit; null leaves what is planned. Zero of what is no rate is nothing. */
  readonly amount: number | null;
  /** In the units of the form's fields. */
  readonly begins: number;
  readonly lasts: number;
  /** Zero: once. */
  readonly every: number;
}

/** By the name of each control's form. */
export type Arm = Readonly<Record<string, Part>>;

type Controls = readonly ControlView[];

const MINUTES = { min: 1, h: 60 } as const;

/** Minutes of a time in a field's unit, and back. */
export const inMinutes = (field: Pick<TimeField, 'unit'>, value: number) => value * MINUTES[field.unit];
export const inUnitOf = (field: Pick<TimeField, 'unit'>, minutes: number) => minutes / MINUTES[field.unit];

/** An arm that leaves everything as planned. */
export function emptyArm(controls: Controls): Arm {
  return Object.fromEntries(
    controls.map(({ form }) => [
      form.name,
      {
        amount: form.replaces ? null : form.amount.start,
        begins: form.begins.start,
        lasts: form.lasts?.start ?? 0,
        every: form.every?.start ?? 0,
      },
    ]),
  );
}

function number(query: URLSearchParams, name: string, most: number): number | null {
  const text = query.get(name);
  const value = text === null || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? Math.min(most, Math.max(0, value)) : null;
}

/** The arm a permalink holds; what it lacks or spoils is as planned. `prefix` tells one arm from another. */
export function readArm(query: URLSearchParams, controls: Controls, prefix = ''): Arm {
  const empty = emptyArm(controls);
  return Object.fromEntries(
    controls.map(({ form }) => {
      const name = prefix + form.name;
      const own = empty[form.name]!;
      return [
        form.name,
        {
          amount: number(query, name, form.amount.most) ?? own.amount,
          begins: number(query, `${name}-in`, form.begins.most) ?? own.begins,
          lasts: number(query, `${name}-for`, form.lasts?.most ?? 0) ?? own.lasts,
          every: number(query, `${name}-every`, form.every?.most ?? 0) ?? own.every,
        },
      ];
    }),
  );
}

/** Whether a part changes anything. */
function isSet({ form }: ControlView, part: Part | undefined): part is Part & { readonly amount: number } {
  if (part === undefined || part.amount === null) return false;
  return form.replaces ? part.lasts > 0 : part.amount > 0;
}

/** Writes the arm into a permalink's query; what is as planned is left out. */
export function writeArm(query: URLSearchParams, arm: Arm, controls: Controls, prefix = ''): void {
  for (const { form } of controls) {
    const part = arm[form.name];
    const name = prefix + form.name;
    if (part === undefined || part.amount === null || (!form.replaces && part.amount <= 0)) continue;
    query.set(name, String(part.amount));
    query.set(`${name}-in`, String(part.begins));
    if (form.lasts !== undefined) query.set(`${name}-for`, String(part.lasts));
    if (form.every !== undefined) query.set(`${name}-every`, String(part.every));
  }
}

/** The arm as control inputs for the server. */
export function controlsOf(arm: Arm, controls: Controls): WhatIfControl[] {
  return controls.flatMap((view) => {
    const part = arm[view.form.name];
    if (!isSet(view, part)) return [];
    const { begins, lasts, every } = view.form;
    return [
      {
        control: view.control,
        value: part.amount,
        unit: view.unit,
        inMinutes: inMinutes(begins, part.begins),
        ...(lasts === undefined || part.lasts === 0 ? {} : { forMinutes: inMinutes(lasts, part.lasts) }),
        ...(every === undefined || part.every === 0 ? {} : { everyMinutes: inMinutes(every, part.every) }),
      },
    ];
  });
}
