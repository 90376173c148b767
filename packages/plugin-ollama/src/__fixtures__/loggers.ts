import type { Logger } from '@maestro-dataflow/core'

const nothing = () => undefined

export const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent }

/** Keeps the lines of `info`. */
export const keeping = (lines: string[]): Logger => ({ ...silent, info: (line) => void lines.push(line) })
