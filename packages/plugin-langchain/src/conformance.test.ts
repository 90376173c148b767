import { setTimeout as sleep } from 'node:timers/promises'
import type { JsonSchema, LLMServing } from '@maestro-dataflow/core'
import { questionOf, scriptedEmbeddings, scriptedServing } from '@maestro-dataflow/testkit'
import { describeEmbeddingServing, describeLLMServing, describePlugin } from '@maestro-dataflow/testkit/vitest'
import { fromLangChain } from './chat-serving.js'
import { fromLangChainEmbeddings } from './embedding-serving.js'
import langchain from './index.js'
import { toLangChainChatModel, toLangChainEmbeddings } from './to-langchain.js'

const story = Array.from({ length: 40 }, (_, chapter) => `In year ${chapter} the fox met a friend and went home.`)

/** What the suite asks of a model: it repeats a word, tells a story, fills in a schema. */
const model = scriptedServing(
  async (request) => {
    const question = questionOf(request)
    const inWords = /JSON Schema:\n(.*)$/s.exec(question)?.[1]
    const schema = request.schema ?? (inWords === undefined ? undefined : JSON.parse(inWords))
    if (schema !== undefined) return JSON.stringify(filled(schema))
    const repeated = /^(?:Repeat: |The word is ")([^"]*)/u.exec(question)?.[1]
    if (repeated !== undefined) return repeated
    // As long as it takes for a signal to come in between.
    await sleep(20)
    return story.join(' ')
  },
  { capabilities: { images: false, audio: false } },
)

function filled(schema: JsonSchema): unknown {
  if (Array.isArray(schema.enum)) return schema.enum[0]
  if (schema.type === 'object') {
    const properties = Object.entries(schema.properties as Record<string, JsonSchema>)
    return Object.fromEntries(properties.map(([name, property]) => [name, filled(property)]))
  }
  return schema.type === 'array' ? ['sky'] : schema.type === 'integer' ? 1 : 'text'
}

/** Into LangChain and out of it again: both ways have to hold. */
async function thereAndBack(): Promise<LLMServing> {
  return fromLangChain(await toLangChainChatModel(model), { images: false })
}

const skip = { 'a prompt that does not fit the context fails with its own code': 'the script has no context' }
describeLLMServing(thereAndBack, {
  title: 'a chat model of LangChain',
  capabilities: { jsonSchema: true },
  samples: false,
  skip,
})
describeLLMServing(
  async () => fromLangChain(await toLangChainChatModel(model), { images: false, structuredOutput: false }),
  {
    title: 'a chat model of LangChain that is asked in words',
    capabilities: { jsonSchema: false },
    samples: false,
    skip,
  },
)
describeEmbeddingServing(async () => fromLangChainEmbeddings(await toLangChainEmbeddings(scriptedEmbeddings())), {
  title: 'embeddings of LangChain',
})
describePlugin(langchain)
