import type { JobView } from '@gemel/server/api';
import { useState } from 'react';
import { type ApiError, asApiError, post, request } from '../data/client.ts';
import { useLive } from '../data/live.ts';
import { usePack } from '../navigation.tsx';
import { twinPath } from '../twin/twin-path.ts';

export interface Calibration {
  readonly job: JobView | null;
  readonly error: ApiError | null;
  readonly running: boolean;
  readonly start: () => Promise<void>;
  readonly cancel: () => Promise<void>;
}

/** The subject's calibration: begun or found running, its progress by live events. */
export function useCalibration(subject: string): Calibration {
  const pack = usePack();
  const [job, setJob] = useState<JobView | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  useLive((event) => {
    if (event.kind === 'job' && event.job.kind === 'calibrate' && event.job.subject === subject) setJob(event.job);
  });
  const attempt = async (work: () => Promise<JobView>) => {
    setError(null);
    try {
      setJob(await work());
    } catch (thrown) {
      setError(asApiError(thrown));
    }
  };
  return {
    job,
    error,
    running: job?.state === 'queued' || job?.state === 'running',
    start: () => attempt(() => post<JobView>(twinPath(subject, pack, 'calibrate'))),
    cancel: async () => {
      if (job !== null)
        await attempt(() => request<JobView>(`/api/jobs/${encodeURIComponent(job.id)}`, { method: 'DELETE' }));
    },
  };
}
