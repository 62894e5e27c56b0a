import type { PackRecords, Status } from '@gemel/server/api';
import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useOffer } from '../data/preferences.tsx';
import { useApi } from '../data/use-api.ts';
import { Card } from '../parts/card.tsx';
import { Failure } from '../parts/failure.tsx';
import { LoadingCard } from '../parts/loading.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { strings } from '../strings.data.ts';
import { EntryForm } from './entry-form.tsx';

/** Records typed or pasted by hand: the twin that reads them is chosen first. */
export default function EntryPage() {
  useOffer([]);
  const t = strings.entry;
  const status = useApi<Status>('/api/status');
  const [chosen, setChosen] = useState('');
  const pack = useApi<PackRecords>(chosen === '' ? null : `/api/packs/${encodeURIComponent(chosen)}`);
  const titles = [...(status.data?.packs ?? [])].sort((a, b) => a.title.localeCompare(b.title, strings.locale));
  return (
    <>
      <PageTitle title={t.title} lead={t.lead} />
      {status.error !== null && status.data === undefined && <Failure error={status.error} onRetry={status.reload} />}
      <Card>
        <NativeSelect
          label={t.twin}
          data={[{ value: '', label: t.choose }, ...titles.map(({ id, title }) => ({ value: id, label: title }))]}
          value={chosen}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
      </Card>
      {pack.error !== null && pack.data === undefined && <Failure error={pack.error} onRetry={pack.reload} />}
      {chosen !== '' && pack.data === undefined && pack.error === null && <LoadingCard lines={6} />}
      {pack.data !== undefined && <EntryForm key={pack.data.id} pack={pack.data} />}
    </>
  );
}
