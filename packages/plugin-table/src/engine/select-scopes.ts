import type { DuckDBConnection } from '@duckdb/node-api'
import type { ExpressionNode, ExpressionTree } from './expression-tree.js'
import { type ResultColumn, resultColumns } from './run-select.js'

/** A SELECT, or another query with tables of its own, in the tree of a query. */
interface QueryNode extends ExpressionNode {
  readonly cte_map: { readonly map: readonly { readonly key: string }[] }
  readonly select_list?: readonly ExpressionNode[]
  readonly from_table?: ExpressionNode
}

/** Finds the SQL types of expressions within a query, which depend on the SELECT that they are in. */
export class SelectScopes {
  readonly #connection: DuckDBConnection
  readonly #tree: ExpressionTree

  /** @param tree The tree of a query in parentheses. */
  constructor(connection: DuckDBConnection, tree: ExpressionTree) {
    this.#connection = connection
    this.#tree = tree
  }

  /** The type of an expression of the query; undefined if it has none alone, such as a part of a lambda. */
  async typeOf(node: ExpressionNode): Promise<string | undefined> {
    const scopes = this.#scopesOf(node)
    const [inner, outer] = scopes.filter(({ type }) => type === 'SELECT_NODE').toReversed()
    if (inner?.select_list === undefined) return undefined
    const from = withBothSides(inner.from_table)
    const alone = { ...inner, from_table: from, select_list: [node], modifiers: [], ...withoutConditions }
    const both = { type: 'JOIN', alias: '', sample: null, join_type: 'INNER', ref_type: 'CROSS', condition: null }
    const joined = { ...both, using_columns: [], delim_flipped: false, duplicate_eliminated_columns: [] }
    const tries: readonly ExpressionNode[] = [
      // It may name another value of the list, or a group.
      { ...inner, select_list: [...inner.select_list, node] },
      alone,
      // It may name a column of the SELECT around its own.
      { ...alone, from_table: { ...joined, left: withBothSides(outer?.from_table), right: from } },
    ]
    for (const tried of outer === undefined ? tries.slice(0, 2) : tries) {
      const columns = await this.#columnsOf(tried, scopes)
      if (columns !== undefined) return columns.at(-1)?.sqlType
    }
    return undefined
  }

  /** The columns of a query within the query, or of a part of a FROM clause; undefined if it has no meaning alone. */
  async columnsIn(node: ExpressionNode, isTable = false): Promise<readonly ResultColumn[] | undefined> {
    const scopes = this.#scopesOf(node)
    const select = scopes.findLast(({ type }) => type === 'SELECT_NODE')
    if (!isTable) return this.#columnsOf(node, scopes)
    return this.#columnsOf(
      { ...select, select_list: [star], modifiers: [], ...withoutConditions, from_table: node },
      scopes,
    )
  }

  /** The queries around a part of the tree, outermost first. */
  #scopesOf(node: unknown): readonly QueryNode[] {
    const path = pathTo(this.#tree.root, node) ?? []
    return path.filter((one): one is QueryNode => typeof one === 'object' && one !== null && 'cte_map' in one)
  }

  async #columnsOf(query: ExpressionNode, scopes: readonly QueryNode[]): Promise<readonly ResultColumn[] | undefined> {
    const entries = scopes.flatMap(({ cte_map: { map } }) => map)
    const last = entries.filter(({ key }, at) => entries.findLastIndex((other) => other.key === key) === at)
    const own = (query as Partial<QueryNode>).cte_map?.map ?? []
    const map = [...last.filter(({ key }) => !own.some((one) => one.key === key)), ...own]
    const { root } = this.#tree
    const subquery = { ...(root.subquery as object), node: { ...query, cte_map: { map } } }
    try {
      return await resultColumns(this.#connection, await this.#tree.sql({ ...root, subquery }))
    } catch {
      return undefined
    }
  }
}

/** Tables of which each column can be selected: the condition of a SEMI or ANTI JOIN sees both sides, the result only one. */
function withBothSides(table: ExpressionNode | undefined): ExpressionNode | undefined {
  const { left, right, join_type: type } = (table ?? {}) as { readonly [name: string]: ExpressionNode | undefined }
  if (table === undefined || left === undefined || right === undefined) return table
  const isPartial = /^(SEMI|ANTI)$/.test(String(type))
  const sides = { left: withBothSides(left), right: withBothSides(right) }
  return { ...table, ...sides, ...(isPartial ? { join_type: 'INNER' } : {}) }
}

const withoutConditions = { where_clause: null, group_expressions: [], group_sets: [], having: null, qualify: null }

const star = {
  ...{ class: 'STAR', type: 'STAR', alias: '', relation_name: '', exclude_list: [], replace_list: [], rename_list: [] },
  ...{ columns: false, expr: null, qualified_exclude_list: [] },
}

/** What holds a part of a tree, outermost first. */
function pathTo(tree: unknown, part: unknown): readonly unknown[] | undefined {
  if (tree === part) return [tree]
  if (typeof tree !== 'object' || tree === null) return undefined
  for (const child of Object.values(tree)) {
    const path = pathTo(child, part)
    if (path !== undefined) return [tree, ...path]
  }
  return undefined
}
