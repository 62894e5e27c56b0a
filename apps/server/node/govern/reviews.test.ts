import { instant } from '@gemel/core';
import { memory } from '@gemel/store/memory';
import { expect, it } from 'vitest';
import { closeReview, listReviews, REVIEWS } from './reviews.ts';

it('an access past consent is reviewed by somebody else than who made it', async () => {
  const store = memory();
  const at = instant(1000);
  const agent = 'person|dr-vogt';
  await store.append([
    {
      id: 'a',
      subject: 'mrn|1',
      kind: 'access',
      trueAt: at,
      knownAt: at,
      payload: { request: { subject: 'mrn|1', action: 'read', type: 'Twin' } },
    },
    {
      id: 'o',
      subject: REVIEWS,
      kind: 'access',
      trueAt: at,
      knownAt: at,
      payload: { kind: 'opened', access: 'a', agent, reason: 'unconscious' },
    },
  ]);
  const finding = { person: 'Somebody', finding: 'was justified' };
  await expect(closeReview(store, 'a', finding, at, agent)).rejects.toMatchObject({ code: 'server-review-own' });
  expect((await listReviews(store))[0]!.closed).toBeNull();
  await closeReview(store, 'a', finding, at, 'person|dr-lind');
  expect((await listReviews(store))[0]!.closed).toMatchObject(finding);
});
