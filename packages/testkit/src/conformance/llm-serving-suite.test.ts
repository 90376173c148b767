import { EnhancedLLMServing, type LLMRequest, type LLMServing, maestroError } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { casesWithoutFault, failedCases, foundBy } from '../__fixtures__/failed-cases.js'
import { smallModel } from '../__fixtures__/small-model.js'
import { hurriedModels } from '../__fixtures__/wrong-parts/hurried/servings-and-stores.js'
import { wrongLanguageModelCalls } from '../__fixtures__/wrong-parts/wrong-language-model-calls.js'
import { wrongLanguageModels } from '../__fixtures__/wrong-parts/wrong-language-models.js'
import { questionOf } from '../scripted/scripted-serving.js'
import { describeLLMServing } from '../vitest.js'
import { type LLMServingCase, llmServingSuite } from './llm-serving-suite.js'

describeLLMServing(() => smallModel(), { title: 'a scripted serving', capabilities: { jsonSchema: true } })
describeLLMServing(() => smallModel({ jsonSchema: false }), { title: 'a scripted serving without native schemas' })
describeLLMServing(() => new EnhancedLLMServing(smallModel()), { title: 'EnhancedLLMServing' })

/** The cases that a serving with a planted fault fails. */
function failures(plant: (model: LLMServing) => Partial<LLMServing>, patience: number): Promise<readonly string[]> {
  const make = () => {
    const model = smallModel()
    return { ...model, ...plant(model) }
  }
  return failedCases(llmServingSuite(make, { patience, secrets: ['a key'], samples: true }))
}

/** A fault in how it answers; the call's own options reach the model as they are, unless said otherwise. */
const answering =
  (generate: (model: LLMServing, ...call: Parameters<LLMServing['generate']>) => ReturnType<LLMServing['generate']>) =>
  (model: LLMServing): Partial<LLMServing> => ({ generate: (...call) => generate(model, ...call) })

const faults: Readonly<
  Record<string, [plant: (model: LLMServing) => Partial<LLMServing>, ...cases: LLMServingCase[]]>
