import type {
  Criterion,
  QuantityTest,
  RangeTest,
  ResourceSearch,
  SortKey,
  TextTest,
  TokenTest,
} from '@gemel/core/resource-search';
import { type RawBuilder, sql } from 'kysely';
import type { SearchCursor } from './resource-contract.ts';

/** The number a parameter or a code system has in the index; −1 for one that no row has. */
export type NumberOf = (name: string) => number;

type Sql = RawBuilder<unknown>;

/** Greater than every text, and every number. */
const LAST_TEXT = '\u{10ffff}';
const LAST_NUMBER = Number.MAX_VALUE;

const and = (parts: readonly Sql[]): Sql => (parts.length === 0 ? sql`1 = 1` : sql`(${sql.join(parts, sql` and `)})`);
const or = (parts: readonly Sql[]): Sql => (parts.length === 0 ? sql`1 = 0` : sql`(${sql.join(parts, sql` or `)})`);
const of = (alias: string, column: string): Sql => sql.ref(`${alias}.${column}`);

/** Criteria that one table of the index answers by itself. */
export type Leaf = Extract<Criterion, { readonly kind: 'token' | 'string' | 'range' | 'quantity' | 'reference' }>;

const TABLE: Readonly<Record<Leaf['kind'], string>> = {
  token: 'token_index',
  string: 'string_index',
  range: 'range_index',
  quantity: 'quantity_index',
  reference: 'reference_index',
};

export function isLeaf(criterion: Criterion): criterion is Leaf {
  return Object.hasOwn(TABLE, criterion.kind);
}

/** Makes the SQL of one search; both databases run it. */
export class SearchSql {
  readonly #numberOf: NumberOf;
  #aliases = 0;

  constructor(numberOf: NumberOf) {
    this.#numberOf = numberOf;
  }

  /** How many rows of the index a condition meets, counted up to a limit. */
  estimate(leaf: Leaf, most: number): Sql {
    return sql`select count(*) as n from (select 1 from ${sql.table(TABLE[leaf.kind])} as i where ${this.#rows(leaf, 'i')} limit ${most}) as counted`;
  }

  /**
   * Hits of a search by sort keys, then number: `n`, `seq`, `k0` …. `driver`, where given, is the condition whose hits are few: they
   * are found first and the other conditions asked of each; without one every resource of the type is gone through in order.
   */
  hits(search: ResourceSearch, driver: Leaf | null, limit: number, after: SearchCursor | null): Sql {
    const keys = search.sort.map((key, i) => sql`${this.#sortKey(key)} as ${sql.ref(`k${i}`)}`);
    const columns = sql.join([sql`r.n as n`, sql`r.seq as seq`, ...keys]);
    const inner = sql`select ${columns} from ${this.#from(driver)} where ${this.#where(search, driver)}`;
    const down = search.sort[0]?.descending === true;
    if (search.sort.length === 0) {
      const from = after === null ? sql`` : sql` and r.n > ${after.at(-1)}`;
      return sql`${inner}${from} order by r.n limit ${limit}`;
    }
    const ends = search.sort.map((key, i) => ({ by: sql.ref(`k${i}`), down: key.descending }));
    const order = [...ends, { by: sql.ref('n'), down }];
    const from = after === null ? sql`` : sql` where ${beyond(order, after)}`;
    const by = sql.join(order.map((end) => (end.down ? sql`${end.by} desc` : sql`${end.by} asc`)));
    return sql`select * from (${inner}) as found${from} order by ${by} limit ${limit}`;
  }

  /** Hits in the order of one condition's own index, for a condition of one token or target that very many resources meet. */
  hitsAlong(search: ResourceSearch, along: Leaf, limit: number, after: SearchCursor | null): Sql {
    const others = { ...search, all: search.all.filter((each) => each !== along) };
    const from = after === null ? sql`` : sql` and d.resource > ${after.at(-1)}`;
    return sql`select d.resource as n, r.seq as seq from ${sql.table(TABLE[along.kind])} as d cross join resource as r
      where ${this.#rows(along, 'd')}${from} and r.n = d.resource and ${this.#where(others, null)}
      group by d.resource, r.seq order by d.resource limit ${limit}`;
  }

