import type { ActionResult } from '@gemel/server/api';
import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { Card } from '../parts/card.tsx';
import { download, fileStem } from '../parts/download.ts';
import { Icon } from '../parts/icon.tsx';
import { Scroller } from '../parts/scroller.tsx';
import { strings } from '../strings.data.ts';
import css from './recorded-card.module.css';

/** What was written after the decision: a FHIR bundle, whose order stays a draft. */
export function RecordedCard({ result }: { readonly result: ActionResult }) {
  const t = strings.proposal;
  const text = JSON.stringify(result.bundle, null, 2);
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => card.current?.focus(), []);
  return (
    <div ref={card} tabIndex={-1} className={css.recorded} data-testid="recorded">
      <Card title={`${t.recorded}: ${t.status[result.proposal.status]}`}>
        <p role="status">{t.recordedText}</p>
        <Button
          leftSection={<Icon name="download" size={17} />}
          onClick={() =>
            download(`gemel-${fileStem(result.proposal.subject)}-bundle.json`, 'application/fhir+json', text)
          }
        >
          {t.bundle}
        </Button>
        <details className={css.bundle}>
          <summary>{t.showBundle}</summary>
          <Scroller label={t.showBundle} tall>
            <pre>{text}</pre>
          </Scroller>
        </details>
      </Card>
    </div>
  );
}
