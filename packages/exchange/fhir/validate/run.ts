import type { Definitions } from './definitions.ts';
import { type Json, type Node, resourceNode } from './invariant/node.ts';
import { expressionOf, type Issue, issue, type Place, type Severity } from './issue.ts';
import type { ProfileTable } from './profile-table.ts';
import type { RuleId } from './rules.data.ts';
import type { TypeTable } from './type-table.ts';
import type { ValueSets } from './value-sets.ts';

/** How a resource is to be checked. */
export interface ValidateOptions {
  /** Profiles that the resource is to meet, beside those it names itself. */
  readonly profiles?: readonly string[];
  /** What an extension is whose definition is not at hand. */
  readonly unknownExtensions?: 'warning' | 'error';
  /** Check names, types, cardinality, codes of code elements and types of references alone. */
  readonly structureOnly?: boolean;
  /** Also check against the vital-sign profiles that R4 asks for by LOINC code. Default true. */
  readonly vitalSigns?: boolean;
}

/** All that is computed once from one set of definitions. */
export interface Tables {
  readonly definitions: Definitions;
  readonly types: TypeTable;
  readonly profiles: ProfileTable;
  readonly sets: ValueSets;
}

/** Most issues that are told of one resource. */
const MOST = 1000;

/** One check of one resource: where issues gather. */
export class Run {
  readonly tables: Tables;
  readonly options: ValidateOptions;
  readonly issues: Issue[] = [];

  constructor(tables: Tables, options: ValidateOptions) {
    this.tables = tables;
    this.options = options;
  }

  report(rule: RuleId, place: Place, text: string, severity?: Severity): void {
    if (this.issues.length < MOST) this.issues.push(issue(rule, expressionOf(place), text, severity));
  }
}

/** An entry of a Bundle, for references. */
export interface Entry {
  readonly index: number;
  readonly fullUrl: string | undefined;
  readonly resource: Json;
}

/** What stands around an element: its resource, what contains that, and the Bundle they came in. */
export interface Scope {
  readonly resource: Json;
  readonly node: Node;
  readonly place: Place;
  /** The resource that contains this one. */
  readonly container: Scope | undefined;
  /** The scope of the Bundle this resource is an entry of, and that entry's URL. */
  readonly bundle: BundleScope | undefined;
  readonly fullUrl: string | undefined;
  readonly contained: ReadonlyMap<string, Json>;
  /** Ids of contained resources that something refers to, gathered on the way. */
  readonly referred: Set<string>;
}

export interface BundleScope {
  readonly scope: Scope;
  readonly type: unknown;
  readonly byUrl: ReadonlyMap<string, readonly Entry[]>;
  /** By `Type/id`. */
  readonly byKey: ReadonlyMap<string, readonly Entry[]>;
  /** By `Type`, of transactions that refer by a search. */
  readonly entries: readonly Entry[];
  readonly above: BundleScope | undefined;
}

export function scopeOf(
  resource: Json,
  place: Place,
  tables: Tables,
  more: { readonly container?: Scope; readonly bundle?: BundleScope; readonly fullUrl?: string } = {},
): Scope {
  const contained = new Map<string, Json>();
  if (Array.isArray(resource.contained)) {
    for (const each of resource.contained) {
      if (typeof each === 'object' && each !== null && typeof (each as Json).id === 'string')
        contained.set((each as Json).id as string, each as Json);
    }
  }
  return {
    resource,
    node: resourceNode(resource, tables.types),
    place,
    container: more.container,
    bundle: more.bundle,
    fullUrl: more.fullUrl,
    contained,
    referred: new Set(),
  };
}
