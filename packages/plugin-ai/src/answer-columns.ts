import { type Columns, type ColumnType, type Schema, toJsonSchema } from '@maestro-dataflow/core'

const types: Readonly<Record<string, ColumnType>> = {
  string: 'string',
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
}

/** The columns that answers add: one for a text, the schema's properties or one for data. */
export function answerColumns(schema: Schema | undefined, output: string | undefined): Columns {
  if (schema === undefined) return { [output ?? 'generated_text']: 'string' }
  if (output !== undefined) return { [output]: 'json' }
  const properties = (toJsonSchema(schema).properties ?? {}) as Record<string, { type?: unknown }>
  return Object.fromEntries(Object.entries(properties).map(([name, { type }]) => [name, types[String(type)] ?? 'json']))
}
