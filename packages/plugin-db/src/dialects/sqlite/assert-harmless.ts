import type { MaestroError } from '@maestro-dataflow/core'
import { dbError } from '../../errors.js'
import type { Answer } from '../session.js'
import { sqlite } from './dialect.js'

/** An instruction of an SQLite program. */
export interface Instruction {
  readonly opcode: string
  readonly p4: string | null
}

/** What this check needs of a session. */
interface Explaining {
  run(sql: string): Promise<Answer>
  /** The program that SQLite compiles a statement to. */
  explain(sql: string): Promise<readonly Instruction[]>
}

/** Functions of extensions that the driver adds to SQLite's own: they only compute. */
const functions = new Set(
  `acos acosh asin asinh atan atan2 atanh atn2 bm25 ceil ceiling charindex cos cosh cot coth degrees difference exp floor
   geopoly_area geopoly_bbox geopoly_blob geopoly_ccw geopoly_contains_point geopoly_group_bbox geopoly_json
   geopoly_overlap geopoly_regular geopoly_svg geopoly_within geopoly_xform highlight leftstr ln log log10 log2
   lower_quartile match matchinfo median mode mod offsets padc padl padr percentile pi pow power proper radians regexp
   regexpi replicate reverse rightstr sha3 sign sin sinh snippet sqrt square stdev strfilter tan tanh trunc
   upper_quartile uuid uuid_blob uuid_str variance`.split(/\s+/),
)

/** Table modules that compute from their arguments, or list the contents of the database. */
const computing = `generate_series(1) json_each json_tree pragma_collation_list pragma_compile_options
  pragma_foreign_key_list pragma_function_list pragma_index_info pragma_index_list pragma_index_xinfo
  pragma_module_list pragma_table_info pragma_table_list pragma_table_xinfo vector_top_k('','',1)`.split(/\s+/)

/** Table modules for search that a schema may contain. */
const searching = new Set([
  'fts3',
  'fts4',
  'fts4aux',
  'fts3tokenize',
  'fts5',
  'fts5vocab',
  'geopoly',
  'rtree',
  'rtree_i32',
])

/** SQLite's mark of functions that the schema must not use, because they have side effects. */
const directOnly = 0x80000

/** Instructions that call a function; its name is in `p4`, as `name(2)`. */
const calls = new Set(['Function', 'PureFunc', 'AggStep', 'AggStep1', 'AggInverse', 'AggValue', 'AggFinal'])

/**
 * Refuses a query that calls something that may access files or settings. The driver adds such functions and tables,
 * and a read-only transaction does not prevent them. The calls are read from the query's program, so that its notation
 * does not matter. SQLite itself refuses such calls within views, triggers, and other parts of the schema.
 *
 * @throws MAESTRO_DB_QUERY
 */
export async function assertHarmless(session: Explaining, sql: string): Promise<void> {
  const program = await session.explain(sql)
  await assertFunctions(session, program)
  await assertTables(session, program)
}

async function assertFunctions(session: Explaining, program: readonly Instruction[]): Promise<void> {
  const called = new Set(
    program.flatMap(({ opcode, p4 }) => (calls.has(opcode) ? (/^(.*)\(-?\d+\)$/s.exec(p4 ?? '')?.[1] ?? '') : [])),
  )
  if (called.size === 0) return
  const { rows } = await session.run('SELECT lower(name) AS name, flags, builtin FROM pragma_function_list')
  const allowed = new Set(
    rows.flatMap(({ name, flags, builtin }) =>
      (Number(flags) & directOnly) === 0 && (Number(builtin) === 1 || functions.has(String(name))) ? String(name) : [],
    ),
  )
  for (const name of called) if (!allowed.has(name.toLowerCase())) throw refused(`the function ${name}()`)
}

async function assertTables(session: Explaining, program: readonly Instruction[]): Promise<void> {
  const opened = openedBy(program)
  if (opened.length === 0) return
  const { rows } = await session.run(
    "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql LIKE 'create virtual table%'",
  )
  const held = rows
    .filter(({ sql }) => searching.has(moduleOf(String(sql))))
    .map(({ name }) => sqlite.quoteName(String(name)))
  const allowed = new Set<string | null>()
  for (const name of [...computing, ...held])
    for (const address of await addressesOf(session, name)) allowed.add(address)
  if (!opened.every((address) => allowed.has(address))) throw refused('a table outside the database')
}

/** The virtual tables that a program opens, by their addresses, of which a connection has one for each table. */
function openedBy(program: readonly Instruction[]): readonly (string | null)[] {
  return program.filter(({ opcode }) => opcode === 'VOpen').map(({ p4 }) => p4)
}

/** Empty for a module that this build of SQLite lacks. */
async function addressesOf(session: Explaining, table: string): Promise<readonly (string | null)[]> {
  try {
    return openedBy(await session.explain(`SELECT 1 FROM main.${table}`))
  } catch {
    return []
  }
}

/** The module of a virtual table, from the statement that created it. */
function moduleOf(sql: string): string {
  return /\busing\s+["'`[]?(\w+)/is.exec(sql)?.[1]?.toLowerCase() ?? ''
}

function refused(what: string): MaestroError {
  return dbError('MAESTRO_DB_QUERY', { reason: `it uses ${what}, which is not allowed in a query` })
}
