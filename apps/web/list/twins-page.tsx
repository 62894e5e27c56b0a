import type { LiveEvent, TwinSummary } from '@gemel/server/api';
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useNow } from '../data/clock.ts';
import { isStale, newestAt } from '../data/headline.ts';
import { useOffer } from '../data/preferences.tsx';
import { useApi } from '../data/use-api.ts';
import { Link, paths } from '../navigation.tsx';
import { Card } from '../parts/card.tsx';
import { Empty } from '../parts/empty.tsx';
import { Failure } from '../parts/failure.tsx';
import { Icon } from '../parts/icon.tsx';
import { LoadingCard } from '../parts/loading.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { strings } from '../strings.data.ts';
import { ImportDialog } from './import-dialog.tsx';
import { TwinList } from './twin-list.tsx';
import css from './twins-page.module.css';
import { useAnswerTime } from './use-answer-time.ts';
import { useFileDrop } from './use-file-drop.ts';

/** From this many twins on a name can be searched for. */
const SEARCH_FROM = 8;

const concerns = (event: LiveEvent) => event.kind !== 'clock' && (event.kind !== 'job' || event.job.state === 'done');

export function TwinsPage() {
  const { data, error, reload } = useApi<TwinSummary[]>('/api/twins', { renewOn: concerns });
  const answeredAt = useAnswerTime(data);
  const now = useNow();
  const [sought, setSought] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [importing, setImporting] = useState(false);
  const begin = (chosen: File | null) => {
    setFile(chosen);
    setImporting(true);
  };
  useOffer(data?.map((twin) => twin.view.units) ?? []);
  const dragging = useFileDrop(begin);
  const importButton = (
    <Button leftSection={<Icon name="upload" size={18} />} onClick={() => begin(null)}>
      {strings.importing.button}
    </Button>
  );
  const found = data?.filter((twin) => twin.name.toLowerCase().includes(sought.trim().toLowerCase()));

  return (
    <>
      <PageTitle
        title={strings.twins.title}
        lead={
          data !== undefined && data.length > 0 ? <Summary twins={data} now={now} answeredAt={answeredAt} /> : undefined
        }
        aside={
          <>
            {data !== undefined && data.length >= SEARCH_FROM && (
              <TextInput
                aria-label={strings.twins.search}
                placeholder={strings.twins.search}
                leftSection={<Icon name="search" size={16} />}
                value={sought}
                onChange={(event) => setSought(event.currentTarget.value)}
              />
            )}
            <Link href={paths.enter()} className={css.enter}>
              {strings.entry.button}
            </Link>
            {importButton}
          </>
        }
      />
      {error !== null && data === undefined && <Failure error={error} onRetry={reload} />}
      {error === null && data === undefined && <LoadingCard lines={6} />}
      {data?.length === 0 && (
        <Card>
          <Empty
            title={strings.twins.emptyTitle}
            text={strings.twins.emptyText}
            action={
              <>
                {importButton}{' '}
                <Link href={paths.enter()} className={css.enter}>
                  {strings.entry.button}
                </Link>
              </>
            }
          />
        </Card>
      )}
      {found !== undefined && found.length > 0 && <TwinList twins={found} now={now} answeredAt={answeredAt} />}
      {found?.length === 0 && data!.length > 0 && (
        <Card>
          <p>{strings.twins.nothingFound(sought)}</p>
        </Card>
      )}
      <ImportDialog
        opened={importing}
        file={file}
        onClose={() => setImporting(false)}
        onImported={reload}
        names={new Map(data?.map((twin) => [twin.subject, twin.name]))}
      />
      {dragging && <DropHint />}
    </>
  );
}

function Summary({ twins, now, answeredAt }: { twins: readonly TwinSummary[]; now: number; answeredAt: number }) {
  const high = twins.filter((twin) => twin.risk === 'high').length;
  const stale = twins.filter((twin) => isStale(newestAt(twin, answeredAt), now, twin.view.staleMinutes)).length;
  const open = twins.reduce((sum, twin) => sum + twin.openProposals, 0);
  const parts = [strings.twins.summary(twins.length)];
  if (high > 0) parts.push(strings.twins.high(high));
  if (stale > 0) parts.push(strings.twins.stale(stale));
  if (open > 0) parts.push(strings.twins.open(open));
  return (
    <>
      {parts.join(', ')}. {strings.twins.order}
    </>
  );
}

function DropHint() {
  return (
    <div
      aria-hidden="true"
      style={{
        position: 'fixed',
        inset: 12,
        zIndex: 500,
        display: 'grid',
        placeItems: 'center',
        border: '3px dashed var(--accent)',
        borderRadius: 16,
        background: 'color-mix(in srgb, var(--surface) 88%, transparent)',
        fontSize: 24,
        fontWeight: 650,
        pointerEvents: 'none',
      }}
    >
      {strings.importing.dropAnywhere}
    </div>
  );
}
