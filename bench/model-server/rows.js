import { sized } from '../measure.js'

/** The questions: each names its row, so that an answer that reaches another row is noticed. */
export const question = (row) => `What is to be said of row ${row}? Answer in one sentence, as short as you can.`

export const rowsOf = (count, from = 0) => Array.from({ length: count }, (_, index) => ({ row: from + index }))

/** Asked before the clock starts, so that loading the libraries stays out of it; nothing befalls it at the server. */
export const warmUpRow = 1_000_000_001

/**
 * The rows that are asked before the clock starts where a steady pace is measured, as many at once as after it: opening
 * the connections, and compiling what is called often, stay out of it, for ours as for theirs.
 */
export const warmUpRows = rowsOf(sized(512, 8), warmUpRow)
