import { createHash } from 'node:crypto'
import { isSecretName } from '../../builtin/secret-redactor.js'
import { isEnvironmentValue } from '../../contracts/config.js'
import { Prompt } from '../../contracts/prompt.js'
import { RowSource } from '../../contracts/row-source.js'
import { isSchema } from '../../contracts/schema.js'

/**
 * Options as data for the plan. Prompts are represented by their template and version, sources by their name and
 * options, schemas by their JSON Schema, functions by a hash of their source text, and environment values by their
 * name. A text under a name that suggests a secret is blanked out.
 */
export function describeOptions(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return isSecretName(name) ? '[redacted]' : value
  if (isSchema(value)) return { schema: describeSchema(value['~standard']) }
  if (typeof value === 'function') return { function: sourceVersion(value) }
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => describeOptions(item, name))
  if (isEnvironmentValue(value)) return { env: value.name }
  if (value instanceof Prompt) return describePrompt(value)
  if (value instanceof RowSource) return { use: value.use, ...(value.shown as object | undefined) }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString()
  if (value instanceof URL || value instanceof RegExp) return String(value)
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return { instance: value.constructor.name }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, describeOptions(item, key)]))
}

function describePrompt(prompt: Prompt): unknown {
  const { template, turns } = prompt as { template?: unknown; turns?: unknown }
  const { version, variables } = prompt
  return { prompt: prompt.constructor.name, version, variables, template, turns: describeOptions(turns) }
}

function describeSchema(standard: unknown): unknown {
  const { vendor, jsonSchema } = standard as { vendor?: string; jsonSchema?: { output(options: object): unknown } }
  try {
    return jsonSchema?.output({ target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } }) ?? vendor
  } catch {
    return vendor
  }
}

/** Identifies a function by its source text. */
export function sourceVersion(run: unknown): string {
  return createHash('sha256').update(String(run)).digest('hex').slice(0, 16)
}
