import { ChatOpenAI, type ChatOpenAIFields } from '@langchain/openai'
import { EnhancedLLMServing, type LLMServing, type RequestDoneEvent, ServingPlane } from '@maestro-dataflow/core'
import { openAIReplies, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { chatServingOf, fromLangChain } from './chat-serving.js'

const server = await startMisbehavingServer()
beforeEach(() => server.reset())
afterAll(() => server.close())

/** Plays a server that refuses these settings. */
function refuse(...names: readonly string[]): void {
  server.always((request) => {
    const refused = Object.keys(request.json()).find((name) => names.includes(name))
    return refused === undefined
      ? openAIReplies.chat('bad END good')
      : replies.error(400, `Unsupported parameter: '${refused}' is not supported with this model.`)
  })
}

async function ask(given: LLMServing, more: object = {}) {
  const warned: string[] = []
  const observer = { requestDone: ({ warnings }: RequestDoneEvent) => void warned.push(...(warnings ?? [])) }
  const serving = new EnhancedLLMServing(given, { plane: new ServingPlane({ observer }) })
  const { text } = await serving.generate({ messages: [{ role: 'user', content: 'Good or bad?' }], ...more })
  return { text, warned }
}

const created = (fields: ChatOpenAIFields) =>
  fromLangChain(new ChatOpenAI({ model: 'm', apiKey: 'a', configuration: { baseURL: `${server.url}/v1` }, ...fields }))

const named = (fields: object) => {
  const options = { model: 'm', apiKey: 'a', configuration: { baseURL: `${server.url}/v1` }, ...fields }
  return chatServingOf({ from: '@langchain/openai', export: 'ChatOpenAI', options }, import.meta.dirname)
}

/** A model of OpenAI, whose requests arrive at our server. */
const atOpenAI = (fields: ChatOpenAIFields) =>
  new ChatOpenAI({
    apiKey: 'a',
    configuration: {
      fetch: (url, init) => fetch(String(url).replace('https://api.openai.com', server.url), init),
    },
    ...fields,
  })

test.each([
  ['created in code', created],
  ['named in the config', named],
])('settings of a model %s that the server refuses are left out, with a warning', async (_, make) => {
  refuse('temperature', 'top_p')
  const serving = make({ temperature: 0.3, topP: 0.5 })
  const expected = {
    text: 'bad END good',
    warned: ['`temperature`', '`topP`'].map((name) => expect.stringContaining(`does not accept ${name}`)),
  }
  expect(await ask(serving)).toEqual(expected)
  expect(server.requests).toHaveLength(3)
  // A setting of the request and that of the model are the same.
  expect(await ask(serving, { temperature: 0 })).toEqual(expected)
})

test('the texts that end an answer of a model are looked for in it', async () => {
  refuse('stop')
  expect(await ask(created({ stop: ['END'] }))).toMatchObject({ text: 'bad ' })
})

test.each<[ChatOpenAIFields, readonly string[]]>([
  [{ model: 'o3-mini', temperature: 0.3, topP: 0.5 }, ['temperature', 'topP']],
  [{ model: 'gpt-5-mini', temperature: 0.3 }, ['temperature']],
  [{ model: 'gpt-5.1', temperature: 0.3, reasoning: { effort: 'none' } }, []],
  [{ model: 'gpt-4o', temperature: 0.3, topP: 0.5 }, []],
])('what OpenAI does not accept of a model %j is never sent', async (fields, left) => {
  refuse()
  const { warned } = await ask(fromLangChain(atOpenAI(fields)))
  expect(warned).toEqual(
    left.map((name) => `The model ${fields.model} does not accept \`${name}\`, which is not sent.`),
  )
  expect(server.requests).toHaveLength(1)
  const sent = server.requests[0]?.json() ?? {}
  const names = { temperature: 'temperature', topP: 'top_p' } as const
  for (const [setting, name] of Object.entries(names))
    expect(name in sent).toBe(setting in fields && !left.includes(setting))
})
