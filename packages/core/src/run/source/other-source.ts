import type { RowSourceAccess } from '../../contracts/row-source.js'
import type { StorageContext } from '../../contracts/storage-context.js'
import type { OtherSource } from '../../pipeline/compile/compiled-pipeline.js'
import { SourceChecks } from '../checks/source-checks.js'
import { inTemporaryFolder, temporaryFolder } from '../state/in-temporary-folder.js'

/** Reads a source in an option of a step, with the same checks as the source of the pipeline. */
export function accessTo(
  { use, definition, options, columns }: OtherSource,
  context: Omit<StorageContext, 'runDirectory' | 'signal'>,
): RowSourceAccess {
  return {
    async *read(signal) {
      const folder = await temporaryFolder()
      try {
        const reader = await definition.open(options, { ...context, signal, runDirectory: folder.path })
        const rule = { isExact: !columns.open, isOptional: definition.optionalColumns === true }
        const checks = new SourceChecks({ use, plugin: undefined }, columns.columns, rule, undefined)
        for await (const batch of checks.checked(reader.read())) {
          signal.throwIfAborted()
          yield batch
        }
      } finally {
        await folder.remove()
      }
    },
    lend: (signal, use) =>
      inTemporaryFolder(async (runDirectory) => {
        const reader = await definition.open(options, { ...context, signal, runDirectory })
        return use(reader)
      }),
    identity: (isFull) =>
      inTemporaryFolder(async (runDirectory) => {
        const { signal } = new AbortController()
        const reader = await definition.open(options, { ...context, signal, runDirectory })
        return reader.identity?.(isFull)
      }),
  }
}
