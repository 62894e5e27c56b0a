import type { ProblemDetails } from '@gemel/server/api';
import { Autocomplete, Button, Radio, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import { strings } from '../strings.data.ts';
import css from './import-dialog.module.css';

/** What a file may leave unsaid. */
export interface Needs<T> {
  readonly zone: T;
  readonly unit: T;
  readonly dates: T;
  readonly subject: T;
}

/** Which of them the problems ask for: a remedy says "Add --zone", "Add --unit", "Add --dates", "Add --subject". */
export function needsOf(problems: readonly Pick<ProblemDetails, 'remedy'>[]): Needs<boolean> {
  const asks = (word: string) => problems.some(({ remedy }) => new RegExp(`\\bAdd [^.]*--${word}\\b`).test(remedy));
  return { zone: asks('zone'), unit: asks('unit'), dates: asks('dates'), subject: asks('subject') };
}

interface ImportNeedsProps {
  readonly needs: Needs<boolean>;
  readonly given: Needs<string>;
  readonly onChange: (given: Needs<string>) => void;
  readonly onAgain: () => void;
}

const ZONES = Intl.supportedValuesOf('timeZone');

/** The fields the file's problems ask for; none has a default. */
export function ImportNeeds({ needs, given, onChange, onAgain }: ImportNeedsProps) {
  const t = strings.importing;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAgain();
  };
  return (
    <form className={css.needs} onSubmit={submit}>
      <p>{t.needs}</p>
      {needs.zone && (
        <Autocomplete
          label={t.zone}
          description={t.zoneHint}
          data={ZONES}
          limit={30}
          value={given.zone}
          onChange={(zone) => onChange({ ...given, zone })}
          required
        />
      )}
      {needs.unit && (
        <Radio.Group label={t.unit} value={given.unit} onChange={(unit) => onChange({ ...given, unit })} required>
          <Radio value="mg/dL" label="mg/dL" mt={6} />
          <Radio value="mmol/L" label="mmol/L" mt={6} />
        </Radio.Group>
      )}
      {needs.dates && (
        <Radio.Group label={t.dates} value={given.dates} onChange={(dates) => onChange({ ...given, dates })} required>
          <Radio value="day-first" label={t.dayFirst} mt={6} />
          <Radio value="month-first" label={t.monthFirst} mt={6} />
        </Radio.Group>
      )}
      {needs.subject && (
        <TextInput
          label={t.subject}
          description={t.subjectHint}
          value={given.subject}
          onChange={(event) => onChange({ ...given, subject: event.currentTarget.value })}
          required
        />
      )}
      <Button type="submit" style={{ justifySelf: 'start' }}>
        {t.again}
      </Button>
    </form>
  );
}
