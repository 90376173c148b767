import type { JsonSchema, LLMCapabilities, LLMRequest } from '@maestro-dataflow/core'
import { questionOf, type ScriptedOptions, type ScriptedServing, scriptedServing } from '../scripted/scripted-serving.js'
import { aWhile } from './a-while.js'

const chapters = Array.from({ length: 40 }, (_, chapter) => `In year ${chapter} the fox met a friend and went home.`)

/** The story, which begins at another chapter for each way of sampling. */
function story({ temperature = 0, topP = 1, topK = 50, seed = 0 }: LLMRequest): string {
  const start = temperature === 0 || topK === 1 ? 0 : Math.floor(7 * temperature + 11 * topP + topK + 3 * seed) % chapters.length
  return [...chapters.slice(start), ...chapters.slice(0, start)].join(' ')
}

/**
 * A scripted serving with the abilities that the suite needs of a model: it repeats a word, tells a story, and fills in
 * a schema.
 */
export function smallModel(
  capabilities: Partial<LLMCapabilities> = {},
  more: Omit<ScriptedOptions, 'capabilities'> = {},
): ScriptedServing {
  return scriptedServing(
    async (request) => {
      const question = questionOf(request)
      const schema = request.schema ?? schemaIn(question)
      if (schema !== undefined) return JSON.stringify(valueOf(schema))
      const [, repeated] = /^(?:Repeat: |The word is ")([^"]*)/u.exec(question) ?? []
      if (repeated !== undefined) return repeated
      await aWhile()
      return story(request)
    },
    { ...more, capabilities: { images: false, audio: false, contextTokens: 2000, ...capabilities } },
  )
}

/** The schema that the serving plane describes in the prompt. */
function schemaIn(question: string): JsonSchema | undefined {
  const [, text] = /JSON Schema:\n(.*)$/s.exec(question) ?? []
  return text === undefined ? undefined : JSON.parse(text)
}

function valueOf(schema: JsonSchema): unknown {
  if (Array.isArray(schema.enum)) return schema.enum[0]
  if (schema.type === 'object') {
    const properties = Object.entries(schema.properties as Record<string, JsonSchema>)
    return Object.fromEntries(properties.map(([name, property]) => [name, valueOf(property)]))
  }
  return schema.type === 'array' ? ['sky'] : schema.type === 'integer' ? 1 : 'text'
}
