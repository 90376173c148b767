import { ChatOpenAI } from '@langchain/openai'
import { EnhancedLLMServing, generateObject, type LLMServing, ServingPlane } from '@maestro-dataflow/core'
import { fromLangChain } from '@maestro-dataflow/plugin-langchain'
import { OllamaChatServing } from '@maestro-dataflow/plugin-ollama'
import { OpenAIChatServing } from '@maestro-dataflow/plugin-openai'
import { expect, inject, test } from 'vitest'
import { z } from 'zod'

const { url = '', model = '' } = inject('ollama') ?? {}
const baseURL = `${url}/v1`

const servings: Readonly<Record<string, () => LLMServing>> = {
  'openai.chat': () => new OpenAIChatServing({ model, baseUrl: baseURL, temperature: 0 }),
  'ollama.chat': () => new OllamaChatServing({ model, host: url, temperature: 0, contextTokens: 256 }),
  'langchain.chat': () =>
    fromLangChain(new ChatOpenAI({ model, temperature: 0, apiKey: 'none', configuration: { baseURL } })),
}

/** Schemas of which Ollama 0.6 makes no grammar, or a grammar that ends its process. */
const schemas: Readonly<Record<string, z.ZodType>> = {
  'a date and an address of mail': z.object({ day: z.iso.date(), mail: z.email() }),
  'patterns, also with lookaround': z.object({ a: z.string().regex(/^[A-Z]-\d+$/), b: z.string().regex(/^(?=\d)\d$/) }),
  'a tuple': z.object({ value: z.tuple([z.string(), z.number()]) }),
}

const tree: z.ZodType = z.object({
  name: z.string(),
  get children() {
    return z.array(tree).optional()
  },
})

/** More of them, in one schema and for one of the servings, since all of them send the same part of a schema. */
const furtherSchemas: Readonly<Record<string, z.ZodType>> = {
  'many kinds at once': z.object({
    stars: z.int().min(1).max(5),
    half: z.number().multipleOf(0.5),
    text: z.string().min(3).max(5000),
    id: z.uuid(),
    page: z.url(),
    address: z.ipv4(),
    version: z.templateLiteral(['v', z.number()]),
    time: z.iso.datetime(),
    length: z.iso.duration(),
    kind: z.discriminatedUnion('is', [
      z.object({ is: z.literal('a'), n: z.number() }),
      z.object({ is: z.literal('b'), list: z.array(z.string()).min(1).max(3) }),
    ]),
    map: z.record(z.enum(['x', 'y']), z.number()),
    tree,
    any: z.any(),
    json: z.json(),
    nothing: z.null(),
    choice: z.literal([1, 'a', null, true]),
    maybe: z.string().nullish(),
    both: z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() })),
  }),
}

const cases = Object.entries(servings).flatMap(([serving, make]) =>
  Object.entries(serving === 'ollama.chat' ? { ...schemas, ...furtherSchemas } : schemas).map(
    ([name, schema]) => [serving, name, make, schema] as const,
  ),
)

test.skipIf(url === '').each(cases)(
  '%s asks a real Ollama for %s, and the server lives on',
  async (_, __, make, schema) => {
    const warnings: string[] = []
    const plane = new ServingPlane({ observer: { requestDone: (event) => warnings.push(...(event.warnings ?? [])) } })
    const serving = new EnhancedLLMServing(make(), { plane, settings: { repairs: 0, retries: 0 } })
    const question = { messages: [{ role: 'user' as const, content: 'Give me an example as JSON.' }], maxTokens: 16 }
    const outcome = await generateObject(serving, question, schema).then(
      () => ({ code: 'answered', message: '' }),
      ({ code, message }) => ({ code, message }),
    )
    // What a tiny model writes may be wrong or too long. The server may neither refuse the schema nor fail.
    const answers = ['SCHEMA_MISMATCH', 'MALFORMED_REPLY', 'CUT_OFF'].map((code) => `MAESTRO_SERVING_${code}`)
    expect(['answered', ...answers], outcome.message).toContain(outcome.code)
    expect(warnings.filter((warning) => warning.includes('does not follow the schema'))).toEqual([])
    const hello = { messages: [{ role: 'user' as const, content: 'Hello' }], maxTokens: 2 }
    expect((await serving.generate(hello)).finishReason).toBe('length')
  },
  120_000,
)
