import type { StorageContext } from '@maestro-dataflow/core'

/** What reading gets from a run. */
export type ReadContext = Partial<Pick<StorageContext, 'signal' | 'logger'>>
