import type { Row } from '@maestro-dataflow/core'
import { rawJson } from './plain-json.js'

/** A row that was read from JSON, as JSON again, with every number as it is. */
export function rowJson(row: Row): string {
  return JSON.stringify(row, (_, value: unknown) =>
    typeof value === 'bigint' ? rawJson(String(value)) : Object.is(value, -0) ? rawJson('-0') : value,
  )
}
