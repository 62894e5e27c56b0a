import { parseSync } from 'vite';

/** A node of the syntax tree (ESTree with TypeScript). */
export type Node = { readonly type: string; readonly start: number } & Readonly<Record<string, unknown>>;

export interface Parsed {
  readonly program: Node;
  readonly errors: readonly { readonly offset: number; readonly message: string }[];
}

/** Parses TypeScript or JavaScript; the ending of `file` says which. */
export function parse(file: string, source: string): Parsed {
  const { program, errors } = parseSync(file, source);
  return {
    program: program as unknown as Node,
    errors: errors.map((error) => ({ offset: error.labels?.[0]?.start ?? 0, message: error.message })),
  };
}

export interface Import {
  readonly specifier: string;
  readonly offset: number;
  readonly typeOnly: boolean;
}

/** Every import, export-from, dynamic import and import type with a literal specifier. */
export function importsOf(program: Node): readonly Import[] {
  const found: Import[] = [];
  visit(program, (node) => {
    const source = node.source as Node | null | undefined;
    const typeOnly = node.importKind === 'type' || node.exportKind === 'type' || node.type === 'TSImportType';
    if (typeof source?.value === 'string') found.push({ specifier: source.value, offset: node.start, typeOnly });
    return true;
  });
  return found;
}

/** Depth-first; `enter` returns false to leave a node's children out. */
export function visit(root: Node, enter: (node: Node, key: string, parent: Node | null) => boolean): void {
  const walk = (node: Node, key: string, parent: Node | null) => {
    if (!enter(node, key, parent)) return;
    for (const [childKey, child] of Object.entries(node)) {
      if (Array.isArray(child)) {
        for (const item of child) if (isNode(item)) walk(item, childKey, node);
      } else if (isNode(child)) walk(child, childKey, node);
    }
  };
  walk(root, '', null);
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}
