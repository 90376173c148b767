import type { DuckDBConnection } from '@duckdb/node-api'
import { parseJson } from '@maestro-dataflow/core'
import { plainJson } from '../values/plain-json.js'
import { firstRow } from './connect.js'
import { literal } from './sql-text.js'

/** A part of an expression, as DuckDB's parser returns it. */
export interface ExpressionNode {
  readonly class?: string
  readonly type?: string
  readonly function_name?: string
  readonly [member: string]: unknown
}

/** The parser's result for a `SELECT` of one expression. */
interface SelectDocument {
  readonly statements: readonly [{ readonly node: { select_list: [ExpressionNode] } }]
}

/** A constant of 64 bits, such as 1e3, as JavaScript writes it. A text holds no such quotes. */
const wholeFraction = /("id":"DOUBLE","type_info":null\},"is_null":false,"value":-?\d+)(?=[,}])/g

/** The parser's tree of an expression. Constants of any size keep their digits. */
export class ExpressionTree {
  readonly #connection: DuckDBConnection
  readonly #document: SelectDocument

  private constructor(connection: DuckDBConnection, document: SelectDocument) {
    this.#connection = connection
    this.#document = document
  }

  static async parse(connection: DuckDBConnection, expression: string): Promise<ExpressionTree> {
    const query = literal(`SELECT (${expression}\n)`)
    const [json] = await firstRow(connection, `SELECT json_serialize_sql(${query}::VARCHAR)`)
    return new ExpressionTree(connection, parseJson(String(json)) as SelectDocument)
  }

  get root(): ExpressionNode {
    return this.#document.statements[0].node.select_list[0]
  }

  set root(node: ExpressionNode) {
    this.#document.statements[0].node.select_list = [node]
  }

  /** The SQL of a part of the tree. @default the whole tree */
  async sql(piece: ExpressionNode = this.root): Promise<string> {
    const { root } = this
    this.root = piece
    // The parser takes no whole number without a point for a fraction.
    const tree = plainJson(this.#document).replace(wholeFraction, '$1.0')
    this.root = root
    const [text] = await firstRow(this.#connection, `SELECT json_deserialize_sql(${literal(tree)}::JSON)`)
    return String(text).replace(/^SELECT /, '')
  }
}
