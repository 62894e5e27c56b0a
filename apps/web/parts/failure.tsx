import { Button } from '@mantine/core';
import type { ApiError } from '../data/client.ts';
import { strings } from '../strings.data.ts';
import { Card } from './card.tsx';

interface FailureProps {
  readonly error: ApiError;
  readonly heading?: string;
  readonly onRetry?: () => void;
}

/** What failed, what it means and what to try. */
export function Failure({ error, heading = strings.errors.heading, onRetry }: FailureProps) {
  return (
    <div role="alert">
      <Card title={heading} tone="high">
        <p>{error.message}</p>
        {error.problem !== null && (
          <p>
            {error.problem.remedy} <small>({strings.errors.code(error.problem.code)})</small>
          </p>
        )}
        {error.passing && onRetry !== undefined && <p>{strings.errors.again}</p>}
        {onRetry !== undefined && (
          <Button onClick={onRetry} variant="default">
            {strings.retry}
          </Button>
        )}
      </Card>
    </div>
  );
}
