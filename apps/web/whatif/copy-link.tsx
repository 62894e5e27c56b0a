import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { Icon } from '../parts/icon.tsx';
import { strings } from '../strings.data.ts';

/** Copies the full address of what is shown. */
export function CopyLink({ path }: { readonly path: string }) {
  const clipboard = useClipboard({ timeout: 2_000 });
  return (
    <Button
      variant="default"
      leftSection={<Icon name={clipboard.copied ? 'check' : 'link'} size={17} />}
      onClick={() => clipboard.copy(location.origin + path)}
    >
      {clipboard.copied ? strings.whatif.copied : strings.whatif.copy}
    </Button>
  );
}
