import type { ImportResult, ProblemDetails } from '@gemel/server/api';
import { Button, Loader, Modal } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { type ApiError, asApiError, request } from '../data/client.ts';
import { Failure } from '../parts/failure.tsx';
import { strings } from '../strings.data.ts';
import { ImportChooser } from './import-chooser.tsx';
import { ImportConfirm } from './import-confirm.tsx';
import css from './import-dialog.module.css';
import { ImportNeeds, type Needs, needsOf } from './import-needs.tsx';
import { LossAccountView } from './loss-account-view.tsx';

interface ImportDialogProps {
  readonly opened: boolean;
  /** A file dropped on the page; null opens the dialog to choose one. */
  readonly file: File | null;
  readonly onClose: () => void;
  readonly onImported: () => void;
  readonly names: ReadonlyMap<string, string>;
}

type Stage =
  | { readonly at: 'choose' }
  | { readonly at: 'confirm'; readonly file: File }
  | { readonly at: 'reading'; readonly file: File }
  | { readonly at: 'failed'; readonly file: File; readonly error: ApiError }
  | { readonly at: 'done'; readonly file: File; readonly result: ImportResult };

const NOTHING_GIVEN: Needs<string> = { zone: '', unit: '', dates: '', subject: '' };

function address(file: File, given: Needs<string>): string {
  const query = new URLSearchParams({ name: file.name });
  for (const [name, value] of Object.entries(given)) if (value.trim() !== '') query.set(name, value.trim());
  return `/api/import?${query}`;
}

/** Takes a file in and accounts for every entry of it; asks for zone, unit or person only when the file lacks them. */
export function ImportDialog({ opened, file, onClose, onImported, names }: ImportDialogProps) {
  const [stage, setStage] = useState<Stage>({ at: 'choose' });
  const [given, setGiven] = useState<Needs<string>>(NOTHING_GIVEN);
  const abort = useRef<AbortController>(undefined);
  const t = strings.importing;

  const read = async (chosen: File, more: Needs<string>) => {
    abort.current?.abort();
    abort.current = new AbortController();
    const { signal } = abort.current;
    setStage({ at: 'reading', file: chosen });
    try {
      const headers = { 'content-type': 'application/octet-stream' };
      const result = await request<ImportResult>(address(chosen, more), {
        method: 'POST',
        body: chosen,
        headers,
        signal,
      });
      setStage({ at: 'done', file: chosen, result });
      onImported();
    } catch (thrown) {
      const error = asApiError(thrown);
      if (error !== null) setStage({ at: 'failed', file: chosen, error });
    }
  };
  const begin = (chosen: File, subject: string) => {
    const said = { ...NOTHING_GIVEN, subject };
    setGiven(said);
    void read(chosen, said);
  };
  const choose = (chosen: File) => {
    if (names.size > 0) setStage({ at: 'confirm', file: chosen });
    else begin(chosen, '');
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only opening, or another file, begins anew
  useEffect(() => {
    if (!opened) return;
    if (file === null) setStage({ at: 'choose' });
    else choose(file);
  }, [opened, file]);
  const close = () => {
    abort.current?.abort();
    onClose();
  };

  const problems: readonly Pick<ProblemDetails, 'remedy'>[] =
    stage.at === 'failed'
      ? stage.error.problem === null
        ? []
        : [stage.error.problem]
      : stage.at === 'done'
        ? stage.result.account.problems
        : [];
  const needs = needsOf(problems);
  const asks = Object.values(needs).includes(true);
  return (
    <Modal opened={opened} onClose={close} title={t.title} size="xl" closeButtonProps={{ 'aria-label': strings.close }}>
      {stage.at === 'choose' && <ImportChooser onChoose={choose} />}
      {stage.at === 'confirm' && (
        <ImportConfirm file={stage.file} names={names} onRead={(subject) => begin(stage.file, subject)} />
      )}
      {stage.at === 'reading' && (
        <p role="status" className={css.reading}>
          <Loader size="sm" /> {t.reading(stage.file.name)}
        </p>
      )}
      {stage.at === 'failed' && !asks && <Failure error={stage.error} heading={t.failed} />}
      {stage.at === 'failed' && asks && (
        <div role="alert">
          <p className={css.verdict}>{t.unsaid}</p>
          <p>{stage.error.message}</p>
        </div>
      )}
      {(stage.at === 'failed' || stage.at === 'done') && asks && (
        <ImportNeeds needs={needs} given={given} onChange={setGiven} onAgain={() => void read(stage.file, given)} />
      )}
      {stage.at === 'done' && <LossAccountView result={stage.result} names={names} onOpen={close} />}
      {(stage.at === 'failed' || stage.at === 'done') && (
        <Button variant="subtle" mt="md" onClick={() => setStage({ at: 'choose' })}>
          {t.another}
        </Button>
      )}
    </Modal>
  );
}