> = {
  'answers to side by side calls are mixed up': [
    (model) => {
      let last: LLMRequest | undefined
      return {
        async generate(request, options) {
          const asked = last ?? request
          last = request
          await new Promise((resolve) => setImmediate(resolve))
          last = undefined
          return model.generate(asked, options)
        },
      }
    },
    'concurrent calls each receive their own answer',
  ],
  'a batch in another order': [
    (model) => ({
      async *generateBatch(requests) {
        for (const request of [...requests].reverse()) yield await model.generate(request)
      },
    }),
    'a batch returns its answers in the order of the requests',
  ],
  'a failure as the text of an answer': [
    answering(async (model, ...call) => {
      const usage = { inputTokens: 1, outputTokens: 1 }
      return model
        .generate(...call)
        .catch((error) => ({ text: `ERROR: ${error}`, finishReason: 'stop', usage, model: 'x' }))
    }),
    'a prompt that does not fit the context fails with its own code',
    'a call ends when its signal fires',
    'a call ends when its time is over',
  ],
  'a failure that is not typed': [
    answering(async (model, ...call) => {
      return model.generate(...call).catch((error) => {
        throw new TypeError(error.message)
      })
    }),
    'a prompt that does not fit the context fails with its own code',
    'a call with a signal that has fired is not made',
    'media that it cannot take are refused, not left out',
  ],
  'a failure that shows the key': [
    answering(async (model, request, options) => {
      return model.generate(request, options).catch((error) => {
        throw maestroError(
          'MAESTRO_SERVING_CONTEXT_TOO_LONG',
          { serving: 'x', reason: `with a key`, tokens: undefined },
          error,
        )
      })
    }),
    'a prompt that does not fit the context fails with its own code',
  ],
  'a signal that is not listened to': [
    answering((model, request, { signal: _, ...options } = {}) => model.generate(request, options)),
    'a call with a signal that has fired is not made',
    'a call ends when its signal fires',
  ],
  'a call that never ends': [
    answering((model, request, options) =>
      options?.signal !== undefined && questionOf(request).includes('story')
        ? new Promise(() => undefined)
        : model.generate(request, options),
    ),
    'a call with a signal that has fired is not made',
    'a call ends when its signal fires',
  ],
  'a rejection that nobody waits for': [
    answering((model, request, options) => {
      const call = model.generate(request, options)
      void call.then(() => undefined)
      return call
    }),
    'a call with a signal that has fired is not made',
    'a call ends when its signal fires',
  ],
  'one signal that stops all calls': [
    (model) => {
      const all = new AbortController()
      return {
        generate(request, options) {
          options?.signal?.addEventListener('abort', () => all.abort())
          return model.generate(request, { ...options, signal: all.signal })
        },
      }
    },
    'a signal stops its own call alone',
  ],
  'a time-out that is not kept': [
    answering((model, request, { timeout: _, ...options } = {}) => model.generate(request, options)),
    'a call ends when its time is over',
  ],
  'no usage': [
    answering(async (model, ...call) => ({ ...(await model.generate(...call)), usage: undefined as never })),
    'answers with a text, its usage, its end and its model',
  ],
  'usage of zero': [
    answering(async (model, ...call) => ({
      ...(await model.generate(...call)),
      usage: { inputTokens: 0, outputTokens: 0 },
    })),
    'answers with a text, its usage, its end and its model',
    'reads the system message and the turns before the question',
  ],
  'a finish reason of its own': [
    answering(async (model, ...call) => ({ ...(await model.generate(...call)), finishReason: 'eos' as never })),
    'answers with a text, its usage, its end and its model',
  ],
  'an answer that was cut without saying so': [
    answering(async (model, ...call) => ({ ...(await model.generate(...call)), finishReason: 'stop' })),
    'maxTokens cuts an answer, which is said',
    'a truncated answer to a schema is reported as truncated',
  ],
  'maxTokens and stop that are not passed on': [
    answering((model, { maxTokens: _, stop: __, ...request }, options) => model.generate(request, options)),
    'maxTokens cuts an answer, which is said',
    'a stop text ends an answer and is not part of it',
  ],
  'a stop text that stays in the answer': [
    answering(async (model, request, options) => {
      const result = await model.generate(request, options)
      return request.stop === undefined ? result : { ...result, text: `${result.text}${request.stop.join('')}` }
    }),
    'a stop text ends an answer and is not part of it',
  ],
  'the system message is dropped': [
    answering((model, { messages, ...request }, options) =>
      model.generate({ ...request, messages: messages.filter(({ role }) => role !== 'system') }, options),
    ),
    'reads the system message and the turns before the question',
  ],
  'only the last turn is read': [
    answering((model, request, options) =>
      model.generate({ ...request, messages: request.messages.slice(-1) }, options),
    ),
    'reads the system message and the turns before the question',
  ],
  'other words each time': [
    (model) => {
      let count = 0
      return {
        async generate(...call) {
          const result = await model.generate(...call)
          return { ...result, text: `${count++} ${result.text}` }
        },
      }
    },
    'answers the same request alike at temperature 0',
  ],
  'half a character': [
    answering(async (model, ...call) => {
      const result = await model.generate(...call)
      return { ...result, text: result.text.replace('👩', '\uD83D') }
    }),
    'Chinese and emoji are read and written whole',
  ],
  'letters beyond ASCII that are lost': [
    answering(async (model, ...call) => {
      const result = await model.generate(...call)
      const lose = (text: string) => text.replaceAll(/[^ -~\n]/gu, '\uFFFD')
      return { ...result, text: lose(result.text), object: JSON.parse(lose(JSON.stringify(result.object ?? null))) }
    }),
    'Chinese and emoji are read and written whole',
    'characters of all kinds in a schema are returned unchanged',
  ],
  'a schema that is not followed': [
    answering((model, { schema: _, ...request }, options) => model.generate(request, options)),
    'answers fit a JSON schema',
    'characters of all kinds in a schema are returned unchanged',
  ],
  'an object that is left out': [
    answering(async (model, ...call) => {
      const { object: _, ...result } = await model.generate(...call)
      return result
    }),
    'answers fit a JSON schema',
  ],
  'an empty prompt that breaks it': [
    answering((model, request, options) => {
      if (request.messages.every(({ content }) => content === '')) throw new TypeError('no prompt')
      return model.generate(request, options)
    }),
    'an empty prompt is answered or refused with a typed error',
  ],
  'a long prompt that is cut in silence': [
    answering((model, request, options) =>
      model.generate(
        {
          ...request,
          messages: request.messages.map((turn) => ({ ...turn, content: String(turn.content).slice(0, 99) })),
        },
        options,
      ),
    ),
    'a prompt that does not fit the context fails with its own code',
  ],
  'media that are left out': [
    answering((model, request, options) => {
      const messages = request.messages.map((turn) => {
        const parts =
          typeof turn.content === 'string' ? turn.content : turn.content.filter(({ type }) => type === 'text')
        return { ...turn, content: parts }
      })
      return model.generate({ ...request, messages }, options)
    }),
    'media that it cannot take are refused, not left out',
  ],
  ...Object.fromEntries(
    (['temperature', 'topP', 'topK', 'seed'] as const).map((setting): [string, (typeof faults)[string]] => [
      `${setting} that is not passed on`,
      [
        answering((model, { [setting]: _, ...request }, options) => model.generate(request, options)),
        'each sampling setting makes a difference, or is declared as unsupported',
      ],
    ]),
  ),
  'images that it takes and does not read': [
    (model) => ({
      capabilities: { ...model.capabilities, images: true },
      generate: ({ messages, ...request }, options) => {
        const texts = messages.map((turn) => ({
          ...turn,
          content: typeof turn.content === 'string' ? turn.content : turn.content.filter(({ type }) => type === 'text'),
        }))
        return model.generate({ ...request, messages: texts }, options)
      },
    }),
    'media that it takes make a difference',
  ],
  'capabilities that are not said': [
    () => ({ capabilities: { jsonSchema: true, images: false } as never }),
    'says what it can do',
  ],
  'the key in its identity': [() => ({ identity: { baseUrl: 'x', apiKey: 'a key' } }), 'shows no secret'],
  'the key in its account': [() => ({ account: 'https://example.com a key' }), 'shows no secret'],
  'an identity that is no data': [() => ({ identity: { baseUrl: new URL('https://example.com') } }), 'says what it is'],
  'another identity at each making': [
    () => ({ identity: { model: 'x', made: crypto.randomUUID() } }),
    'describes itself alike at each making',
  ],
  'another account at each making': [() => ({ account: crypto.randomUUID() }), 'describes itself alike at each making'],
  'no name': [() => ({ name: '' }), 'says what it is'],
  'a price that is no number': [() => ({ price: { input: Number.NaN } }), 'says what it is'],
  'freeing it twice fails': [
    () => {
      let freed = false
      return {
        async dispose() {
          if (freed) throw new TypeError('it is gone')
          freed = true
        },
      }
    },
    'can be freed twice, and at the same time',
  ],
  'freed, it fails with anything': [
    (model) => {
      let freed = false
      return {
        generate(...call) {
          if (freed) throw new TypeError('it is gone')
          return model.generate(...call)
        },
        async dispose() {
          freed = true
        },
      }
    },
    'can be freed after a call, and then answers anew or says that it cannot',
  ],
  'freeing it waits for ever': [
    () => ({ dispose: () => new Promise(() => undefined) }),
    'a call that is under way when it is freed ends',
  ],
}

describe('the suite for language models fails for', () => {
  test('nothing, without a fault', async () => {
    expect(await failures(() => ({}), 10_000)).toEqual([])
    const reading = () => smallModel({ images: true, audio: true })
    expect(await failedCases(llmServingSuite(reading, { patience: 10_000 }))).toEqual([])
    const unsupportedSettings = ['topK', 'seed'] as const
    const few = (model: LLMServing): Partial<LLMServing> => ({
      capabilities: { ...model.capabilities, unsupportedSettings },
      generate: ({ topK: _, seed: __, ...request }, options) => model.generate(request, options),
    })
    expect(await failures(few, 10_000)).toEqual([])
  })

  test.each(Object.entries(faults))('%s', async (_, [plant, ...cases]) => {
    expect(await failures(plant, 500)).toEqual(expect.arrayContaining(cases))
  })

  test('each of its cases is failed by a planted fault', () => {
    const found = { ...faults, ...foundBy({ ...wrongLanguageModels, ...wrongLanguageModelCalls, ...hurriedModels }) }
    // The servings to compare with are options, so this case has a test of its own.
    expect(casesWithoutFault(llmServingSuite(smallModel), found)).toEqual(['another model has another identity'])
  })
})
