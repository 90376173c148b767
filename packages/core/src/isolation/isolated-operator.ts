import { columnNames, withColumnOrder } from '../contracts/column-order.js'
import {
  type ColumnEffects,
  Operator,
  type OperatorContext,
  type OperatorResult,
  type RunOptions,
} from '../contracts/operator.js'
import type { OperatorDefinition } from '../contracts/operator-definition.js'
import type { FilterContext } from '../contracts/operator-functions.js'
import type { ColumnSet, Row, RowId } from '../contracts/row.js'
import type { RowStorage } from '../contracts/row-storage.js'
import type { Schema } from '../contracts/schema.js'
import { SERVINGS, type Servings } from '../contracts/serving-definition.js'
import { maestroError } from '../errors/error-table.js'
import type { MaestroError } from '../errors/maestro-error.js'
import { reasonOf } from '../errors/reason-of.js'
import { soundStatements } from '../pipeline/compile/sound-statements.js'
import { decodeStepLine, encodeStepLine } from '../provider/step-codec.js'
import { dataIssues } from './data-issues.js'
import type { IsolatedProcess } from './isolated-process.js'
import { LentRows } from './lent-rows.js'
import { describeLoan, type Loan } from './loans.js'
import type { OperatorFacts, SentEffects, SentResult, SentResults, StepFacts } from './messages.js'
import { receiveError } from './sent-error.js'
import { receiveRejected, sendRejected } from './sent-rows.js'

/** What the operators of a plugin share. */
export interface IsolatedPlugin {
  readonly name: string
  /** The process, which is started when it is first needed. */
  process(): Promise<IsolatedProcess>
}

/** The definition of an operator whose functions run in the process of its plugin. */
export function isolatedOperator(facts: OperatorFacts, plugin: IsolatedPlugin): OperatorDefinition {
  const { name, kind, schema, checks, asksServings, ...others } = facts
  // The compiler passes on the very object that the schema returned.
  const factsOf = new WeakMap<object, StepFacts>()
  const known = (options: unknown) => factsOf.get(options as object)
  const ask = async <Name extends 'options' | 'columns' | 'check'>(method: Name, input: object) =>
    (await plugin.process()).channel.call(method, { operator: name, ...input } as never)
  const options: Schema = {
    '~standard': {
      version: 1,
      vendor: 'maestro-dataflow',
      validate: async (given) => {
        const wrong = dataIssues(given)
        if (wrong.length > 0) return { issues: wrong }
        const answer = await ask('options', { options: given })
        if ('issues' in answer) return { issues: answer.issues }
        const value = { ...(given as object) }
        const statements = kind === 'table' ? soundStatements(name, answer.statements) : undefined
        factsOf.set(value, { ...answer, statements })
        return { value }
      },
      // The names of the options, for suggestions.
      ...(schema === undefined ? {} : { jsonSchema: { input: () => schema, output: () => schema } }),
    },
  }
  return {
    ...others,
    name,
    kind,
    shape: undefined,
    options,
    inject: asksServings ? [SERVINGS] : [],
    servings: (given) => known(given)?.servings ?? [],
    ...(kind === 'mapBatches' ? { batchSize: (given: unknown) => known(given)?.batchSize ?? 64 } : {}),
    columns: async (given, before) => effectsOf(await ask('columns', { options: given, ...columnList(before) })),
    ...(checks
      ? {
          check: async ({ options: given, columns, step }) =>
            (await ask('check', { options: given, ...columnList(columns), step })).map(
              (fault) => receiveError(fault, plugin.name) as MaestroError,
            ),
        }
      : {}),
    create: (given, [servings]) => {
      const { servings: needs = [], statements = [] } = known(given) ?? {}
      return kind === 'table' ? () => statements : createStep(facts, given, needs, servings as Servings, plugin)
    },
  }
}

