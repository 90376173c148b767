import type { OperatorDefinition } from '../../contracts/operator-definition.js'
import { RowSource, type RowSourceAccess } from '../../contracts/row-source.js'
import type { CompileContext, Faults } from './compile-context.js'
import { compileNamedSource } from './compile-source.js'
import { type Reference, referencesIn, withReferences } from './references.js'

/**
 * Turns options that name another source, `{ use, ...options }`, or several by a name, into these sources. Other options stay
 * unchanged.
 */
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
    const sources = new Map<Reference, RowSource>()
    for (const reference of referencesIn(resolved[name])) {
      const { use, ...sourceOptions } = reference
      const source = await compileNamedSource(use, sourceOptions, context, faults, step)
      // A source that could not be created is already a fault. A source without rows replaces it, so that the other
      // options are checked.
      const rows =
        source === undefined
          ? new RowSource(use, undefined, { columns: {}, open: true }, nothing)
          : new RowSource(use, source.shown, source.columns, context.accessTo({ use, ...source }))
      sources.set(reference, rows)
    }
    if (sources.size > 0) resolved[name] = withReferences(resolved[name], (reference) => sources.get(reference))
  }
  return resolved
}

/** A source without rows. */
const nothing: RowSourceAccess = {
  async *read() {},
  lend: (_signal, use) => use({}),
  identity: async () => undefined,
}