  /** Hits in the order of the one sort key's index: only those that have a value, which come before all others. */
  hitsSorted(search: ResourceSearch, limit: number, after: SearchCursor | null): Sql {
    const { by, descending } = search.sort[0]!;
    const { kind, param } = by as { readonly kind: 'string' | 'range' | 'quantity'; readonly param: string };
    const column = kind === 'string' ? 'value' : 'low';
    const order = [
      { by: of('d', column), down: descending },
      { by: of('d', 'resource'), down: descending },
    ];
    const from = after === null ? sql`` : sql` and ${beyond(order, after)}`;
    const direction = descending ? sql`desc` : sql`asc`;
    const most = descending ? sql`max` : sql`min`;
    const table = sql.table(TABLE[kind]);
    return sql`select d.resource as n, r.seq as seq, ${of('d', column)} as k0 from ${table} as d cross join resource as r
      where d.param = ${this.#numberOf(param)}${from} and r.n = d.resource and ${this.#where(search, null)}
        and ${of('d', column)} = (select ${most}(${plainly(kind, of('m', column))}) from ${table} as m where m.resource = d.resource and m.param = d.param)
      group by ${of('d', column)}, d.resource, r.seq order by ${of('d', column)} ${direction}, d.resource ${direction} limit ${limit}`;
  }

  count(search: ResourceSearch, driver: Leaf | null): Sql {
    return sql`select count(*) as n from ${this.#from(driver)} where ${this.#where(search, driver)}`;
  }

