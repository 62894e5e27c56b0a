import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { emptyNames, impureGlobals, impureMembers, type Layer, layers, MOST_LINES } from '../layers.data.ts';
import { importsOf, isNode, type Node, parse, visit } from './syntax.ts';

/** A rule broken, with the place and what to do. */
export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: 'direction' | 'boundary' | 'node-folder' | 'pure' | 'undeclared' | 'name' | 'size' | 'syntax';
  readonly message: string;
}

/** What the check must know of the repository besides the file itself. */
export interface Workspace {
  /** Package name → folder from the root: `@gemel/core` → `packages/core`. */
  readonly packages: Readonly<Record<string, string>>;
  /** Folder → names in its package.json; `''` is the root, whose names tests and tools may use too. */
  readonly declared: Readonly<Record<string, readonly string[]>>;
}

/** Checks one source file; `file` is its path from the root with forward slashes. */
export function checkSource(file: string, source: string, workspace: Workspace): readonly Violation[] {
  const { program, errors } = parse(file, source);
  const lineOf = (offset: number) => source.slice(0, offset).split('\n').length;
  const found: Violation[] = [...checkName(file), ...checkSize(file, source)];
  const report = (rule: Violation['rule'], offset: number, message: string) =>
    found.push({ file, line: lineOf(offset), rule, message });
  for (const error of errors) report('syntax', error.offset, error.message);

  const layer = layerOf(file);
  if (!layer) {
    report('boundary', 0, 'stands in no folder of tools/layers.data.ts');
    return found;
  }
  for (const { specifier, offset, typeOnly } of importsOf(program)) {
    const problem = checkImport(file, layer, specifier, typeOnly, workspace);
    if (problem) report(problem[0], offset, problem[1]);
  }
  if (mustBePure(file, layer)) {
    for (const { what, offset } of impureUses(program)) {
      report('pure', offset, `uses ${what}; take it as an argument, or move the file to a folder named node/`);
    }
  }
  return found;
}

/** Checks a file's name and the folders it stands in. */
export function checkName(file: string): readonly Violation[] {
  const parts = file.split('/');
  const name = parts.at(-1)!;
  const stems = [...parts.slice(0, -1), name.split('.')[0]!];
  const found: Violation[] = [];
  const report = (message: string) => found.push({ file, line: 1, rule: 'name', message });
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$/.test(name)) report('is not kebab-case');
  for (const stem of stems) {
    if (emptyNames.includes(stem)) report(`“${stem}” says nothing; name the noun inside`);
  }
  return found;
}

function checkSize(file: string, source: string): readonly Violation[] {
  if (file.endsWith('.data.ts')) return [];
  const lines = source.split('\n').length;
  const reason = /^\s*(\/\*|\/\/)[\s\S]*?long because/i.test(source.slice(0, 400));
  if (lines <= MOST_LINES || reason) return [];
  const message = `has ${lines} lines; split it, or begin it with a comment “Long because …”`;
  return [{ file, line: lines, rule: 'size', message }];
}

/** The layer whose folder holds the file, the deepest first. */
export function layerOf(file: string): (Layer & { readonly root: string }) | undefined {
  const segments = file.split('/');
  for (const layer of layers) {
    const wanted = layer.folder.split('/');
    if (segments.length > wanted.length && wanted.every((part, i) => part === '*' || part === segments[i])) {
      return { ...layer, root: segments.slice(0, wanted.length).join('/') };
    }
  }
  return undefined;
}

function isTest(file: string): boolean {
  return /\.(test|bench)\.tsx?$/.test(file) || file.split('/').includes('fixtures');
}

function inNodeFolder(file: string): boolean {
  return file.split('/').slice(0, -1).includes('node');
}

function mustBePure(file: string, layer: Layer): boolean {
  return layer.pure && !isTest(file) && !inNodeFolder(file);
}

