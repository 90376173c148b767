import type { Logger } from '@maestro-dataflow/core'

/** Warns of the first thing beside an answer that cannot be read; the server does the same with every answer. */
export function onceWarned(serving: string, logger: Logger | undefined): (what: string) => void {
  let isWarned = false
  return (what) => {
    if (isWarned) return
    isWarned = true
    logger?.warn(
      `${serving}: a part of the reply beside the answer cannot be read (${what}). The answer is used without it.`,
    )
  }
}
