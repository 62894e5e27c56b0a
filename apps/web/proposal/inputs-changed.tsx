import { Button } from '@mantine/core';
import { Card } from '../parts/card.tsx';
import { strings } from '../strings.data.ts';

interface InputsChangedProps {
  /** What the server says has changed; null where it is only seen that new values came in. */
  readonly message: string | null;
  readonly asking: boolean;
  readonly stale: boolean;
  readonly onAsk: () => void;
}

/** New data came in after the proposal was made: it is asked for again, not agreed to. */
export function InputsChanged({ message, asking, stale, onAsk }: InputsChangedProps) {
  const t = strings.proposal;
  return (
    <div role="alert">
      <Card title={t.changedTitle} tone="warning">
        <p>{message === null ? t.newData : `${message} ${t.changedText}`}</p>
        <Button onClick={onAsk} loading={asking} disabled={stale}>
          {t.askNew}
        </Button>
      </Card>
    </div>
  );
}
