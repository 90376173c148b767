import type { Schema } from '../contracts/schema.js'

/** The option names of a schema; undefined if it cannot list them or accepts others. */
export function optionNames(schema: Schema): readonly string[] | undefined {
  const standard = schema['~standard'] as { jsonSchema?: { input(options: object): Record<string, unknown> } }
  try {
    const json = standard.jsonSchema?.input({ target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } })
    if (json === undefined) return undefined
    const branches = [
      json,
      ...['anyOf', 'oneOf', 'allOf'].flatMap((key) => (json[key] as Record<string, unknown>[] | undefined) ?? []),
    ]
    const open = branches.some(
      (branch) => typeof branch.additionalProperties === 'object' || branch.additionalProperties === true,
    )
    const objects = branches.flatMap(({ properties }) => (properties === undefined ? [] : [properties as object]))
    return open || objects.length === 0 ? undefined : [...new Set(objects.flatMap(Object.keys))]
  } catch {
    return undefined
  }
}
