import type { Row, RowId } from '../../contracts/row.js'

/** A row as it leaves a step; used by previews. */
export type TraceRow = (step: string, id: RowId, row: Row) => void
