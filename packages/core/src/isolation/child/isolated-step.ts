import type { TokenContainer } from '../../container/token-container.js'
import { Operator, type OperatorResult, type RunOptions } from '../../contracts/operator.js'
import type { OperatorDefinition } from '../../contracts/operator-definition.js'
import type { Row } from '../../contracts/row.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { decodeStepLine, encodeStepLine } from '../../provider/step-codec.js'
import { rowFunction } from '../../run/stream/create-row-step.js'
import type { RunInput, SentResult, SentResults, WholeInput, WholeOutcome } from '../messages.js'
import { sendError } from '../sent-error.js'
import { receiveRejected, sendRejected } from '../sent-rows.js'
import { LentStorage, type LentStorageSettings } from './lent-storage.js'

type OperatorFunction = (input: unknown, context: object) => unknown

/** An operator that was created for one step. */
export class IsolatedStep {
  readonly #plugin: string
  readonly #kind: string
  readonly #run: OperatorFunction
  readonly #created: { dispose?(): unknown }
  readonly #scope: TokenContainer
  readonly #stop = new AbortController()

  /** @throws MAESTRO_STEP_CREATE if `create` returned no function and no operator */
  constructor(plugin: string, definition: OperatorDefinition, created: unknown, scope: TokenContainer) {
    const isWhole = created instanceof Operator && definition.kind === 'opaque'
    const run = isWhole ? created.run.bind(created) : created instanceof Operator ? rowFunction(created) : created
    if (typeof run !== 'function') {
      const reason = `create() returned ${describeValue(created)} instead of a function or an operator`
      throw maestroError('MAESTRO_STEP_CREATE', { step: definition.name, reason })
    }
    this.#plugin = plugin
    this.#kind = definition.kind
    this.#run = run as OperatorFunction
    this.#created = created as { dispose?(): unknown }
    this.#scope = scope
  }

  async run({ lines, step, run }: RunInput): Promise<SentResults> {
    const read = lines.map(decodeStepLine)
    const rows = read.map(({ row }) => row)
    const rowIds = read.map(({ id }) => id)
    const common = { signal: this.#stop.signal, step, run }
    if (this.#kind === 'mapBatches') {
      const results = await this.#run(rows, { ...common, rowIds })
      return { results: await this.#sent(results) }
    }
    let reason: string | undefined
    const drop = (why: string) => {
      reason = String(why)
      return this.#kind === 'filter' ? false : []
    }
    const result = await this.#run(rows[0], { ...common, rowId: rowIds[0], drop })
    return { results: this.#kind === 'flatMap' ? await this.#sent(result) : [this.#result(result)], reason }
  }

  /** Runs an operator that sees a whole storage. */
  async runWhole(
    { instance, step, run, complete, origin, preview, rejectedBefore, operatorStep }: WholeInput,
    channel: LentStorageSettings['channel'],
  ): Promise<WholeOutcome> {
    const plugin = this.#plugin
    const storage = new LentStorage({ plugin, instance, channel, latest: operatorStep, last: 0 })
    const options: RunOptions = {
      signal: this.#stop.signal,
      step,
      run,
      ...(complete === undefined ? {} : { complete }),
      ...(origin === undefined ? {} : { origin }),
      ...(preview === undefined ? {} : { preview }),
      rejectedBefore: rejectedBefore === undefined ? undefined : receiveRejected(rejectedBefore, plugin),
      tell: (fate) => void channel.call('tell', { instance, fate }).catch(() => undefined),
      warn: (message) => void channel.call('warn', { instance, message }).catch(() => undefined),
    }
    const result = (await this.#run(storage, options)) as OperatorResult | undefined
    const { rows = 0, location = '', rowsIn = 0, rejected = [] } = result ?? {}
    return { rows, location, rowsIn, rejected: sendRejected(rejected, plugin) }
  }

  abort(): void {
    this.#stop.abort()
  }

  async dispose(): Promise<void> {
    try {
      await this.#created.dispose?.()
    } finally {
      await this.#scope.dispose()
    }
  }

  /** Each result is encoded when it arrives, because an operator may change an object that it has returned. */
  async #sent(results: unknown): Promise<readonly SentResult[]> {
    const sent: SentResult[] = []
    for await (const result of results as AsyncIterable<unknown>) sent.push(this.#result(result))
    return sent
  }

  #result(result: unknown): SentResult {
    if (MaestroError.is(result)) return { error: sendError(result, this.#plugin) }
    const isRow = typeof result === 'object' && result !== null && !Array.isArray(result)
    return isRow && this.#kind !== 'filter' ? { line: encodeStepLine('', result as Row) } : { value: result }
  }
}
