import type { ProposalView } from '@gemel/server/api';
import { useState } from 'react';
import { type ApiError, asApiError, post } from '../data/client.ts';
import { type Loaded, useApi } from '../data/use-api.ts';
import { navigate, paths, usePack } from '../navigation.tsx';
import { twinPath } from '../twin/twin-path.ts';

export interface Proposals {
  readonly list: Loaded<ProposalView[]>;
  readonly asking: boolean;
  readonly askError: ApiError | null;
  /** Asks for a new proposal and goes to it. */
  readonly ask: () => Promise<void>;
}

export function useProposals(subject: string): Proposals {
  const pack = usePack();
  const list = useApi<ProposalView[]>(
    `/api/proposals?${new URLSearchParams({ subject, ...(pack === null ? {} : { pack }) })}`,
    {
      renewOn: (event) => event.kind === 'proposal' && event.subject === subject,
    },
  );
  const [asking, setAsking] = useState(false);
  const [askError, setAskError] = useState<ApiError | null>(null);
  const ask = async () => {
    setAsking(true);
    setAskError(null);
    try {
      const proposal = await post<ProposalView>(twinPath(subject, pack, 'advise'));
      list.put([proposal, ...(list.data ?? []).filter((other) => other.id !== proposal.id)]);
      list.reload();
      navigate(paths.proposal(subject, proposal.id, pack));
    } catch (thrown) {
      setAskError(asApiError(thrown));
    } finally {
      setAsking(false);
    }
  };
  return { list, asking, askError, ask };
}
