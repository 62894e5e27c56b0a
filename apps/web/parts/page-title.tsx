import { type ReactNode, useEffect } from 'react';
import { strings } from '../strings.data.ts';
import css from './page-title.module.css';

interface PageTitleProps {
  readonly title: string;
  /** The document's title where it says more than the heading. */
  readonly documentTitle?: string;
  readonly lead?: ReactNode;
  readonly aside?: ReactNode;
}

/** The one h1 of a page, and the document's title. */
export function PageTitle({ title, documentTitle = title, lead, aside }: PageTitleProps) {
  useEffect(() => {
    document.title = strings.title(documentTitle);
  }, [documentTitle]);
  return (
    <div className={css.row}>
      <div>
        <h1 className={css.title}>{title}</h1>
        {lead !== undefined && <div className={css.lead}>{lead}</div>}
      </div>
      {aside !== undefined && <div className={css.aside}>{aside}</div>}
    </div>
  );
}
