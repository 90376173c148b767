import {
  type Batch,
  type ColumnEffects,
  type ColumnSet,
  Operator,
  type OperatorDefinition,
  type RowStorage,
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
      const input = kind === 'opaque' ? this.#storage(given as RowStorage) : given
      if (this.#settings.freeze === true && kind !== 'opaque') deepFreeze(input)
      const result = run.call(self, input, ...others)
      if (result instanceof Promise) this.calls.push(watch(result))
      return result
    }
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

/** A batch in parts of a size. */
export function* split<B extends Batch>({ ids, rows }: B, size: number): Generator<Batch> {
  for (let start = 0; start < rows.length; start += size)
    yield { ids: ids.slice(start, start + size), rows: rows.slice(start, start + size) }
}
