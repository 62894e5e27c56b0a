import type { Trace } from '@gemel/core';
import { Button } from '@mantine/core';
import { download, fileStem } from '../parts/download.ts';
import { Icon } from '../parts/icon.tsx';
import { strings } from '../strings.data.ts';

/** The whole decision trace as a file: what a replay needs. */
export function TraceFile({ trace }: { readonly trace: Trace }) {
  const save = () =>
    download(
      `gemel-${fileStem(trace.subject)}-trace.json`,
      'application/json',
      JSON.stringify({ banner: strings.banner, trace }, null, 2),
    );
  return (
    <Button variant="default" size="xs" leftSection={<Icon name="download" size={15} />} onClick={save}>
      {strings.proposal.downloadTrace}
    </Button>
  );
}
