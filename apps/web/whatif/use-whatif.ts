import type { WhatIfControl, WhatIfResult } from '@gemel/server/api';
import { useEffect, useState } from 'react';
import { type ApiError, asApiError, post } from '../data/client.ts';
import { strings } from '../strings.data.ts';

export interface WhatIf {
  /** The newest answer; an older one stays until the next is there. */
  readonly result: WhatIfResult | null;
  readonly error: ApiError | null;
  readonly working: boolean;
  /** From asking to answer, ms. */
  readonly took: number | null;
}

/** A slider held still this long is asked about, ms. */
const REST = 120;

/** Asks for A as planned beside B; `basis` changes when the twin's data do. */
export function useWhatIf(subject: string, controls: readonly WhatIfControl[], basis: string): WhatIf {
  const [state, setState] = useState<WhatIf>({ result: null, error: null, working: true, took: null });
  const asked = JSON.stringify(controls);
  useEffect(() => {
    void basis;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      setState((old) => ({ ...old, working: true }));
      const began = performance.now();
      const arms = [
        { title: strings.whatif.titleA, controls: [] },
        { title: strings.whatif.titleB, controls: JSON.parse(asked) as WhatIfControl[] },
      ];
      try {
        const path = `/api/twins/${encodeURIComponent(subject)}/whatif`;
        const result = await post<WhatIfResult>(path, { arms }, abort.signal);
        setState({ result, error: null, working: false, took: Math.round(performance.now() - began) });
      } catch (thrown) {
        const error = asApiError(thrown);
        if (error !== null && !abort.signal.aborted) setState((old) => ({ ...old, error, working: false }));
      }
    }, REST);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [subject, asked, basis]);
  return state;
}