  /** The resources of the rare condition, where there is one: joined in this order, so that no plan goes through the whole type. */
  #from(driver: Leaf | null): Sql {
    return driver === null ? sql`resource as r` : sql`${this.#found(driver, 'd')} cross join resource as r`;
  }

  /** The numbers of the resources that meet a condition, each once. */
  #found(leaf: Leaf, alias: string): Sql {
    const i = this.#alias();
    return sql`(select distinct ${of(i, 'resource')} as n from ${sql.table(TABLE[leaf.kind])} as ${sql.ref(i)} where ${this.#rows(leaf, i)}) as ${sql.ref(alias)}`;
  }

  #where({ type, all }: ResourceSearch, driver: Leaf | null): Sql {
    // Deleted resources have no index rows; the flag keeps them out of searches without conditions.
    const own = sql`r.type = ${type} and r.deleted = 0`;
    const parts = all.flatMap((each): readonly Sql[] => {
      if (each === driver) return [];
      // A chain is followed from its far end where nothing else is rare: from this end each resource would be asked.
      const far = driver === null && (each.kind === 'chain' || each.kind === 'has');
      return [far ? this.#set(each, 'r') : this.#probe(each, 'r')];
    });
    return and([...(driver === null ? [] : [sql`r.n = d.n`]), own, ...parts]);
  }

  /** Whether the resource `alias` meets it, by a look at that resource's rows. */
  #probe(criterion: Criterion, alias: string): Sql {
    switch (criterion.kind) {
      case 'not':
        return sql`not ${this.#probe(criterion.of, alias)}`;
      case 'any':
        return or(criterion.of.map((each) => this.#probe(each, alias)));
      case 'id':
        return sql`${of(alias, 'id')} in (${sql.join(criterion.any)})`;
      case 'updated':
        return or(criterion.any.map((test) => ends(test, of(alias, 'updated'), of(alias, 'updated'))));
      case 'present': {
        const param = this.#numberOf(criterion.param);
        const tables = Object.values(TABLE).map(
          (table) =>
            sql`exists (select 1 from ${sql.table(table)} as i where i.resource = ${of(alias, 'n')} and i.param = ${param})`,
        );
        return or(tables);
      }
      case 'composite':
        return or(criterion.any.map((parts) => this.#oneElement(parts, alias)));
      case 'chain': {
        const [i, t] = [this.#alias(), this.#alias()];
        return sql`exists (select 1 from reference_index as ${sql.ref(i)} cross join resource as ${sql.ref(t)}
          where ${of(i, 'resource')} = ${of(alias, 'n')} and ${of(i, 'param')} = ${this.#numberOf(criterion.param)}
            and ${of(t, 'key')} = ${of(i, 'target')} and ${this.#target(criterion.type, criterion.all, t, 'probe')})`;
      }
      case 'has': {
        const [i, t] = [this.#alias(), this.#alias()];
        return sql`exists (select 1 from reference_index as ${sql.ref(i)} cross join resource as ${sql.ref(t)}
          where ${of(i, 'param')} = ${this.#numberOf(criterion.param)} and ${of(i, 'target')} = ${of(alias, 'key')}
            and ${of(t, 'n')} = ${of(i, 'resource')} and ${this.#target(criterion.type, criterion.all, t, 'probe')})`;
      }
      default: {
        const i = this.#alias();
        return sql`exists (select 1 from ${sql.table(TABLE[criterion.kind])} as ${sql.ref(i)}
          where ${of(i, 'resource')} = ${of(alias, 'n')} and ${this.#rows(criterion, i)})`;
      }
    }
  }

  /** Whether the resource `alias` is among those that meet it, all of which are found first. */
  #set(criterion: Criterion, alias: string): Sql {
    if (isLeaf(criterion)) {
      const i = this.#alias();
      return sql`${of(alias, 'n')} in (select ${of(i, 'resource')} from ${sql.table(TABLE[criterion.kind])} as ${sql.ref(i)} where ${this.#rows(criterion, i)})`;
    }
    if (criterion.kind === 'chain' || criterion.kind === 'has') {
      const [i, t] = [this.#alias(), this.#alias()];
      const first = criterion.all.find(isLeaf);
      const rest = criterion.all.filter((each) => each !== first);
      const d = this.#alias();
      const from = first === undefined ? sql`` : sql`${this.#found(first, d)} cross join `;
      const met = and([
        ...(first === undefined ? [] : [sql`${of(t, 'n')} = ${of(d, 'n')}`]),
        this.#target(criterion.type, rest, t, 'set'),
        sql`${of(i, 'param')} = ${this.#numberOf(criterion.param)}`,
      ]);
      const [wanted, found, joined] =
        criterion.kind === 'chain'
          ? [of(alias, 'n'), of(i, 'resource'), sql`${of(i, 'target')} = ${of(t, 'key')}`]
          : [of(alias, 'key'), of(i, 'target'), sql`${of(i, 'resource')} = ${of(t, 'n')}`];
      return sql`${wanted} in (select ${found} from ${from}resource as ${sql.ref(t)} cross join reference_index as ${sql.ref(i)} where ${met} and ${joined})`;
    }
    if (criterion.kind === 'any') return or(criterion.of.map((each) => this.#set(each, alias)));
    return this.#probe(criterion, alias);
  }

  #target(type: string, all: readonly Criterion[], alias: string, how: 'probe' | 'set'): Sql {
    const each = all.map((one) => (how === 'probe' ? this.#probe(one, alias) : this.#set(one, alias)));
    return and([sql`${of(alias, 'type')} = ${type} and ${of(alias, 'deleted')} = 0`, ...each]);
  }

  /** One element meets every part: rows of the same place. */
  #oneElement(parts: readonly Criterion[], alias: string): Sql {
    const leaves = parts.filter(isLeaf);
    const names = leaves.map(() => this.#alias());
    const tables = leaves.map((leaf, p) => sql`${sql.table(TABLE[leaf.kind])} as ${sql.ref(names[p]!)}`);
    const wheres = leaves.map((leaf, p) => {
      const same = p === 0 ? [] : [sql`${of(names[p]!, 'place')} = ${of(names[0]!, 'place')}`];
      return and([sql`${of(names[p]!, 'resource')} = ${of(alias, 'n')}`, this.#rows(leaf, names[p]!), ...same]);
    });
    return sql`exists (select 1 from ${sql.join(tables, sql` cross join `)} where ${and(wheres)})`;
  }

  /** Which rows of its table meet a condition. */
  #rows(leaf: Leaf, i: string): Sql {
    const param = sql`${of(i, 'param')} = ${this.#numberOf(leaf.param)}`;
    switch (leaf.kind) {
      case 'token':
        return and([param, this.#tokens(leaf.any, i)]);
      case 'string':
        return and([param, or(leaf.any.map((test) => texts(test, i)))]);
      case 'range':
        return and([param, or(leaf.any.map((test) => ends(test, of(i, 'low'), of(i, 'high'))))]);
      case 'quantity':
        return and([param, or(leaf.any.map((test) => this.#quantities(test, i)))]);
      case 'reference': {
        const exact = leaf.any.filter(({ prefix }) => prefix !== true).map(({ target }) => target);
        const parts = leaf.any
          .filter(({ prefix }) => prefix === true)
          .map(({ target }) => starts(of(i, 'target'), target));
        if (exact.length > 0) parts.push(sql`${of(i, 'target')} in (${sql.join(exact)})`);
        return and([param, or(parts)]);
      }
    }
  }

  #tokens(any: readonly TokenTest[], i: string): Sql {
    const parts: Sql[] = [];
    // Codes of one system go together: a value set has thousands.
    const bySystem = new Map<string | undefined, string[]>();
    for (const { system, code } of any) {
      if (code === undefined) parts.push(sql`${of(i, 'system')} = ${this.#numberOf(system!)}`);
      else bySystem.set(system, [...(bySystem.get(system) ?? []), code]);
    }
    for (const [system, codes] of bySystem) {
      const within =
        codes.length === 1 ? sql`${of(i, 'code')} = ${codes[0]}` : sql`${of(i, 'code')} in (${sql.join(codes)})`;
      parts.push(system === undefined ? within : and([within, sql`${of(i, 'system')} = ${this.#numberOf(system)}`]));
    }
    return or(parts);
  }

  #quantities(test: QuantityTest, i: string): Sql {
    if (test.baseUnit !== undefined)
      return and([
        sql`${of(i, 'base_unit')} = ${this.#numberOf(test.baseUnit)}`,
        ends(test, of(i, 'base_low'), of(i, 'base_high')),
      ]);
    const parts = [ends(test, of(i, 'low'), of(i, 'high'))];
    if (test.system !== undefined) parts.push(sql`${of(i, 'system')} = ${this.#numberOf(test.system)}`);
    if (test.code !== undefined) parts.push(sql`${of(i, 'code')} = ${test.code}`);
    if (test.unit !== undefined)
      parts.push(or([sql`${of(i, 'unit')} = ${test.unit}`, sql`${of(i, 'code')} = ${test.unit}`]));
    return and(parts);
  }

  #sortKey({ by, descending }: SortKey): Sql {
    if (by === '_id') return sql`r.id`;
    if (by === '_lastUpdated') return sql`r.updated`;
    const column = by.kind === 'string' ? 'value' : 'low';
    const most = descending ? sql`max` : sql`min`;
    const none = by.kind === 'string' ? (descending ? '' : LAST_TEXT) : descending ? -LAST_NUMBER : LAST_NUMBER;
    return sql`coalesce((select ${most}(${plainly(by.kind, of('s', column))}) from ${sql.table(TABLE[by.kind])} as s where s.resource = r.n and s.param = ${this.#numberOf(by.param)}), ${none})`;
  }

  #alias(): string {
    return `a${this.#aliases++}`;
  }
}

/** An end asked of an expression: of the bare column, a plan may walk its whole index for the one resource. */
function plainly(kind: 'string' | 'range' | 'quantity', column: Sql): Sql {
  return kind === 'string' ? sql`${column} || ''` : sql`${column} + 0`;
}

function texts({ text, how }: TextTest, i: string): Sql {
  if (how === 'exact') return sql`${of(i, 'exact')} = ${text}`;
  if (how === 'starts') return starts(of(i, 'value'), text);
  return sql`${of(i, 'value')} like ${`%${text.replace(/[\\%_]/g, '\\$&')}%`} escape '\\'`;
}

function starts(column: Sql, text: string): Sql {
  return sql`(${column} >= ${text} and ${column} < ${text + LAST_TEXT})`;
}

function ends({ lowFrom, lowTo, highFrom, highTo }: RangeTest, low: Sql, high: Sql): Sql {
  const parts: Sql[] = [];
  if (lowFrom !== undefined) parts.push(sql`${low} >= ${lowFrom}`);
  // What ends by then began by then: that part an index can find.
  const begins = lowTo === undefined ? highTo : highTo === undefined ? lowTo : Math.min(lowTo, highTo);
  if (begins !== undefined) parts.push(sql`${low} <= ${begins}`);
  if (highFrom !== undefined) parts.push(sql`${high} >= ${highFrom}`);
  if (highTo !== undefined) parts.push(sql`${high} <= ${highTo}`);
  return and(parts);
}

/** What comes after a place in an order of several keys. */
function beyond(order: readonly { readonly by: Sql; readonly down: boolean }[], after: SearchCursor): Sql {
  return or(
    order.map(({ by, down }, i) => {
      const equal = order.slice(0, i).map((end, j) => sql`${end.by} = ${after[j]}`);
      return and([...equal, down ? sql`${by} < ${after[i]}` : sql`${by} > ${after[i]}`]);
    }),
  );
}
