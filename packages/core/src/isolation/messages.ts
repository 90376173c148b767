import type { OperatorKind, RowFate } from '../contracts/operator.js'
import type { ServingNeed } from '../contracts/operator-definition.js'
import type { Project } from '../contracts/project.js'
import type { ColumnType } from '../contracts/row.js'
import type { WriteResult } from '../contracts/row-storage.js'
import type { ServingKind } from '../contracts/serving.js'
import type { TableStatement } from '../contracts/table-engine.js'
import type { Issue } from '../errors/describe-issues.js'
import type { SentError } from './sent-error.js'

/** Columns as a list, because an object does not keep the order of names that look like numbers. */
export type ColumnList = readonly (readonly [string, ColumnType])[]

/** What an operator says about itself, without its options. */
export interface OperatorFacts {
  readonly name: string
  readonly kind: OperatorKind
  readonly description?: string
  readonly version?: string
  readonly deterministic?: boolean
  /** The JSON schema of its options, if the schema gives one. */
  readonly schema: Readonly<Record<string, unknown>> | undefined
  readonly checks: boolean
  readonly asksServings: boolean
}

/** A step: an operator with the options as the pipeline gives them, which its process checks again. */
export interface GivenStep {
  readonly operator: string
  readonly options: unknown
}

/** The facts of a step. */
export interface StepFacts {
  readonly servings: readonly ServingNeed[]
  readonly batchSize: number | undefined
  /** Of a table operator. */
  readonly statements: readonly TableStatement[] | undefined
}

/** A column effect, with its columns as lists. */
export interface SentEffects {
  readonly reads?: readonly string[] | undefined
  readonly adds?: ColumnList | undefined
  readonly drops?: readonly string[] | undefined
  readonly renames?: readonly (readonly [string, string])[] | undefined
  readonly keeps?: readonly string[] | undefined
  readonly opaque?: boolean | undefined
}

/** A serving that is lent to an operator, as data. */
export interface LentServing {
  readonly name: string
  readonly kind: ServingKind
  /** Its properties, such as `capabilities` and `model`. */
  readonly properties: Readonly<Record<string, unknown>>
}

/** What a result of a row function is: a row, as a line of a step file, another value, or the error of one row. */
export type SentResult = { readonly line: string } | { readonly value: unknown } | { readonly error: SentError }

/** The call of a row function. The rows are lines of a step file; only a batch has several. */
export interface RunInput {
  readonly instance: number
  readonly lines: readonly string[]
  readonly step: string
  readonly run: string
}

export interface SentResults {
  readonly results: readonly SentResult[]
  /** Why a filter or a flatMap drops the row. */
  readonly reason?: string | undefined
}

/** A row that could not be processed. */
export interface SentRejected {
  readonly rowId: string
  readonly row: unknown
  readonly error: SentError
}

/** A batch. The rows with their ids are lines of a step file. */
export interface SentBatch {
  readonly lines: readonly string[]
  readonly rejects?: readonly SentRejected[]
}

/** The run of an operator that sees a whole storage, which it reaches by `LentRowCalls`. */
export interface WholeInput {
  readonly instance: number
  readonly step: string
  readonly run: string
  readonly complete: boolean | undefined
  readonly origin: string | undefined
  readonly preview: boolean | undefined
  readonly rejectedBefore: readonly SentRejected[] | undefined
  readonly operatorStep: number
}

export interface WholeOutcome extends WriteResult {
  readonly rowsIn: number
  readonly rejected: readonly SentRejected[]
}

/** The method of the servings of each kind that asks the model. */
export const askingMethods = {
  llm: 'generate',
  embedding: 'embed',
  rerank: 'rerank',
  transcription: 'transcribe',
} as const

/** What the project asks of the process of a plugin. */
export interface PluginCalls {
  load(input: {
    readonly plugin: string
    readonly folder: string
    readonly otherVersion: string | undefined
    readonly options: unknown
    readonly project: Project
  }): { readonly issues: readonly Issue[] } | { readonly operators: readonly OperatorFacts[] }
  options(step: GivenStep): { readonly issues: readonly Issue[] } | StepFacts
  columns(step: GivenStep & { readonly columns: ColumnList; readonly open: boolean }): SentEffects
  check(
    step: GivenStep & { readonly columns: ColumnList; readonly open: boolean; readonly step: string },
  ): readonly SentError[]
  create(step: GivenStep & { readonly servings: readonly LentServing[] }): number
  run(input: RunInput): SentResults
  runWhole(input: WholeInput): WholeOutcome
  abort(input: { readonly instance: number }): void
  dispose(input: { readonly instance: number }): void
}

/** A storage of the operator `instance`: 0, or a view that it has named by `step`. */
interface Place {
  readonly instance: number
  readonly storage: number
}

/** What an operator that sees a whole storage asks of it. Readers and writers begin with the first call of their number. */
export interface LentRowCalls {
  step(input: Place & { readonly as: number }): void
  /** @returns undefined at the end */
  read(input: Place & { readonly reader: number }): SentBatch | undefined
  stopReading(input: { readonly instance: number; readonly reader: number }): void
  write(input: Place & { readonly writer: number; readonly batch: SentBatch }): void
  endWriting(input: Place & { readonly writer: number; readonly error?: SentError }): WriteResult
  tell(input: { readonly instance: number; readonly fate: RowFate }): void
  warn(input: { readonly instance: number; readonly message: string }): void
}

/** What the process of a plugin asks of the project. */
export interface ProjectCalls extends LentRowCalls {
  ask(input: {
    readonly instance: number
    readonly name: string
    readonly kind: ServingKind
    readonly parameters: readonly unknown[]
  }): unknown
}

/** The functions that answer calls. */
export type Answers<Calls> = {
  readonly [Name in keyof Calls]: Calls[Name] extends (input: infer Input) => infer Output
    ? (input: Input) => Output | Promise<Output>
    : never
}
