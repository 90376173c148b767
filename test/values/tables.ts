import type { Row } from '@maestro-dataflow/core'
import fc from 'fast-check'
import type { Types } from './reference.js'
import { anyValues, jsonValues, names, type TypeName, typeNames, valuesOf } from './values.js'

export interface Table {
  readonly names: readonly string[]
  readonly rows: readonly Row[]
  /** The types of the columns whose values are all of one type, and compared by it. */
  readonly types: Types
}

/** A column before it has values: its type, or the values that it mixes. */
type Column = readonly [name: string, type: TypeName | fc.Arbitrary<unknown>]

/** Tables of a few columns. Some values are null, and some are missing. */
function tablesOf(kinds: readonly Column[1][], columnNames: readonly string[] = names): fc.Arbitrary<Table> {
  const columns = fc
    .uniqueArray(fc.constantFrom(...columnNames), { minLength: 1, maxLength: 3 })
    .chain((chosen) => fc.tuple(...chosen.map((name) => fc.constantFrom(...kinds).map((kind): Column => [name, kind]))))
  return columns.chain((chosen) => {
    const cells = chosen.map(([, kind]) =>
      fc.tuple(fc.option(typeof kind === 'string' ? valuesOf[kind] : kind, { freq: 9 }), fc.nat(9)),
    )
    return fc.array(fc.tuple(...cells), { maxLength: 25 }).map((rows) => ({
      names: chosen.map(([name]) => name),
      types: Object.fromEntries(chosen.filter((column): column is [string, TypeName] => typeof column[1] === 'string')),
      rows: rows.map((values) =>
        Object.fromEntries(
          chosen.flatMap(([name], index) => {
            const [value, miss] = values[index] ?? []
            return miss === 0 ? [] : [[name, value]]
          }),
        ),
      ),
    }))
  })
}

/** Tables of anything that a row in code holds: each column of one type, or of any. */
export const anyTables = tablesOf([...typeNames, anyValues, jsonValues])

/** Tables whose columns have one type each. */
export const typedTables = tablesOf(
  typeNames,
  // A type cannot be declared for a column of this name.
  names.filter((name) => name !== '__proto__'),
)
