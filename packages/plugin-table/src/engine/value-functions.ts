import { type DuckDBConnection, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api'
import { parseJson } from '@maestro-dataflow/core'
import { once } from '../values/once.js'
import { decimalKey, orderKey } from '../values/order-key.js'
import { plainJson } from '../values/plain-json.js'

/**
 * Functions of ours in SQL, for values that SQL does not compare as we do. They run in this thread, about a million values a
 * second, so that columns of one known type go without them.
 *
 * - `maestro_key(value)`, `maestro_bare_key(value)`: the order key of a value of a step file, or of JSON
 * - `maestro_decimal_key(text)`: the order key of a decimal number
 * - `maestro_canonical(value)`, `maestro_bare_canonical(value)`: the value as a step file writes it, in one form
 * - `maestro_plain(value)`: a value of a step file as JSON without tags
 * - `maestro_once(text)`: JSON in which no key stands twice
 * - `maestro_is_json(text)`: 'true' for JSON as JavaScript reads it, else null
 * - `maestro_vector(value)`: a list of numbers as the vector that a step file holds
 */
export async function registerValueFunctions(connection: DuckDBConnection): Promise<void> {
  const { decodeStepValue, encodeStepValue } = await import('@maestro-dataflow/core/runtime')
  const functions: Readonly<Record<string, (text: string) => string | null>> = {
    maestro_key: (text) => orderKey(decodeStepValue(text)),
    maestro_bare_key: (text) => orderKey(parseJson(text)),
    maestro_decimal_key: (text) => decimalKey(text),
    maestro_canonical: (text) => encodeStepValue(decodeStepValue(text)),
    maestro_bare_canonical: (text) => encodeStepValue(parseJson(text)),
    maestro_plain: (text) => plainJson(decodeStepValue(text)),
    maestro_once: once,
    maestro_is_json: (text) => (isJson(text) ? 'true' : null),
    maestro_vector: (text) => encodeStepValue(new Float32Array(JSON.parse(text) as number[])),
  }
  for (const [name, compute] of Object.entries(functions))
    connection.registerScalarFunction(textFunction(name, compute))
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

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
