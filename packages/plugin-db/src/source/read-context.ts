import type { Logger, StorageContext } from '@maestro-dataflow/core'

/** What reading gets from a run. */
export type ReadContext = Partial<Pick<StorageContext, 'signal' | 'logger'>>

/** Says that times lose digits, because nothing else shows it. */
export function warnOfCutTime(logger: Logger | undefined, column: string): void {
  const advice = "Declare it as 'string' in the `columns` of the source to keep them."
  logger?.warn(`The column "${column}" has times with digits beyond milliseconds, which a date omits. ${advice}`)
}
