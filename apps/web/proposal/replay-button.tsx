import type { ReplayResult } from '@gemel/server/api';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { type ApiError, asApiError, post } from '../data/client.ts';
import { Failure } from '../parts/failure.tsx';
import { strings } from '../strings.data.ts';

/** Recomputes the proposal from the log as it was then known, and says whether it is the same. */
export function ReplayButton({ id }: { readonly id: string }) {
  const [working, setWorking] = useState(false);
  const [result, setResult] = useState<ReplayResult | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const t = strings.proposal;
  const replay = async () => {
    setWorking(true);
    setError(null);
    try {
      setResult(await post<ReplayResult>(`/api/proposals/${encodeURIComponent(id)}/replay`));
    } catch (thrown) {
      setError(asApiError(thrown));
    } finally {
      setWorking(false);
    }
  };
  return (
    <>
      <Button variant="default" size="xs" loading={working} onClick={() => void replay()}>
        {t.replay}
      </Button>
      {result !== null && (
        <div role="status" data-testid="replayed">
          {result.equal ? t.replayed : t.replayDiffers}
          {result.differences.length > 0 && (
            <ul>
              {result.differences.map((difference) => (
                <li key={difference}>{difference}</li>
              ))}
            </ul>
          )}
        </div>
      )}
      {error !== null && <Failure error={error} />}
    </>
  );
}
