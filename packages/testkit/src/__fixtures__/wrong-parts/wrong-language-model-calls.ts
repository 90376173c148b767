import type { LLMRequest, LLMResult, LLMServing } from '@maestro-dataflow/core'
import type { LLMServingCase } from '../../conformance/llm-serving-suite.js'
import type { PlantModel } from './wrong-language-models.js'

type Call = Parameters<LLMServing['generate']>

/** A fault in each answer. */
const answer =
  (change: (result: LLMResult, request: LLMRequest, count: number) => LLMResult): PlantModel =>
  (model) => {
    let count = 0
    return { generate: async (...call) => change(await model.generate(...call), call[0], ++count) }
  }

/** Throws something else when a call fails. */
const failure =
  (change: (error: Error) => unknown): PlantModel =>
  (model) => ({
    generate: (...call) =>
      model.generate(...call).catch((error) => {
        throw change(error)
      }),
  })

/** Language models whose calls end, share, or describe something in a wrong way. */
export const wrongLanguageModelCalls: Readonly<Record<string, readonly [LLMServingCase, PlantModel]>> = {
  'throws a text': ['a call has both its signal and its time-out', failure(({ message }) => message)],
  'throws null': ['a call has both its signal and its time-out', failure(() => null)],
  'throws nothing': ['a call has both its signal and its time-out', failure(() => undefined)],
  'answers although it was stopped': [
    'a call has both its signal and its time-out',
    (model) => ({
      async generate(given, options = {}) {
        const { signal, ...others } = options
        if (signal?.aborted === true) return model.generate(given, options)
        return model.generate(given, others)
      },
    }),
  ],
  'keeps no time-out when it has a signal': [
    'a call has both its signal and its time-out',
    (model) => ({
      generate: (given, options = {}) =>
        model.generate(given, options.signal === undefined ? options : { ...options, timeout: undefined as never }),
    }),
  ],
  'hears no signal when it has a time-out': [
    'a call has both its signal and its time-out',
    (model) => ({
      generate: (given, options = {}) =>
        model.generate(given, options.timeout === undefined ? options : { ...options, signal: undefined as never }),
    }),
  ],
  'leaves its listeners on the signal': [
    'calls leave nothing behind',
    (model) => ({
      generate(given, options = {}) {
        options.signal?.addEventListener('abort', () => undefined)
        return model.generate(given, options)
      },
    }),
  ],
  'leaves a timer of each call': [
    'calls leave nothing behind',
    (model) => ({
      async generate(given, options = {}) {
        setTimeout(() => undefined, 3_000_000)
        return model.generate(given, options)
      },
    }),
  ],
  'has an identity of its calls': [
    'describes itself alike at each making',
    (model) => {
      let calls = 0
      return Object.defineProperty(
        {
          generate: (...call: Call) => {
            calls++
            return model.generate(...call)
          },
        },
        'identity',
        { enumerable: true, get: () => ({ model: 'm', calls }) },
      )
    },
  ],
  'has an identity that other calls change': [
    'describes itself alike at each making',
    (model) => {
      const identity: Record<string, unknown> = { model: 'm' }
      return {
        identity,
        generate(given, options) {
          identity.temperature = given.temperature
          return model.generate(given, options)
        },
      }
    },
  ],
  'names another model each time': [
    'answers the same request alike at temperature 0',
    answer((result, _, count) => ({ ...result, model: `m-${count}` })),
  ],
  'says that it has stopped when a batch is over': [
    'a batch returns its answers in the order of the requests',
    (model) => ({
      async *generateBatch(requests, options) {
        let last: LLMResult | undefined
        for (const one of requests) {
          if (last !== undefined) yield last
          last = await model.generate(one, options)
        }
      },
    }),
  ],
  'gives each answer of a batch twice': [
    'a batch returns its answers in the order of the requests',
    (model) => ({
      async *generateBatch(requests, options) {
        for (const one of requests) {
          const result = await model.generate(one, options)
          yield result
          yield result
        }
      },
    }),
  ],
  'hears no signal in a batch': [
    'a batch ends when its signal fires',
    (model) => ({
      async *generateBatch(requests) {
        for (const one of requests) yield await model.generate(one)
      },
    }),
  ],
  'ends a batch at the first failure without a word': [
    'a batch does not end without a word when one of its calls fails',
    (model) => ({
      async *generateBatch(requests, options) {
        for (const one of requests)
          try {
            yield await model.generate(one, options)
          } catch {
            return
          }
      },
    }),
  ],
  'never ends a batch': [
    'a batch returns its answers in the order of the requests',
    (model) => ({
      async *generateBatch(requests, options) {
        for (const one of requests) yield await model.generate(one, options)
        await new Promise(() => undefined)
      },
    }),
  ],
  'fails when two calls are under way': [
    'concurrent calls each receive their own answer',
    (model) => {
      let busy = false
      return {
        async generate(...call) {
          if (busy) throw new Error('busy')
          busy = true
          await new Promise((resolve) => setImmediate(resolve))
          return model.generate(...call).finally(() => {
            busy = false
          })
        },
      }
    },
  ],
  'gives all callers the first answer of those under way': [
    'concurrent calls each receive their own answer',
    (model) => {
      let under: Promise<LLMResult> | undefined
      return {
        generate(...call) {
          under ??= model.generate(...call).finally(() => {
            under = undefined
          })
          return under
        },
      }
    },
  ],
  'throws when it is freed': [
    'can be freed twice, and at the same time',
    () => ({ dispose: () => Promise.reject(new Error('no')) }),
  ],
  'throws at once when it is freed': [
    'can be freed twice, and at the same time',
    () => ({
      dispose: () => {
        throw new Error('no')
      },
    }),
  ],
  'frees what others share': [
    'can be freed after a call, and then answers anew or says that it cannot',
    (() => {
      let closed = false
      return (model) => ({
        async generate(...call) {
          if (closed) throw new Error('closed')
          return model.generate(...call)
        },
        async dispose() {
          closed = true
        },
      })
    })(),
  ],
  'leaves a setting in the environment': [
    'calls leave nothing behind',
    (model) => ({
      generate(given, options) {
        process.env.SMALL_MODEL_CALLED = 'yes'
        return model.generate(given, options)
      },
    }),
  ],
}
