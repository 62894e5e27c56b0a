import { Skeleton } from '@mantine/core';
import { strings } from '../strings.data.ts';
import { Card } from './card.tsx';

/** Where content will be; says so to those who cannot see it. */
export function LoadingCard({ lines = 4 }: { readonly lines?: number }) {
  return (
    <Card>
      <p className="visually-hidden" role="status">
        {strings.loading}
      </p>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are alike and never move
        <Skeleton key={line} height={line === 0 ? 28 : 16} width={line === 0 ? '40%' : '100%'} my={10} />
      ))}
    </Card>
  );
}
