import type { CodedError, Where } from '@gemel/core';
import { parse } from 'fhirpath';
import { pathErrors } from './errors.data.ts';
import { pathFunctions } from './functions.data.ts';

/** A node of a parsed expression. */
export interface SyntaxNode {
  readonly type: string;
  readonly text?: string;
  /** Of a name in backquotes, without them. */
  readonly delimitedText?: string;
  /** Both 1-based, in the expression. */
  readonly start?: { readonly line: number; readonly column: number };
  readonly children?: readonly SyntaxNode[];
}

export interface Syntax {
  readonly root: SyntaxNode;
  /** Names of the functions that are called. */
  readonly functions: ReadonlySet<string>;
  /** Names of the variables (`%name`) that are read. */
  readonly variables: ReadonlySet<string>;
}

/** Fewest and most arguments by the name of a function. */
export type Arities = Readonly<Record<string, readonly [least: number, most: number]>>;

/** Longest expression that is parsed, in characters. */
const LONGEST = 20_000;
/** Variables of the specification; `%context` is what the expression is evaluated on. */
const STANDARD = new Set(['context', 'ucum', 'sct', 'loinc', 'resource', 'rootResource', 'factory']);
const SERVED = new Set(['terminologies', 'server']);

/**
 * Parses an expression and checks its names, so that a misspelt function is found before there are data.
 * `variables`: names that will have values, where they are known.
 * @throws fhirpath-syntax, fhirpath-function, fhirpath-variable, fhirpath-offline
 */
export function parsePath(
  expression: string,
  more: Arities = {},
  variables?: ReadonlySet<string>,
  where: Where = {},
): Syntax {
  const root = parsed(expression, where);
  const functions = new Set<string>();
  const read = new Set<string>();
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    open.push(...(node.children ?? []));
    if (node.type === 'FunctionInvocation') {
      const name = plainName(node.text ?? '');
      const count = node.children?.[0]?.children?.[1]?.children?.length ?? 0;
      const arity = Object.hasOwn(more, name)
        ? more[name]
        : Object.hasOwn(pathFunctions, name)
          ? pathFunctions[name]
          : null;
      if (arity == null)
        throw pathError('fhirpath-function', expression, `there is no function ${name}()`, node, where);
      if (count < arity[0] || count > arity[1]) {
        const asked = arity[0] === arity[1] ? `${arity[0]}` : `${arity[0]} to ${arity[1]}`;
        throw pathError(
          'fhirpath-function',
          expression,
          `${name}() takes ${asked} arguments, not ${count}`,
          node,
          where,
        );
      }
      functions.add(name);
    } else if (node.type === 'ExternalConstantTerm') {
      const name = node.delimitedText ?? node.text ?? '';
      if (SERVED.has(name)) {
        throw pathError('fhirpath-offline', expression, `%${name} stands for a server, and there is none`, node, where);
      }
      if (variables !== undefined && !variables.has(name) && !STANDARD.has(name) && !/^(vs|ext)-/.test(name)) {
        throw pathError('fhirpath-variable', expression, `nothing gives %${name} a value`, node, where);
      }
      read.add(name);
    }
  }
  return { root, functions, variables: read };
}

/** An error that names the expression and, where it is known, the place in it. */
export function pathError(
  code: keyof typeof pathErrors.table & string,
  expression: string,
  message: string,
  node: SyntaxNode | undefined,
  where: Where,
  cause?: unknown,
): CodedError {
  const place = node?.start === undefined ? '' : `, line ${node.start.line}, column ${node.start.column}`;
  const shown = expression.length > 200 ? `${expression.slice(0, 200)}…` : expression;
  return pathErrors.error(code, `"${shown}"${place}: ${message}`, where, undefined, cause);
}

interface ParserFault {
  readonly errors?: readonly (readonly [
    unknown,
    unknown,
    line: number,
    column: number,
    message: string,
    ...unknown[],
  ])[];
}

function parsed(expression: string, where: Where): SyntaxNode {
  if (expression.length > LONGEST) {
    throw pathError('fhirpath-syntax', expression, `it is longer than ${LONGEST} characters`, undefined, where);
  }
  try {
    return parse(expression) as SyntaxNode;
  } catch (cause) {
    const first = (cause as ParserFault).errors?.[0];
    // Nested too deep to be parsed is the one other thing that can go wrong.
    if (first === undefined)
      throw pathError('fhirpath-syntax', expression, 'it cannot be parsed', undefined, where, cause);
    const [, , line, column, message] = first;
    const words = message.replace(/ expecting .*$/s, '').replaceAll('<EOF>', 'the end');
    const node = { type: '', start: { line, column: column + 1 } };
    throw pathError('fhirpath-syntax', expression, words, node, where);
  }
}

function plainName(text: string): string {
  return text.startsWith('`') ? text.slice(1, -1) : text;
}
