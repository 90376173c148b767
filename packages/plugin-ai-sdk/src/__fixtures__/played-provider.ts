import { setTimeout as sleep } from 'node:timers/promises'
import { type JsonSchema, type LLMRequest, type LLMServing, MaestroError } from '@maestro-dataflow/core'
import { type MisbehavingServer, questionOf, scriptedServing, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { chatServingOf } from '../chat-serving.js'
import type { NamedChatOptions } from '../chat-serving-options.js'
import type { PlayedApi } from './played-apis.js'

const contextTokens = 4096

const story = Array.from({ length: 40 }, (_, chapter) => `In year ${chapter} the fox met a friend and went home.`)

/** What the suite asks of a model: it repeats a word, tells a story, fills in a schema. */
const model = scriptedServing(
  async (request) => {
    const schema = request.schema ?? schemaInWords(request)
    if (schema !== undefined) return JSON.stringify(filled(schema))
    const repeated = /^(?:Repeat: |The word is ")([^"]*)/u.exec(questionOf(request))?.[1]
    if (repeated !== undefined) return repeated
    // As long as it takes for a signal to arrive in between.
    await sleep(20)
    return story.join(' ')
  },
  { capabilities: { contextTokens } },
)

/** A schema that the prompt describes, by our serving plane or by a provider package. */
function schemaInWords({ messages }: LLMRequest): JsonSchema | undefined {
  const words = messages.map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)))
  const found = words.map((text) => /(?:JSON|following) schema:\s*(\{.*\})/i.exec(text)?.[1]).find((text) => text !== undefined)
  return found === undefined ? undefined : JSON.parse(found)
}

function filled(schema: JsonSchema): unknown {
  if (Array.isArray(schema.enum)) return schema.enum[0]
  if (schema.type === 'object') {
    const properties = Object.entries(schema.properties as Record<string, JsonSchema>)
    return Object.fromEntries(properties.map(([name, property]) => [name, filled(property)]))
  }
  return schema.type === 'array' ? ['sky'] : schema.type === 'integer' ? 1 : 'text'
}

/** Starts a server that plays the provider's API. */
export async function startPlayedServer(api: PlayedApi): Promise<MisbehavingServer> {
  const server = await startMisbehavingServer()
  server.always(async (request) => {
    try {
      return api.write(await model.generate(api.read(request)), request)
    } catch (error) {
      if (MaestroError.is(error, 'MAESTRO_SERVING_CONTEXT_TOO_LONG')) return api.tooLong()
      throw error
    }
  })
  return server
}

/** The serving that a config makes for the played API. */
export function playedServing(
  { provider, options }: PlayedApi,
  url: string,
  settings: Partial<NamedChatOptions> = {},
): LLMServing {
  const named = { provider, model: 'played-model', options: options(url), contextTokens, ...settings }
  return chatServingOf(named, import.meta.dirname, {})
}
