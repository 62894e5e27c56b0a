import type { Where } from '@gemel/core';

/** The place of a problem in one line: file, element, field, line. */
export function whereText(where: Where): string {
  const parts: string[] = [];
  if (where.file !== undefined) parts.push(where.file);
  if (where.line !== undefined) parts.push(`line ${where.line}`);
  if (where.element !== undefined) parts.push(where.element);
  if (where.field !== undefined) parts.push(where.field);
  if (where.byte !== undefined) parts.push(`byte ${where.byte}`);
  return parts.length === 0 ? '' : `${parts.join(', ')}.`;
}