function checkImport(
  file: string,
  layer: Layer & { readonly root: string },
  specifier: string,
  typeOnly: boolean,
  workspace: Workspace,
): readonly [Violation['rule'], string] | null {
  if (specifier.startsWith('.')) {
    const target = posix.normalize(posix.join(posix.dirname(file), specifier));
    const within = `${target}/`.startsWith(`${layer.root}/`);
    if (!within && !(layer.imports === 'all' && isUnnamed(target, workspace))) {
      return ['boundary', `imports ${specifier} across folders; import the package by its name`];
    }
    return nodeFolderRule(file, layer, target, typeOnly, specifier);
  }
  const bare = specifier.replace(/^node:/, '').split('/')[0]!;
  if (specifier.startsWith('node:') || builtinModules.includes(bare)) {
    return mustBePure(file, layer) ? ['pure', `imports ${specifier} outside a folder named node/`] : null;
  }
  const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : bare;
  const target = workspace.packages[name];
  if (target === undefined) {
    const names = [
      ...(workspace.declared[layer.root] ?? []),
      ...(mayUseRoot(file, layer) ? workspace.declared['']! : []),
    ];
    return names.includes(name)
      ? null
      : ['undeclared', `imports ${name}, which ${layer.root}/package.json does not name`];
  }
  if (target === layer.root) return null;
  const path = posix.join(target, specifier.slice(name.length + 1));
  if (
    layer.imports !== 'all' &&
    !layer.imports.some(
      (allowed) => `${path}/`.startsWith(`${allowed}/`) || (path === target && allowed.startsWith(`${target}/`)),
    )
  ) {
    return [
      'direction',
      `imports ${specifier}; ${layer.folder} may import only ${layer.imports.join(', ') || 'nothing of ours'}`,
    ];
  }
  const declared = workspace.declared[layer.root];
  if (declared && !declared.includes(name)) {
    return ['undeclared', `imports ${name}, which ${layer.root}/package.json does not name`];
  }
  return nodeFolderRule(file, layer, path, typeOnly, specifier);
}

/** A folder that is no package (tools, evidence) can be reached by path alone. */
function isUnnamed(target: string, workspace: Workspace): boolean {
  const root = layerOf(target)?.root;
  return root !== undefined && !Object.values(workspace.packages).includes(root);
}

function mayUseRoot(file: string, layer: Layer): boolean {
  return (
    isTest(file) || file.endsWith('-contract.ts') || !layer.folder.includes('/') || layer.folder.startsWith('examples')
  );
}

/** Pure code never loads a node/ folder: it would drag disk and clock in behind its back. Types are free. */
function nodeFolderRule(
  file: string,
  layer: Layer,
  target: string,
  typeOnly: boolean,
  specifier: string,
): readonly [Violation['rule'], string] | null {
  if (typeOnly || !mustBePure(file, layer) || !target.split('/').includes('node')) return null;
  return ['node-folder', `imports ${specifier} from a folder named node/; only apps and node/ folders may`];
}

function impureUses(program: Node): readonly { readonly what: string; readonly offset: number }[] {
  const own = declaredNames(program);
  const found: { what: string; offset: number }[] = [];
  const isGlobal = (node: Node | undefined, name?: string) =>
    node?.type === 'Identifier' && (name === undefined || node.name === name) && !own.has(node.name as string);
  visit(program, (node, key, parent) => {
    if (node.type.startsWith('TS') && !/^TS(As|Satisfies|NonNull|Instantiation)Expression$/.test(node.type))
      return false;
    if (node.type === 'MemberExpression' && isGlobal(node.object as Node)) {
      const member = node.property as Node;
      const path = `${(node.object as Node).name}.${member.name ?? member.value}`;
      if (impureMembers.includes(path)) found.push({ what: path, offset: node.start });
    }
    if ((node.type === 'NewExpression' || node.type === 'CallExpression') && isGlobal(node.callee as Node, 'Date')) {
      const empty = (node.arguments as readonly unknown[]).length === 0 || node.type === 'CallExpression';
      if (empty) found.push({ what: 'the clock by Date()', offset: node.start });
    }
    const isReference = node.type === 'Identifier' && !isName(key, parent) && isGlobal(node);
    if (isReference && impureGlobals.includes(node.name as string)) {
      found.push({ what: node.name as string, offset: node.start });
    }
    return true;
  });
  return found;
}

/** An identifier that names a member and refers to nothing. */
function isName(key: string, parent: Node | null): boolean {
  if (parent === null || parent.computed === true) return false;
  return key === 'property' || key === 'key';
}

/** Every name the file binds itself, anywhere: such a name is not the global. */
function declaredNames(program: Node): ReadonlySet<string> {
  const names = new Set<string>();
  const bind = (pattern: unknown) => {
    if (!isNode(pattern)) return;
    if (pattern.type === 'Identifier') names.add(pattern.name as string);
    else if (pattern.type === 'AssignmentPattern') bind(pattern.left);
    else if (pattern.type === 'RestElement') bind(pattern.argument);
    else if (pattern.type === 'ArrayPattern') (pattern.elements as readonly unknown[]).forEach(bind);
    else if (pattern.type === 'ObjectPattern') {
      for (const property of pattern.properties as readonly Node[]) bind(property.value ?? property.argument);
    }
  };
  visit(program, (node) => {
    if (node.type === 'VariableDeclarator' || /^(Function|Class)/.test(node.type)) bind(node.id);
    if (/Function/.test(node.type) && Array.isArray(node.params)) node.params.forEach(bind);
    if (node.type === 'CatchClause') bind(node.param);
    if (/^Import.*Specifier$/.test(node.type)) bind(node.local);
    return true;
  });
  return names;
}
