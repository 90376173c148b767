import { type DuckDBConnection, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api'
import {
  decodeStepLine,
  decodeStepValue,
  encodeStepLine,
  encodeStepValue,
  parseJson,
  parseJsonRow,
  rowWith,
} from '@maestro-dataflow/core'
import { exactJson } from '../values/exact-json.js'
import { fromSqlJson } from '../values/from-sql-json.js'
import { once } from '../values/once.js'
import { decimalKey, lastKey, numberKey, orderKey } from '../values/order-key.js'
import { plainJson } from '../values/plain-json.js'

/**
 * Registers our own functions in SQL, for values that SQL does not compare by our rules. The functions run in this
 * thread and process about a million values per second, so columns of one known type do not use them.
 *
 * - `maestro_key(value)`, `maestro_bare_key(value)`: the order key of a value of a step file, or of JSON
 * - `maestro_decimal_key(text)`: the order key of a decimal number
 * - `maestro_double_key(text)`: the order key of SQL's text of a number, among those of decimal numbers
 * - `maestro_canonical(value)`, `maestro_bare_canonical(value)`: the value in the single form that a step file writes
 * - `maestro_plain(value)`, `maestro_bare_plain(value)`: a value as JSON without tags, as JavaScript writes it
 * - `maestro_exact(value)`, `maestro_bare_exact(value)`: a value as JSON that is the same value, or null if SQL has none
 * - `maestro_once(text)`: JSON in which no key occurs twice
 * - `maestro_is_row(text)`: 'true' for JSON that JavaScript reads as a row, else null
 * - `maestro_number_text(text)`: SQL's text of a number, as JavaScript writes the number
 * - `maestro_text(number)`, `maestro_texts(list)`: a number, or each number of a list, as text; in SQL except for rare
 *   forms
 * - `maestro_with(text)`: a line of a step file and, after a line end, an object whose members its row gets
 * - `maestro_nested(text)`: SQL's JSON of a nested value, as a step file holds it
 * - `maestro_vector(value)`: a list of numbers as the vector that a step file holds
 */
export async function registerValueFunctions(connection: DuckDBConnection): Promise<void> {
  const functions: Readonly<Record<string, (text: string) => string | null>> = {
    maestro_key: (text) => orderKey(decodeStepValue(text)),
    maestro_bare_key: (text) => orderKey(parseJson(text)),
    maestro_decimal_key: (text) => decimalKey(text),
    maestro_double_key: (text) => doubleKey(Number(numberText(text))),
    maestro_canonical: (text) => encodeStepValue(decodeStepValue(text)),
    maestro_bare_canonical: (text) => encodeStepValue(parseJson(text)),
    maestro_plain: (text) => plainJson(decodeStepValue(text)),
    maestro_bare_plain: (text) => plainJson(parseJson(text)),
    maestro_exact: (text) => exactJsonForSql(decodeStepValue(text)),
    maestro_bare_exact: (text) => exactJsonForSql(parseJson(text)),
    maestro_once: once,
    maestro_is_row: (text) => (isRow(text) ? 'true' : null),
    maestro_number_text: numberText,
    maestro_with: withMembers,
    maestro_nested: (text) => encodeStepValue(fromSqlJson(text)),
    maestro_vector: (text) => encodeStepValue(new Float32Array(JSON.parse(text) as number[])),
  }
  for (const [name, compute] of Object.entries(functions))
    connection.registerScalarFunction(textFunction(name, compute))
  // The letters are those of an exponent, of nan, and of inf.
  const text = 'CAST(x AS VARCHAR)'
  const isRare = `contains(${text}, 'e') OR contains(${text}, 'n')`
  await connection.run(`CREATE TEMP MACRO maestro_text(x) AS CASE
    WHEN ${isRare} THEN maestro_number_text(${text})
    WHEN x = 0 THEN '0'
    WHEN contains(${text}, '.') THEN rtrim(rtrim(${text}, '0'), '.')
    ELSE ${text} END`)
  await connection.run('CREATE TEMP MACRO maestro_texts(x) AS list_transform(x, lambda item: maestro_text(item))')
}

/** SQL has no text with half a character. */
function exactJsonForSql(value: unknown): string | null {
  const text = exactJson(value)
  return text === undefined || /\\ud[89a-f]/i.test(text) ? null : text
}

function withMembers(text: string): string {
  const [line = '', members = ''] = text.split('\n')
  const { id, row } = decodeStepLine(line)
  return encodeStepLine(id, rowWith(row, Object.entries(decodeStepLine(`{"id":"","row":${members}}`).row)))
}

const doubleKey = (value: number) => (Number.isNaN(value) ? lastKey : numberKey(value))

function numberText(text: string): string {
  const infinities: Readonly<Record<string, number>> = {
    inf: Number.POSITIVE_INFINITY,
    '-inf': Number.NEGATIVE_INFINITY,
  }
  return String(infinities[text] ?? Number(text))
}

function textFunction(name: string, compute: (text: string) => string | null): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    returnType: VARCHAR,
    parameterTypes: [VARCHAR],
    mainFunction(_info, input, output) {
      const texts = input.getColumnVector(0)
      for (let index = 0; index < input.rowCount; index++) {
        const text = texts.getItem(index)
        output.setItem(index, typeof text === 'string' ? compute(text) : null)
      }
      output.flush()
    },
  })
}

function isRow(text: string): boolean {
  try {
    parseJsonRow(text)
    return true
  } catch {
    return false
  }
}
