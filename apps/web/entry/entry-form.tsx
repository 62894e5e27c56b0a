import type { ImportResult, PackRecords } from '@gemel/server/api';
import { Autocomplete, Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type ApiError, asApiError, request } from '../data/client.ts';
import { serverNow } from '../data/clock.ts';
import { LossAccountView } from '../list/loss-account-view.tsx';
import { Card } from '../parts/card.tsx';
import { Failure } from '../parts/failure.tsx';
import { strings } from '../strings.data.ts';
import css from './entry.module.css';
import {
  bundleOf,
  EMPTY_PERSON,
  EMPTY_ROW,
  type EntryPerson,
  type EntryProblems,
  type EntryRow,
  originOf,
  pastedRows,
  problemsOf,
} from './records.ts';
import { RowsTable } from './rows-table.tsx';

const ZONES = Intl.supportedValuesOf('timeZone');
const FILE = 'entered-by-hand.fhir.json';

/** Whom, what and when; sent as a FHIR bundle through the import, whose coded refusals stand beside their fields. */
export function EntryForm({ pack }: { readonly pack: PackRecords }) {
  const t = strings.entry;
  const [person, setPerson] = useState<EntryPerson>(EMPTY_PERSON);
  const [rows, setRows] = useState<readonly EntryRow[]>(() => [EMPTY_ROW, EMPTY_ROW, EMPTY_ROW]);
  const [zone, setZone] = useState(Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [pasted, setPasted] = useState('');
  const [problems, setProblems] = useState<EntryProblems>({});
  const [error, setError] = useState<ApiError | null>(null);
  const [result, setResult] = useState<ImportResult | null>(null);
  const [sending, setSending] = useState(false);
  const set = (change: Partial<EntryPerson>) => setPerson((old) => ({ ...old, ...change }));
  const has = (fact: string) => pack.facts.some((own) => own.fact === fact);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const entry = { person, rows, zone };
    const wrong = problemsOf(entry, pack, serverNow());
    setProblems(wrong);
    setResult(null);
    setError(null);
    if (Object.keys(wrong).length > 0) return;
    setSending(true);
    try {
      const { bundle, origins } = bundleOf(entry, pack, serverNow());
      const query = new URLSearchParams({ name: FILE, zone });
      const answer = await request<ImportResult>(`/api/import?${query}`, {
        method: 'POST',
        body: JSON.stringify(bundle),
        headers: { 'content-type': 'application/fhir+json' },
      });
      const refused: Record<string, string> = {};
      for (const problem of answer.account.problems) {
        const origin = originOf(problem.where.element, origins);
        if (origin !== null) refused[origin] = `${problem.message} ${problem.remedy} (${problem.code})`;
      }
      setProblems(refused);
      setResult(answer);
    } catch (thrown) {
      setError(asApiError(thrown));
    } finally {
      setSending(false);
    }
  };

  return (
    <form className={css.form} onSubmit={(event) => void submit(event)} noValidate>
      <Card title={t.person}>
        <div className={css.fields}>
          <TextInput
            label={t.name}
            description={t.nameHint}
            value={person.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
            error={problems.name}
            required
          />
          {has('birthDate') && (
            <TextInput
              label={t.born}
              description={t.bornHint}
              value={person.born}
              onChange={(event) => set({ born: event.currentTarget.value })}
              error={problems.born}
            />
          )}
          {has('sex') && (
            <NativeSelect
              label={t.sex}
              description={t.sexHint}
              data={[
                { value: '', label: t.unsaid },
                { value: 'female', label: t.female },
                { value: 'male', label: t.male },
              ]}
              value={person.sex}
              onChange={(event) => set({ sex: event.currentTarget.value as EntryPerson['sex'] })}
            />
          )}
          {has('body.weight') && (
            <TextInput
              label={t.weight}
              description={t.sizeHint}
              inputMode="decimal"
              value={person.weight}
              onChange={(event) => set({ weight: event.currentTarget.value })}
              error={problems.weight}
            />
          )}
          {has('body.height') && (
            <TextInput
              label={t.height}
              description={t.sizeHint}
              inputMode="decimal"
              value={person.height}
              onChange={(event) => set({ height: event.currentTarget.value })}
              error={problems.height}
            />
          )}
          <Autocomplete
            label={t.zone}
            description={t.zoneHint}
            data={ZONES}
            limit={30}
            value={zone}
            onChange={setZone}
            error={problems.zone}
            required
          />
        </div>
      </Card>
      <Card title={t.records} text={t.recordsText}>
        <RowsTable pack={pack} rows={rows} problems={problems} onChange={setRows} />
        {problems.rows !== undefined && (
          <p role="alert" className={css.wrong}>
            {problems.rows}
          </p>
        )}
        <details className={css.paste}>
          <summary>{t.paste}</summary>
          <Textarea
            label={t.pasteLabel}
            description={t.pasteHint}
            autosize
            minRows={4}
            value={pasted}
            onChange={(event) => setPasted(event.currentTarget.value)}
          />
          <Button
            variant="default"
            mt="xs"
            disabled={pasted.trim() === ''}
            onClick={() => {
              setRows((old) => [
                ...old.filter((row) => row.what !== '' || row.time !== ''),
                ...pastedRows(pasted, pack),
              ]);
              setPasted('');
            }}
          >
            {t.pasteAction}
          </Button>
        </details>
      </Card>
      {Object.keys(problems).length > 0 && (
        <p role="alert" className={css.wrong}>
          {result === null ? t.fix : t.refused}
        </p>
      )}
      {error !== null && <Failure error={error} heading={strings.importing.failed} />}
      <Button type="submit" loading={sending} style={{ justifySelf: 'start' }}>
        {t.submit}
      </Button>
      {result !== null && (
        <Card>
          <LossAccountView
            result={result}
            names={new Map(result.subjects.map((subject) => [subject, person.name]))}
            onOpen={() => {}}
            pack={pack.id}
          />
        </Card>
      )}
    </form>
  );
}
