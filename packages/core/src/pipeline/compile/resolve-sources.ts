import type { OperatorDefinition } from '../../contracts/operator-definition.js'
import { RowSource, type RowSourceAccess } from '../../contracts/row-source.js'
import type { CompileContext, Faults } from './compile-context.js'
import { compileNamedSource } from './compile-source.js'

/** Turns options that name another source, `{ use, ...options }`, into that source. Other options stay unchanged. */
export async function resolveSources(
  definition: OperatorDefinition,
  options: unknown,
  context: CompileContext,
  faults: Faults,
  step: string,
): Promise<unknown> {
  const { sources = [] } = definition
  if (sources.length === 0 || typeof options !== 'object' || options === null) return options
  const resolved: Record<string, unknown> = { ...options }
  for (const name of sources) {
    const given = resolved[name]
    if (!isReference(given)) continue
    const { use, ...sourceOptions } = given
    const source = await compileNamedSource(use, sourceOptions, context, faults, step)
    // A source that could not be created is already a fault. A source without rows replaces it, so that the other
    // options are checked.
    resolved[name] =
      source === undefined
        ? new RowSource(use, undefined, { columns: {}, open: true }, nothing)
        : new RowSource(use, source.shown, source.columns, context.accessTo({ use, ...source }))
  }
  return resolved
}

/** A source without rows. */
const nothing: RowSourceAccess = { async *read() {}, identity: async () => undefined }

/** Whether the value of an option names a source. */
export function isReference(value: unknown): value is { readonly use: string } & Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && 'use' in value && typeof value.use === 'string'
}