/** Creates an operator in the process of its plugin. The function asks it there for each row or batch. */
function createStep(
  { name, kind }: OperatorFacts,
  options: unknown,
  needs: StepFacts['servings'],
  servings: Servings | undefined,
  plugin: IsolatedPlugin,
): unknown {
  const creating = create()
  // The first row reports that it failed.
  creating.catch(() => undefined)
  const heard = new WeakSet<AbortSignal>()

  async function create() {
    const process = await plugin.process()
    const loan: Loan | undefined = servings === undefined ? undefined : { needs, servings }
    const lent = loan === undefined ? [] : describeLoan(loan)
    const instance = await process.channel
      .call('create', { operator: name, options, servings: lent })
      .catch((error: unknown) => {
        throw maestroError(
          'MAESTRO_PLUGIN_CREATE',
          { plugin: plugin.name, operator: name, reason: reasonOf(error) },
          error,
        )
      })
    if (loan !== undefined) process.loans.set(instance, loan)
    return { process, loan, instance }
  }

  /** The operator, which hears the end of the run, and whose calls of servings count for the step. */
  async function begun({ signal, step, run }: Omit<OperatorContext, 'rowId'>) {
    const { process, instance, loan } = await creating
    if (loan !== undefined) loan.context ??= { signal, step, run }
    if (!heard.has(signal)) {
      heard.add(signal)
      const abort = () => void process.channel.call('abort', { instance }).catch(() => undefined)
      signal.addEventListener('abort', abort, { once: true })
    }
    return { process, instance }
  }

  async function run(
    rows: readonly Row[],
    ids: readonly RowId[],
    context: Omit<OperatorContext, 'rowId'>,
  ): Promise<SentResults> {
    const { process, instance } = await begun(context)
    const lines = rows.map((row, index) => encodeStepLine(ids[index] ?? '', row))
    return process.channel.call('run', { instance, lines, step: context.step, run: context.run })
  }

  async function runWhole(storage: RowStorage, options: RunOptions): Promise<OperatorResult> {
    const { signal = new AbortController().signal, step = name, run = step, complete, origin, preview } = options
    const { process, instance } = await begun({ signal, step, run })
    const rows = new LentRows(plugin.name, storage, options)
    process.rows.set(instance, rows)
    try {
      const { operatorStep } = storage
      const before = 'rejectedBefore' in options ? options.rejectedBefore : []
      const rejectedBefore = before === undefined ? undefined : sendRejected(before, plugin.name)
      const about = { instance, step, run, complete, origin, preview, rejectedBefore, operatorStep }
      const { rejected, ...result } = await process.channel.call('runWhole', about)
      return { ...result, rejected: receiveRejected(rejected, plugin.name) }
    } finally {
      process.rows.delete(instance)
      await rows.end()
    }
  }

  const result = (sent: SentResult | undefined): unknown => {
    if (sent === undefined) return undefined
    if ('line' in sent) return decodeStepLine(sent.line).row
    return 'error' in sent ? receiveError(sent.error, plugin.name) : sent.value
  }
  const dispose = async () => {
    const made = await creating.catch(() => undefined)
    await made?.process.channel.call('dispose', { instance: made.instance }).catch(() => undefined)
  }
  if (kind === 'opaque') return new WholeOperator(runWhole, dispose)
  if (kind === 'mapBatches') {
    const batches = async (
      rows: readonly Row[],
      context: Omit<OperatorContext, 'rowId'> & { readonly rowIds: readonly RowId[] },
    ) => (await run(rows, context.rowIds, context)).results.map(result)
    return Object.assign(batches, { dispose })
  }
  const single = async (row: Row, context: FilterContext) => {
    const { results, reason } = await run([row], [context.rowId], context)
    if (reason !== undefined) return context.drop(reason)
    return kind === 'flatMap' ? results.map(result) : result(results[0])
  }
  return Object.assign(single, { dispose })
}

/** An operator that sees a whole storage, and runs in another process. */
class WholeOperator extends Operator {
  readonly #run: (storage: RowStorage, options: RunOptions) => Promise<OperatorResult>
  readonly #dispose: () => Promise<void>

  constructor(
    run: (storage: RowStorage, options: RunOptions) => Promise<OperatorResult>,
    dispose: () => Promise<void>,
  ) {
    super()
    this.#run = run
    this.#dispose = dispose
  }

  run(storage: RowStorage, options: RunOptions = {}): Promise<OperatorResult> {
    return this.#run(storage, options)
  }

  override dispose(): Promise<void> {
    return this.#dispose()
  }
}

function columnList({ columns, open }: ColumnSet) {
  return { columns: columnNames(columns).map((name) => [name, columns[name] ?? 'unknown'] as const), open }
}

function effectsOf({ adds, renames, ...effects }: SentEffects): ColumnEffects {
  return {
    ...effects,
    ...(adds === undefined
      ? {}
      : {
          adds: withColumnOrder(
            Object.fromEntries(adds),
            adds.map(([name]) => name),
          ),
        }),
    ...(renames === undefined ? {} : { renames: Object.fromEntries(renames) }),
  } as ColumnEffects
}
