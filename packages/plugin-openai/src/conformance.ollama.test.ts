import { describeLLMServing } from '@maestro-dataflow/testkit/vitest'
import { describe, inject } from 'vitest'
import { OpenAIChatServing } from './chat-serving.js'

const ollama = inject('ollama')
const connection = { model: ollama?.model ?? '', baseUrl: `${ollama?.url}/v1`, apiKey: 'the key of this test' }

/** Small models know these by heart. */
const capitals = { France: 'Paris', Italy: 'Rome', Japan: 'Tokyo', Germany: 'Berlin' }
const questions = Object.entries(capitals).map(([country, answer]) => ({
  ask: `What is the capital of ${country}?`,
  answer,
}))
const noGrammar = 'Ollama 0.6.8 makes no grammar of quotation marks and backslashes in an enum'

describe.runIf(ollama !== undefined)('Ollama by the API of OpenAI', () => {
  describeLLMServing(() => new OpenAIChatServing({ ...connection, stream: true }), {
    title: 'openai.chat',
    capabilities: { jsonSchema: true, images: false, audio: false },
    questions,
    secrets: [connection.apiKey],
    skip: {
      'a prompt that does not fit the context fails with its own code': 'Ollama cuts it without a word',
      'characters of all kinds in a schema are returned unchanged': noGrammar,
      'a truncated answer to a schema is reported as truncated': noGrammar,
      'each sampling setting makes a difference, or is declared as unsupported':
        'Ollama ignores top_k in the API of OpenAI without a word',
    },
  })
})
