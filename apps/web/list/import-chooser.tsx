import { Button, FileButton } from '@mantine/core';
import { Icon } from '../parts/icon.tsx';
import { strings } from '../strings.data.ts';
import css from './import-dialog.module.css';

/** Where a file is dropped or chosen. */
export function ImportChooser({ onChoose }: { readonly onChoose: (file: File) => void }) {
  return (
    <div className={css.chooser}>
      <Icon name="file" size={34} />
      <p>{strings.importing.drop}</p>
      <FileButton onChange={(chosen) => chosen !== null && onChoose(chosen)}>
        {(props) => <Button {...props}>{strings.importing.choose}</Button>}
      </FileButton>
      <p className={css.formats}>{strings.importing.formats}</p>
    </div>
  );
}
