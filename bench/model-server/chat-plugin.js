// A serving around the openai SDK, as plain as a provider is meant to be.
import { definePlugin, defineServing, readRateLimits, servingError } from '@maestro-dataflow/core'
import OpenAI from 'openai'
import { z } from 'zod'

const chat = defineServing({
  name: 'bench.chat',
  kind: 'llm',
  options: z.strictObject({ baseUrl: z.string(), apiKey: z.string(), model: z.string() }),
  create({ baseUrl, apiKey, model }) {
    const client = new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 })
    return {
      kind: 'llm',
      name: `bench ${model}`,
      provider: 'bench',
      model,
      account: baseUrl,
      identity: { baseUrl },
      price: { input: 1, output: 2 },
      capabilities: { jsonSchema: false, images: false, audio: false },
      async generate({ messages }, { signal }) {
        try {
          const { data, response } = await client.chat.completions
            .create({ model, messages }, { signal, maxRetries: 0 })
            .withResponse()
          const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = data.usage
          const rateLimits = readRateLimits(response.headers)
          return {
            text: data.choices[0].message.content,
            finishReason: 'stop',
            usage: { inputTokens, outputTokens },
            model,
            ...(rateLimits === undefined ? {} : { rateLimits }),
          }
        } catch (error) {
          if (error.status === undefined) throw error
          const { status, message: reason, headers } = error
          throw servingError(`bench ${model}`, { status, reason, rateLimits: readRateLimits(headers) }, error)
        }
      },
    }
  },
})

export const benchChat = definePlugin({
  name: 'bench',
  manifest: { apiVersion: 1, contributes: { servings: { 'bench.chat': 'The openai SDK' } } },
  apply: (hooks) => hooks.servings.tap('bench', (registry) => registry.add(chat)),
})
