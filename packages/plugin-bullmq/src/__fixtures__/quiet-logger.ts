import type { Logger } from '@maestro-dataflow/core'

const nothing = () => undefined

/** A logger whose lines nobody reads. */
export const quietLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => quietLogger,
}
