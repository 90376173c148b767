import assert from 'node:assert/strict'
import {
  type Batch,
  type ColumnEffects,
  type ColumnSet,
  GlobalOperator,
  Operator,
  type OperatorDefinition,
  type RowId,
  type RowStorage,
  type RunOptions,
} from '@maestro-dataflow/core'
import { deepFreeze } from '../deep-freeze.js'
import { type Watched, watch } from '../outcomes.js'

/** What a watched operator is given, besides its options. */
export interface WatchSettings {
  /** Whether rows and options are frozen, so that a change of them fails. */
  readonly freeze?: boolean | undefined
  /** The rows of each batch. For an operator over a whole storage, those of each batch that it reads. */
  readonly batchSize?: number | undefined
  /** Called at the beginning of each call. */
  readonly onCall?: (() => void) | undefined
}

type AnyFunction = (...parameters: readonly unknown[]) => unknown

const methods = {
  map: 'map',
  filter: 'keep',
  flatMap: 'flatMap',
  mapBatches: 'mapBatches',
  table: '',
  opaque: 'run',
} as const

/** An operator that reports what the runner does with it and how it behaves. */
export class WatchedOperator {
  readonly #settings: WatchSettings
  /** What `columns` has returned for the options of the step. */
  declared: { readonly before: ColumnSet; readonly effects: ColumnEffects } | undefined
  /** The calls that have returned a promise. */
  readonly calls: Watched<unknown>[] = []
  readonly disposals: Watched<unknown>[] = []
  /** The signals that calls were given. */
  readonly signals = new Set<AbortSignal>()
  /** The rows of the last calls, which a garbage collector may take. */
  readonly rows: WeakRef<object>[] = []
  /** What calls have returned, with the cells at that moment. */
  readonly returned: (readonly [row: object, cells: object])[] = []
  /** The ids of the rows of which an operator that sees all rows said what became of them; undefined if it cannot. */
  told: Set<RowId> | undefined

  constructor(settings: WatchSettings) {
    this.#settings = settings
  }

  /** The same operator, watched. */
  definition(definition: OperatorDefinition): OperatorDefinition {
    const { batchSize } = this.#settings
    return {
      ...definition,
      ...(batchSize === undefined ? {} : { batchSize: () => batchSize }),
      columns: async (options, before) => {
        const effects = (await definition.columns?.(options, before)) ?? { opaque: true }
        this.declared = { before, effects }
        return effects
      },
      create: (options, dependencies) => {
        if (this.#settings.freeze === true) deepFreeze(options)
        return this.#watched(definition.create(options, dependencies), definition.kind)
      },
    }
  }

  /** A new object or function around what was created, so that each run watches its own. */
  #watched(created: unknown, kind: OperatorDefinition['kind']): unknown {
    const dispose = (created as { dispose?: AnyFunction } | undefined)?.dispose
    const disposed = dispose === undefined ? {} : { dispose: () => this.#disposed(() => dispose.call(created)) }
    if (typeof created === 'function' && !(created instanceof Operator))
      return Object.assign(this.#call(created as AnyFunction, created, kind), disposed)
    if (!(created instanceof Operator)) return created
    const own: Record<string, unknown> = { ...disposed }
    const method = methods[created.kind]
    const run: unknown = Reflect.get(created, method)
    if (typeof run === 'function') own[method] = this.#call(run as AnyFunction, created, created.kind)
    const { batchSize } = this.#settings
    if (created.kind === 'mapBatches' && batchSize !== undefined) own.batchSize = batchSize
    return new Proxy(created, {
      get: (target, name) => {
        if (Object.hasOwn(own, name)) return own[name as string]
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' && name !== 'constructor' ? value.bind(target) : value
      },
    })
  }

  #call(run: AnyFunction, self: unknown, kind: OperatorDefinition['kind']): AnyFunction {
    return (given, ...others) => {
      this.#settings.onCall?.()
      if (kind === 'opaque') return this.#whole(run, self, given as RowStorage, others[0] as RunOptions | undefined)
      const [context, ...more] = others
      this.#note(given, context)
      if (this.#settings.freeze === true) {
        deepFreeze(given)
        Object.freeze(context)
      }
      const result =
        kind === 'filter'
          ? keptWithoutDrop(context, (watchedContext) => run.call(self, given, watchedContext, ...more))
          : run.call(self, given, context, ...more)
      if (result instanceof Promise) this.calls.push(watch(result.then((value) => this.#noteReturned(value))))
      else this.#noteReturned(result)
      return result
    }
  }

  #noteReturned(result: unknown): unknown {
    for (const row of Array.isArray(result) ? result : [result])
      if (typeof row === 'object' && row !== null && !(row instanceof Error)) this.returned.push([row, { ...row }])
    return result
  }

  #note(given: unknown, context: unknown): void {
    const { signal } = (context ?? {}) as { readonly signal?: AbortSignal }
    if (signal !== undefined) this.signals.add(signal)
    for (const row of Array.isArray(given) ? given : [given])
      if (typeof row === 'object' && row !== null) this.rows.push(new WeakRef(row))
  }

  /** A call of an operator that sees all rows. */
  #whole(run: AnyFunction, self: unknown, storage: RowStorage, options: RunOptions = {}): unknown {
    if (self instanceof GlobalOperator) this.told = new Set()
    const tell: RunOptions['tell'] = (fate) => {
      this.told?.add(fate.rowId)
      options.tell?.(fate)
    }
    const result = run.call(self, this.#storage(storage), { ...options, tell })
    if (result instanceof Promise) this.calls.push(watch(result))
    return result
  }

  async #disposed(dispose: () => unknown): Promise<void> {
    const ending = Promise.resolve().then(dispose)
    this.disposals.push(watch(ending))
    await ending
  }

  /** The same storage, whose batches have the size of the settings. */
  #storage(storage: RowStorage): RowStorage {
    const { batchSize, freeze = false } = this.#settings
    return {
      get operatorStep() {
        return storage.operatorStep
      },
      step: () => this.#storage(storage.step()),
      write: (batches) => storage.write(batches),
      async *read() {
        for await (const batch of storage.read())
          for (const part of split(batch, batchSize ?? Math.max(1, batch.rows.length)))
            yield freeze ? deepFreeze(part) : part
      },
    }
  }
}

/** Calls a filter, which must not keep a row of which it has said why it drops it. */
function keptWithoutDrop(context: unknown, call: (context: unknown) => unknown): unknown {
  if (typeof context !== 'object' || context === null) return call(context)
  let reason: unknown
  const watched = new Proxy(context, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target)
      if (name !== 'drop') return value
      return (given: unknown) => {
        reason = given ?? ''
        return (value as AnyFunction)(given)
      }
    },
  })
  const assertDropped = (result: unknown) => {
    assert.ok(result !== true || reason === undefined, `it keeps a row that it drops: drop(${JSON.stringify(reason)})`)
    return result
  }
  const result = call(watched)
  return result instanceof Promise ? result.then(assertDropped) : assertDropped(result)
}

/** A batch in parts of a size. */
export function* split<B extends Batch>({ ids, rows }: B, size: number): Generator<Batch> {
  for (let start = 0; start < rows.length; start += size)
    yield { ids: ids.slice(start, start + size), rows: rows.slice(start, start + size) }
}
