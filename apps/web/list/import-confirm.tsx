import { Button, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { strings } from '../strings.data.ts';
import css from './import-dialog.module.css';

interface ImportConfirmProps {
  readonly file: File;
  readonly names: ReadonlyMap<string, string>;
  /** Empty: whom the file names. */
  readonly onRead: (subject: string) => void;
}

/** Whose records the file holds, where there are twins already: what is taken in is never taken out again. */
export function ImportConfirm({ file, names, onRead }: ImportConfirmProps) {
  const [subject, setSubject] = useState('');
  const t = strings.importing;
  const size = (file.size / 1024).toLocaleString(strings.locale, { maximumFractionDigits: 1 });
  return (
    <div className={css.confirm}>
      <p>
        <strong>{file.name}</strong>, {size} kB
      </p>
      <NativeSelect
        label={t.subject}
        description={t.subjectChoice}
        data={[{ value: '', label: t.asNamed }, ...[...names].map(([value, label]) => ({ value, label }))]}
        value={subject}
        onChange={(event) => setSubject(event.currentTarget.value)}
      />
      <Button onClick={() => onRead(subject)} style={{ justifySelf: 'start' }}>
        {t.take}
      </Button>
    </div>
  );
}
