import { maestroError } from '../errors/error-table.js'
import type { MaestroError } from '../errors/maestro-error.js'
import { recogniseAcrossCopies } from './across-copies.js'
import type { LineRequest } from './line-request.js'
import type { Prompt } from './prompt.js'
import type { ColumnType, RowId } from './row.js'
import type { RowStorage, WriteResult } from './row-storage.js'
import type { TableCounts } from './table-engine.js'

/** How an operator changes rows: 1 to 1, 1 to 0 or 1, 1 to n, n to n in batches, a whole table, or in a custom way. */
export type OperatorKind = 'map' | 'filter' | 'flatMap' | 'mapBatches' | 'table' | 'opaque'

/** What an operator does to columns, by name. A missing property means none. */
export interface ColumnEffects {
  readonly reads?: readonly string[]
  readonly adds?: Readonly<Record<string, ColumnType>>
  readonly drops?: readonly string[]
  /** New names of columns, which keep their types. */
  readonly renames?: Readonly<Record<string, string>>
  /** Only these columns, and the added ones, remain. */
  readonly keeps?: readonly string[]
  /** The operator may read or change any column, so nothing is known about the rows after it. */
  readonly opaque?: boolean
}

/** What an operator's function receives with each row. */
export interface OperatorContext {
  readonly rowId: RowId
  readonly signal: AbortSignal
  /** The step and run, for messages and accounting. */
  readonly step: string
  readonly run: string
}

/** A row that an operator could not process. */
export interface RejectedRow {
  readonly rowId: RowId
  readonly row: unknown
  readonly error: MaestroError
}

/** What `run(storage)` returns. */
export interface OperatorResult extends WriteResult {
  readonly rowsIn: number
  readonly rejected: readonly RejectedRow[]
}

/** What became of a row of a whole table: for the ledger of the run. */
export type RowFate =
  | { readonly kind: 'dropped'; readonly rowId: RowId; readonly reason: string | undefined }
  /** It became part of the row `into`. */
  | { readonly kind: 'merged'; readonly rowId: RowId; readonly into: RowId }
  /** It became several rows, whose ids are `<rowId>/<step>/<number from 0>`. */
  | { readonly kind: 'split'; readonly rowId: RowId; readonly rows: number }

/** What `run(storage)` accepts. */
export interface RunOptions {
  readonly signal?: AbortSignal
  /** The step and run, for messages and accounting. @default the class */
  readonly step?: string
  readonly run?: string
  /** Whether the source was read to its end. It is not with a limit. @default true */
  readonly complete?: boolean
  /** The rows that the source and earlier steps rejected; undefined if there were too many to list. @default none */
  readonly rejectedBefore?: readonly RejectedRow[] | undefined
  /**
   * The name of what the pipeline reads: the pipeline with the path, table, or query of its source. It stays the same
   * between runs, for operators that keep something in a store. @default ''
   */
  readonly origin?: string
  /** Whether this is only a trial that must not change anything outside. @default false */
  readonly preview?: boolean
  /** Receives what became of rows that the operator does not return. */
  readonly tell?: (fate: RowFate) => void
  /** Receives what the user should know, for the report of the run. */
  readonly warn?: (message: string) => void
}

/** The constructor of a prompt class, as `promptRestrict` takes it. */
export type PromptClass = abstract new (...parameters: never[]) => Prompt

/**
 * The base class of all operators. Extend the class of a kind (`MapOperator`, `FilterOperator` ...) and implement its
 * single function; the class provides `run(storage)`. A class that extends `Operator` directly and implements `run` is
 * an opaque step: it sees a whole storage and ends a stage.
 */
export abstract class Operator {
  /** The prompt classes that this operator accepts; empty means any. `promptRestrict` sets it. */
  static readonly allowedPrompts: readonly PromptClass[] = []

  readonly kind: OperatorKind = 'opaque'

  /** The columns that this operator reads, adds, and drops. */
  get columns(): ColumnEffects {
    return { opaque: true }
  }

  /** Reads the storage's current step and writes the next one. */
  abstract run(storage: RowStorage, options?: RunOptions): Promise<OperatorResult>

  /**
   * Does the work of `run` on files of rows as text, with the same result. A pipeline tries it before `run`, and nothing
   * may be reported before it is certain to succeed.
   *
   * @returns the counts, or undefined if the rows must be seen one by one
   */
  runOnLines?(request: LineRequest): Promise<TableCounts | undefined>

  /** Frees what the operator holds. It is called once, at the end of a run. */
  dispose?(): Promise<void> | void

  /**
   * Checks prompts against the classes that this operator accepts.
   *
   * @returns true
   * @throws MAESTRO_PROMPT_NOT_ALLOWED
   */
  validatePrompts(prompts: readonly Prompt[]): true {
    assertPromptsAllowed(this.constructor.name, (this.constructor as typeof Operator).allowedPrompts, prompts)
    return true
  }
}
recogniseAcrossCopies(Operator, 'Operator')

/**
 * Checks the classes of prompts.
 *
 * @throws MAESTRO_PROMPT_NOT_ALLOWED if a prompt belongs to none of the accepted classes
 */
export function assertPromptsAllowed(
  operator: string,
  allowed: readonly PromptClass[],
  prompts: readonly Prompt[],
): void {
  if (allowed.length === 0) return
  for (const prompt of prompts) {
    if (allowed.some((promptClass) => prompt instanceof promptClass)) continue
    throw maestroError('MAESTRO_PROMPT_NOT_ALLOWED', {
      operator,
      prompt: prompt.constructor.name,
      allowed: allowed.map((promptClass) => promptClass.name),
    })
  }
}
