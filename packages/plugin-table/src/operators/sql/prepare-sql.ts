import { type ColumnSet, type ColumnType, columnNames, MaestroError, rowFromEntries } from '@maestro-dataflow/core'
import { checkSelect } from '../../engine/check-select.js'
import { withComparedColumns } from '../../engine/compared-columns.js'
import { connect, type Database, reasonOf } from '../../engine/connect.js'
import { guesses, type Kind, sqlTypes } from '../../engine/kinds.js'
import { resultColumns, resultTypes } from '../../engine/run-select.js'
import { identifier } from '../../engine/sql-text.js'

/** What the plan can say of a query: its fault, or the columns of its result, as far as they are known. */
export type PreparedSql = { readonly fault: string } | { readonly columns: ColumnSet }

/** What a check may take, in bytes. */
const checkerMemory = 256 * 1024 * 1024

/** Checks a query over tables without rows. */
export async function prepareSql(query: string, tables: ReadonlyMap<string, ColumnSet>): Promise<PreparedSql> {
  const database = await connect({ threads: 1, memory: checkerMemory, isChecker: true })
  try {
    const fault = await checkSelect(database.connection, query, [...tables.keys()])
    if (fault !== undefined) return { fault: `${fault}.` }
    // What the query does with columns that nobody knows is seen when it runs.
    if ([...tables.values()].some(({ open }) => open)) return { columns: { columns: {}, open: true } }
    return await bind(database, query, tables)
  } finally {
    database.close()
  }
}

async function bind(database: Database, query: string, tables: ReadonlyMap<string, ColumnSet>): Promise<PreparedSql> {
  const isKnown = [...tables.values()].every(({ columns }) => !Object.values(columns).includes('unknown'))
  const keepsDecimals = [...tables.values()].some(({ columns }) => Object.values(columns).includes('decimal'))
  let fault: string | undefined
  for (const guess of isKnown ? guesses.slice(0, 1) : guesses) {
    try {
      for (const [name, { columns }] of tables) await createEmpty(database, name, columns, guess)
      const compared = await withComparedColumns(database.connection, query)
      const found = await resultColumns(database.connection, compared)
      const twice = twiceNamed(found.map(({ name }) => name))
      if (twice !== undefined) return { fault: twice }
      const types = resultTypes(found, keepsDecimals).map(([name, type]): readonly [string, ColumnType] => [
        name,
        isKnown ? type : 'unknown',
      ])
      return { columns: { columns: rowFromEntries(types), open: false } }
    } catch (error) {
      fault ??= MaestroError.is(error) ? String(error.details.reason) : reasonOf(error)
    }
  }
  return { fault: fault ?? 'it has no meaning.' }
}

async function createEmpty(
  { connection }: Database,
  name: string,
  columns: ColumnSet['columns'],
  guess: Kind,
): Promise<void> {
  const typed = columnNames(columns).map((column) => {
    const { [column]: type = 'unknown' } = columns
    return `${identifier(column)} ${sqlTypes[type === 'unknown' ? guess : type]}`
  })
  const all = typed.length === 0 ? '"#maestro.none" INTEGER' : typed.join(', ')
  await connection.run(`CREATE OR REPLACE TABLE ${identifier(name)} (${all})`)
}

/** What is wrong with names of result columns, of which each must be there once. */
export function twiceNamed(names: readonly string[]): string | undefined {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  return twice === undefined ? undefined : `it returns two columns "${twice}": name one of them with AS.`
}
