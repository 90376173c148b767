/** The questions: each names its row, so that an answer that reaches another row is noticed. */
export const question = (row) => `What is to be said of row ${row}? Answer in one sentence, as short as you can.`

export const rowsOf = (count, from = 0) => Array.from({ length: count }, (_, index) => ({ row: from + index }))

/** Asked before the clock starts, so that loading the libraries stays out of it; nothing befalls it at the server. */
export const warmUpRow = 1_000_000_001
