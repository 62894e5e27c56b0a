import { Button } from '@mantine/core';
import { Card } from '../parts/card.tsx';
import { strings } from '../strings.ts';

interface InputsChangedProps {
  readonly asking: boolean;
  readonly stale: boolean;
  readonly onAsk: () => void;
}

/** New data came in after the proposal was made: it is asked for again, never acted on. */
export function InputsChanged({ asking, stale, onAsk }: InputsChangedProps) {
  const t = strings.proposal;
  return (
    <div role="alert">
      <Card title={t.changedTitle} tone="warning">
        <p>{t.changedText}</p>
        <Button onClick={onAsk} loading={asking} disabled={stale}>
          {t.askNew}
        </Button>
      </Card>
    </div>
  );
}
