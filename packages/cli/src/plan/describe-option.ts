import { formatValue } from '../terminal/format-value.js'

/** An option of a plan on one line: prompts by their text, schemas by their properties. */
export function describeOption(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (!isRecord(value)) return formatValue(value, 1000)
  if (typeof value.template === 'string') return formatValue(value.template, 1000)
  if (Array.isArray(value.turns)) return value.turns.map(describeTurn).join(' / ')
  if ('env' in value) return `from ${String(value.env)}`
  if (isRecord(value.schema)) return describeSchema(value.schema)
  if (typeof value.function === 'string') return 'a function'
  return formatValue(value, 1000)
}

function describeTurn(turn: unknown): string {
  const { role, content } = isRecord(turn) ? turn : { role: '', content: turn }
  return `${String(role)} ${formatValue(content, 500)}`
}

function describeSchema(schema: Readonly<Record<string, unknown>>): string {
  if (!isRecord(schema.properties)) return formatValue(schema, 1000)
  const properties = Object.entries(schema.properties).map(([name, property]) => {
    const { type, enum: choices } = isRecord(property) ? property : {}
    return `${name} ${Array.isArray(choices) ? choices.join('|') : String(type ?? 'any')}`
  })
  return `{ ${properties.join(', ')} }`
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
