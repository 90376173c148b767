import type { LLMRequest, LLMResult, LLMServing } from '@maestro-dataflow/core'
import type { LLMServingCase } from '../../conformance/llm-serving-suite.js'
import { questionOf } from '../../scripted/scripted-serving.js'

/** Changes a right model, `smallModel`. State that it creates belongs to one serving. */
export type PlantModel = (model: LLMServing) => Partial<LLMServing>

type Call = Parameters<LLMServing['generate']>

/** A fault in each answer. */
const answer =
  (change: (result: LLMResult, request: LLMRequest, count: number) => LLMResult): PlantModel =>
  (model) => {
    let count = 0
    return { generate: async (...call) => change(await model.generate(...call), call[0], ++count) }
  }

/** A fault in each request. */
const request =
  (change: (given: LLMRequest) => LLMRequest): PlantModel =>
  (model) => ({ generate: (given, options) => model.generate(change(given), options) })

/** Keeps answers by a key that is not all of the request. */
const memo = (keyOf: (request: LLMRequest) => string): PlantModel => {
  return (model) => {
    const known = new Map<string, LLMResult>()
    return {
      async generate(given, options) {
        if (options?.signal?.aborted === true || options?.timeout !== undefined) return model.generate(given, options)
        const key = keyOf(given)
        const result = known.get(key) ?? (await model.generate(given, options))
        known.set(key, result)
        return result
      },
    }
  }
}

/** Language models that are wrong. */
export const wrongLanguageModels: Readonly<Record<string, readonly [LLMServingCase, PlantModel]>> = {
  'gives the answer before, now and then': [
    'a batch returns its answers in the order of the requests',
    (model) => {
      let last: LLMResult | undefined
      let count = 0
      return {
        async generate(...call) {
          const result = await model.generate(...call)
          const before = last ?? result
          last = result
          return ++count % 3 === 0 ? before : result
        },
      }
    },
  ],
  'answers nothing now and then': [
    'concurrent calls each receive their own answer',
    answer((result, _, count) => (count % 5 === 0 ? { ...result, text: '' } : result)),
  ],
  'answers the first time only': [
    'concurrent calls each receive their own answer',
    answer((result, _, count) => (count > 1 ? { ...result, text: '' } : result)),
  ],
  'fails now and then': [
    'concurrent calls each receive their own answer',
    (model) => {
      let count = 0
      return {
        async generate(...call: Call) {
          if (++count % 6 === 0) throw new TypeError('fetch failed')
          return model.generate(...call)
        },
      }
    },
  ],
  'returns one object for all answers': [
    'concurrent calls each receive their own answer',
    (model) => {
      const shared = {} as LLMResult
      return { generate: async (...call) => Object.assign(shared, await model.generate(...call)) }
    },
  ],
  'changes the messages that it is given': [
    'does not change what it is given',
    (model) => ({
      generate(given, options) {
        ;(given.messages as unknown[]).unshift({ role: 'system', content: 'Be brief.' })
        return model.generate(given, options)
      },
    }),
  ],
  'changes the schema that it is given': [
    'does not change what it is given',
    (model) => ({
      generate(given, options) {
        if (given.schema !== undefined) delete (given.schema as Record<string, unknown>).additionalProperties
        return model.generate(given, options)
      },
    }),
  ],
  'keeps the turns of earlier calls': [
    'answers the same request alike at temperature 0',
    (model) => {
      const turns: LLMRequest['messages'][number][] = []
      return {
        generate(given, options) {
          turns.push(...given.messages)
          return model.generate({ ...given, messages: turns }, options)
        },
      }
    },
  ],
  'counts the tokens of all calls': [
    'answers the same request alike at temperature 0',
    (() => {
      return (model) => {
        let read = 0
        return {
          async generate(...call) {
            const result = await model.generate(...call)
            read += result.usage.inputTokens
            return { ...result, usage: { ...result.usage, inputTokens: read } }
          },
        }
      }
    })(),
  ],
  'counts half a token': [
    'reads the system message and the turns before the question',
    answer((result) => ({ ...result, usage: { inputTokens: 1.5, outputTokens: 1 } })),
  ],
  'counts the reply as read, too': [
    'answers with a text, its usage, its end and its model',
    answer((result) => ({
      ...result,
      usage: { ...result.usage, inputTokens: result.usage.inputTokens + 1000, cachedInputTokens: 10 ** 6 },
    })),
  ],
  'costs less than nothing': [
    'answers with a text, its usage, its end and its model',
    answer((result) => ({ ...result, cost: -1 })),
  ],
  'trims the question': [
    'requests with a long common beginning are distinguished',
    request((given) => ({
      ...given,
      messages: given.messages.map((turn) => ({ ...turn, content: String(turn.content).slice(0, 40) })),
    })),
  ],
  'drops the turns of the assistant': [
    'reads the system message and the turns before the question',
    request((given) => ({
      ...given,
      messages: given.messages.filter(({ role }) => role !== 'assistant'),
    })),
  ],
  'turns the turns round': [
    'answers the last turn',
    request((given) => ({ ...given, messages: given.messages.toReversed() })),
  ],
  'joins all turns into one of the user': [
    'answers the last turn',
    request((given) => ({
      ...given,
      messages: [{ role: 'user', content: given.messages.map(({ content }) => String(content)).join('\n') }],
    })),
  ],
  'takes a temperature of 0 for none': [
    'settings of 0 are kept',
    request(({ temperature, ...given }) => ({
      ...given,
      temperature: temperature || 0.8,
    })),
  ],
  'takes a seed of 0 for none': [
    'settings of 0 are kept',
    request(({ seed, ...given }) => ({ ...given, seed: seed || Math.random() * 1e9 })),
  ],
  'knows answers by the first characters of the last turn': [
    'requests with a long common beginning are distinguished',
    memo((given) =>
      JSON.stringify([{ ...given, messages: [] }, given.messages.map((turn) => String(turn.content).slice(0, 120))]),
    ),
  ],
  'knows answers by the last characters of the last turn': [
    'reads the system message and the turns before the question',
    memo((given) => JSON.stringify([{ ...given, messages: [] }, String(given.messages.at(-1)?.content).slice(-120)])),
  ],
  'composes characters': [
    'characters of all kinds in a schema are returned unchanged',
    answer((result) => ({ ...result, text: result.text.normalize('NFKC') })),
  ],
  'puts the answer into a frame': [
    'a stop text ends an answer and is not part of it',
    answer((result) => ({ ...result, text: `<answer>${result.text}</answer>` })),
  ],
  'reads only the first stop text': [
    'a stop text ends an answer and is not part of it',
    request((given) => ({ ...given, stop: given.stop?.slice(0, 1) as never })),
  ],
  'says that it refused, and answers': [
    'maxTokens cuts an answer, which is said',
    answer((result) => ({ ...result, finishReason: 'refusal' })),
  ],
  'gives an object that is no answer of its text': [
    'answers fit a JSON schema',
    answer((result, given) =>
      given.schema === undefined ? result : { ...result, text: JSON.stringify({ colour: 'red', count: 2, tags: [] }) },
    ),
  ],
  'writes pieces that are not the answer': [
    'the pieces of a streamed answer are its text',
    (model) => ({
      async generate(given, options) {
        const result = await model.generate(given, options)
        options?.onText?.('something else')
        return result
      },
    }),
  ],
  'gives the text it was asked': [
    'maxTokens cuts an answer, which is said',
    answer((result, given) => ({ ...result, text: questionOf(given) })),
  ],
}
