import type { CheckedStatement } from './checked-statement.js'
import type { ExtractedColumns } from './extracted-columns.js'
import type { FilterBranch } from './filter-branches.js'
import type { LearnedColumns } from './learn-columns.js'

/** A relation of lines, with what is known about its columns. */
export interface KnownLines {
  /** A relation of `#maestro.line`, `#maestro.position`, and the extracted columns, without blank lines. */
  readonly relation: string
  readonly extracted: ExtractedColumns
  readonly learned: LearnedColumns
  readonly checked: CheckedStatement
  /** A filter's expression for each combination of kinds. */
  readonly branches: readonly FilterBranch[]
}
