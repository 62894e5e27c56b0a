import type { SyntaxNode } from '../path/syntax.ts';

/** Runs on JSON, and gives JSON values. */
export type DirectPath = (focus: unknown) => unknown[];

export function directPath(_root: SyntaxNode, _whole: boolean): DirectPath | null {
  return null;
}
