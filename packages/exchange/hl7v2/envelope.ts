import type { Problem } from '@gemel/core';
import { hl7v2Errors } from './errors.data.ts';
import type { Span } from './layout.ts';

/** Compares the counts that trailers state (BTS-1 messages of the batch, FTS-1 batches of the file) with what is there. */
export function checkCounts(bytes: Uint8Array, spans: readonly Span[], file: string): readonly Problem[] {
  const problems: Problem[] = [];
  let messages = 0;
  let batches = 0;
  let open: 'BHS' | 'FHS' | null = null;
  for (const span of spans) {
    if (span.kind === 'message') messages++;
    if (span.kind !== 'envelope') continue;
    if (span.id === 'BHS') messages = 0;
    if (span.id === 'BHS' || span.id === 'FHS') open = span.id;
    if (span.id === 'BTS') batches++;
    if (span.id === 'BTS' || span.id === 'FTS') {
      open = null;
      const field = span.delimiters?.field ?? 0x7c;
      const stated =
        new TextDecoder().decode(bytes.subarray(span.start, span.end)).split(String.fromCharCode(field))[1] ?? '';
      const counted = span.id === 'BTS' ? messages : batches;
      if (!/^\d+$/.test(stated.trim()) || Number(stated) === counted) continue;
      const what = span.id === 'BTS' ? 'messages' : 'batches';
      const message = `${span.id}-1 says ${stated} ${what}; there are ${counted}`;
      problems.push(
        hl7v2Errors.problem('hl7v2-batch-count', message, {
          file,
          element: span.id,
          field: `${span.id}-1`,
          byte: span.start,
        }),
      );
    }
  }
  if (open !== null && spans.some((span) => span.kind === 'envelope' && span.id !== 'FHS')) {
    const message = `the ${open === 'BHS' ? 'batch' : 'file'} has a header and no trailer`;
    problems.push(hl7v2Errors.problem('hl7v2-batch-count', message, { file, element: open }));
  }
  return problems;
}
