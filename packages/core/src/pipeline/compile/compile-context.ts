import type { Contributions } from '../../contracts/hooks.js'
import type { OperatorDefinition } from '../../contracts/operator-definition.js'
import type { PlanWarning } from '../../contracts/plan.js'
import type { RowSourceAccess } from '../../contracts/row-source.js'
import type { LLMCapabilities, ServingKind } from '../../contracts/serving.js'
import type { TableEngine } from '../../contracts/table-engine.js'
import type { Token } from '../../contracts/token.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { reasonOf } from '../../errors/reason-of.js'
import type { OtherSource } from './compiled-pipeline.js'

/** What the compiler needs from the previous hops. */
export interface CompileContext {
  /** The folder of the config file, where relative paths start. */
  readonly directory: string
  readonly allowOutside: boolean
  readonly allowPrivateAddresses: boolean
  /** The folder of the run that is to be resumed. */
  readonly runDirectory: string | undefined
  /** Whether the user allows the run to replace existing outputs. */
  readonly overwrite: boolean
  /** The sinks whose existing output may be replaced because this run has written it. */
  readonly ownOutputs: ReadonlySet<string>
  /** The steps after which a run stops, so that they end a stage. */
  readonly cuts: ReadonlySet<string>
  /** Whether the pipeline must write somewhere. It is false for previews and for rows that are read in code. */
  readonly requireSink: boolean
  /** The real paths of the files of which the project consists. */
  readonly projectFiles: ReadonlySet<string>
  /** @throws MAESTRO_REGISTRY_UNKNOWN */
  find<Kind extends keyof Contributions>(kind: Kind, name: string, where: string): Contributions[Kind]
  /** The faults of components in the config that no step names. */
  checkComponents(): readonly MaestroError[]
  /**
   * The description of a configured serving, without creating it. @throws MAESTRO_SERVING_UNKNOWN,
   * MAESTRO_REGISTRY_UNKNOWN, MAESTRO_CONFIG_INVALID
   */
  describeServing(
    name: string,
    kind: ServingKind,
    where: string,
  ): {
    readonly kind: ServingKind
    readonly capabilities?: LLMCapabilities | undefined
    /** The settings in the config. */
    readonly options?: object | undefined
    /** The name of the serving that answers what this one does not answer. */
    readonly fallback?: string | undefined
  }
  /** Checks a configured vector store without opening it. @throws MAESTRO_VECTORS_UNKNOWN, MAESTRO_REGISTRY_UNKNOWN, MAESTRO_CONFIG_INVALID */
  checkVectorStore(name: string, where: string): void
  /** The tokens that have no value. */
  missingTokens(tokens: readonly Token<unknown>[]): readonly Token<unknown>[]
  /** Options with their values from the environment. @throws MAESTRO_CONFIG_ENV_MISSING */
  readEnvironment(options: unknown, setting: string): unknown
  /** The way to the rows of a source in an option of a step. */
  accessTo(source: OtherSource): RowSourceAccess
  /** Creates a defined operator with its injected dependencies. */
  createOperator(definition: OperatorDefinition, options: unknown): unknown
  /** The engine of the table operators; undefined if no plugin contributes one. */
  tableEngine(): Promise<TableEngine | undefined>
}

type FaultList = readonly MaestroError[] | undefined

/** Collects the faults and warnings of a pipeline, so that all are reported at once. */
export class Faults {
  readonly #errors: MaestroError[] = []
  readonly #warnings: PlanWarning[] = []

  /** The warnings, each once. */
  get warnings(): readonly PlanWarning[] {
    return this.#warnings
  }

  warn(message: string, step?: string): void {
    if (this.#warnings.some((known) => known.message === message && known.step === step)) return
    this.#warnings.push(step === undefined ? { message } : { step, message })
  }

  add(error: MaestroError, step?: string): void {
    this.#errors.push(step === undefined ? error : error.at({ step }))
  }

  /** Adds a new fault, of any step. */
  addNew(error: MaestroError): void {
    if (this.#errors.every(({ code, message }) => code !== error.code || message !== error.message)) this.add(error)
  }

  /** Runs a check. If it throws, the error becomes a fault and the result is undefined. */
  catch<T>(check: () => T, step?: string): T | undefined {
    try {
      return check()
    } catch (error) {
      this.#caught(error, step)
      return undefined
    }
  }

  /** The same for an asynchronous check. */
  async catchLater<T>(check: () => T | Promise<T>, step?: string): Promise<T | undefined> {
    try {
      return await check()
    } catch (error) {
      this.#caught(error, step)
      return undefined
    }
  }

  /** Adds the faults that a check returns or throws. @returns whether it found none */
  async addAll(check: () => FaultList | Promise<FaultList>, step?: string): Promise<boolean> {
    const before = this.#errors.length
    const found: unknown = await this.catchLater(check, step)
    // The check of a part in JavaScript may return anything.
    if (found !== undefined && !Array.isArray(found))
      this.#caught(new TypeError(`check() returned ${describeValue(found)} instead of a list of errors`), step)
    for (const fault of Array.isArray(found) ? found : []) this.#caught(fault, step)
    return this.#errors.length === before
  }

  #caught(error: unknown, step: string | undefined): void {
    const reason = reasonOf(error)
    this.add(
      MaestroError.is(error) ? error : maestroError('MAESTRO_STEP_CREATE', { step: step ?? 'source', reason }, error),
      step,
    )
  }

  get isEmpty(): boolean {
    return this.#errors.length === 0
  }

  /** @throws MAESTRO_PIPELINE_INVALID with every fault, each with its step, what was expected, and what to do */
  throwIfAny(pipeline: string): void {
    if (this.isEmpty) return
    const lines = this.#errors.map((error) => {
      const place = error.step === undefined ? '' : `step ${error.step}: `
      const separator = error.message.includes('\n') ? '\n' : ' '
      return `${error.message.startsWith(place) ? '' : place}${error.message}${separator}${error.hint ?? ''}`.trim()
    })
    const details = { pipeline, faults: lines, errors: this.#errors.map((error) => error.toJSON()) }
    throw maestroError(
      'MAESTRO_PIPELINE_INVALID',
      details,
      new AggregateError(this.#errors, `${this.#errors.length} faults`),
    )
  }
}
