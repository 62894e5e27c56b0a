import type { ControlInput } from '@gemel/core';
import { writtenUnit } from '@gemel/core/written-unit';
import type { ControlView, Field } from '@gemel/server/api';
import { Button, Switch } from '@mantine/core';
import { plainNumber } from '../data/number.ts';
import { AmountField } from '../parts/amount-field.tsx';
import { strings } from '../strings.data.ts';
import type { Arm, Part } from './arm.ts';
import css from './arm-editor.module.css';
import { asLastGiven, plannedRate } from './recorded-doses.ts';

interface ArmEditorProps {
  readonly arm: Arm;
  readonly onChange: (arm: Arm) => void;
  readonly controls: readonly ControlView[];
  /** What is on record: planned rates, and what was given last. */
  readonly recorded: readonly ControlInput[];
  readonly now: number;
}

/** Sliders with number fields for each control input of the twin, and their times; what is given at once comes first. */
export function ArmEditor({ arm, onChange, controls, recorded, now }: ArmEditorProps) {
  const ordered = [...controls].sort((a, b) => Number(a.form.replaces ?? false) - Number(b.form.replaces ?? false));
  return (
    <div className={css.editor}>
      {ordered.map((view) => (
        <fieldset key={view.control} className={css.group}>
          <legend>{view.title}</legend>
          <PartFields
            view={view}
            part={arm[view.form.name]!}
            recorded={recorded}
            now={now}
            onChange={(part) => onChange({ ...arm, [view.form.name]: part })}
          />
        </fieldset>
      ))}
    </div>
  );
}

interface PartFieldsProps {
  readonly view: ControlView;
  readonly part: Part;
  readonly recorded: readonly ControlInput[];
  readonly now: number;
  readonly onChange: (part: Part) => void;
}

function PartFields({ view, part, recorded, now, onChange }: PartFieldsProps) {
  const t = strings.whatif;
  const { title, control, form } = view;
  const unit = writtenUnit(view.unit);
  const planned = form.replaces ? plannedRate(recorded, control, now) : null;
  const last = asLastGiven(recorded, view, now);
  const field = (short: string, of: Field, label: string, value: number, set: (value: number) => Partial<Part>) => (
    <AmountField
      label={`${title}, ${short}`}
      short={short}
      unit={label}
      value={value}
      range={of}
      onChange={(next) => onChange({ ...part, ...set(next) })}
    />
  );
  const amount = (short: string) => field(short, form.amount, unit, part.amount ?? 0, (next) => ({ amount: next }));
  const begins = field(t.when, form.begins, form.begins.unit, part.begins, (next) => ({ begins: next }));
  const lasts =
    form.lasts === undefined
      ? null
      : field(t.duration, form.lasts, form.lasts.unit, part.lasts, (next) => ({ lasts: next }));
  if (form.replaces)
    return (
      <>
        <p className={css.planned}>
          {planned === null ? t.noRate(title) : t.nowRate(strings.of(String(Number(planned.toFixed(2))), unit))}
        </p>
        <Switch
          label={t.replace(title)}
          checked={part.amount !== null}
          onChange={(event) =>
            onChange({ ...part, amount: event.currentTarget.checked ? Number((planned ?? 0).toFixed(2)) : null })
          }
        />
        {part.amount !== null && (
          <>
            {amount(t.rate)}
            {begins}
            {lasts}
          </>
        )}
      </>
    );
  return (
    <>
      {amount(t.amount)}
      {(part.amount ?? 0) > 0 && (
        <>
          {lasts}
          {form.every !== undefined &&
            field(t.every, form.every, form.every.unit, part.every, (next) => ({ every: next }))}
          {begins}
        </>
      )}
      {last !== null && (
        <Button variant="default" size="xs" onClick={() => onChange(last)}>
          {t.lastGiven(
            strings.of(plainNumber(last.amount ?? 0), unit),
            `${plainNumber(last.every)} ${form.every!.unit}`,
          )}
        </Button>
      )}
    </>
  );
}
