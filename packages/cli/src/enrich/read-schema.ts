import { readFile } from 'node:fs/promises'
import type { JsonSchema } from '@maestro-dataflow/core'
import { cliError } from '../errors.js'

/** Reads a JSON Schema from a text or from a file. @throws MAESTRO_CLI_SCHEMA */
export async function readSchema(given: string): Promise<JsonSchema> {
  const inline = given.trimStart().startsWith('{')
  const fault = (reason: string, cause?: unknown) =>
    cliError('MAESTRO_CLI_SCHEMA', { given: inline ? '' : given, reason }, cause)
  let schema: unknown
  try {
    schema = JSON.parse(inline ? given : await readFile(given, 'utf8'))
  } catch (error) {
    throw fault((error as Error).message, error)
  }
  if (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) return schema as JsonSchema
  throw fault('a JSON Schema is an object')
}

/** The schema of an answer that is one of some words, parted by commas. @throws MAESTRO_CLI_USAGE */
export function choicesSchema(output: string, words: string): JsonSchema {
  const choices = [...new Set(words.split(',').map((word) => word.trim()))].filter((word) => word !== '')
  if (choices.length < 2)
    throw cliError('MAESTRO_CLI_USAGE', { reason: 'Give --choices at least two words, such as good,bad.' })
  return {
    type: 'object',
    properties: { [output]: { type: 'string', enum: choices } },
    required: [output],
    additionalProperties: false,
  }
}
