import { Switch } from '@mantine/core';
import { AmountField } from '../parts/amount-field.tsx';
import { strings } from '../strings.data.ts';
import { type Arm, RANGES } from './arm.ts';
import css from './arm-editor.module.css';

interface ArmEditorProps {
  readonly arm: Arm;
  readonly onChange: (arm: Arm) => void;
  /** Basal rate planned now, U/h; where a change begins. */
  readonly plannedBasal: number | null;
}

/** Sliders with number fields for bolus, carbohydrate and basal rate, and their times. */
export function ArmEditor({ arm, onChange, plannedBasal }: ArmEditorProps) {
  const t = strings.whatif;
  const set = (change: Partial<Arm>) => onChange({ ...arm, ...change });
  return (
    <div className={css.editor}>
      <fieldset className={css.group}>
        <legend>{t.bolus}</legend>
        <AmountField
          label={`${t.bolus}, ${t.amount}`}
          short={t.amount}
          unit="U"
          value={arm.bolus}
          range={RANGES.bolus}
          onChange={(bolus) => set({ bolus })}
        />
        {arm.bolus > 0 && (
          <AmountField
            label={`${t.bolus}, ${t.when}`}
            short={t.when}
            unit="min"
            value={arm.bolusIn}
            range={RANGES.minutes}
            onChange={(bolusIn) => set({ bolusIn })}
          />
        )}
      </fieldset>
      <fieldset className={css.group}>
        <legend>{t.carbs}</legend>
        <AmountField
          label={`${t.carbs}, ${t.amount}`}
          short={t.amount}
          unit="g"
          value={arm.carbs}
          range={RANGES.carbs}
          onChange={(carbs) => set({ carbs })}
        />
        {arm.carbs > 0 && (
          <AmountField
            label={`${t.carbs}, ${t.when}`}
            short={t.when}
            unit="min"
            value={arm.carbsIn}
            range={RANGES.minutes}
            onChange={(carbsIn) => set({ carbsIn })}
          />
        )}
      </fieldset>
      <fieldset className={css.group}>
        <legend>{t.basal}</legend>
        <p className={css.planned}>
          {plannedBasal === null ? t.noRate : t.nowRate(strings.of(String(Number(plannedBasal.toFixed(2))), 'U/h'))}
        </p>
        <Switch
          label={t.basalOn}
          checked={arm.basal !== null}
          onChange={(event) =>
            set({ basal: event.currentTarget.checked ? Number((plannedBasal ?? 0).toFixed(2)) : null })
          }
        />
        {arm.basal !== null && (
          <>
            <AmountField
              label={`${t.basal}, ${t.rate}`}
              short={t.rate}
              unit="U/h"
              value={arm.basal}
              range={RANGES.basal}
              onChange={(basal) => set({ basal })}
            />
            <AmountField
              label={`${t.basal}, ${t.when}`}
              short={t.when}
              unit="min"
              value={arm.basalIn}
              range={RANGES.minutes}
              onChange={(basalIn) => set({ basalIn })}
            />
            <AmountField
              label={`${t.basal}, ${t.duration}`}
              short={t.duration}
              unit="min"
              value={arm.basalFor}
              range={RANGES.minutes}
              onChange={(basalFor) => set({ basalFor })}
            />
          </>
        )}
      </fieldset>
    </div>
  );
}
