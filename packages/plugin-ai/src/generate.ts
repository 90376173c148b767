import { defineOperator, Prompt, type Schema, SERVINGS } from '@maestro-dataflow/core'
import { z } from 'zod'
import { answerColumns } from './answer-columns.js'
import { PromptedGenerator } from './prompted-generator.js'

const isPrompt = (value: unknown) => value instanceof Prompt
const isSchema = (value: unknown) => typeof value === 'object' && value !== null && '~standard' in value

/** `ai.generate`: a language model's answers as columns. */
export const generate = defineOperator({
  name: 'ai.generate',
  kind: 'map',
  description: "Fills columns with a language model's answers to a prompt",
  options: z.strictObject({
    prompt: z.custom<Prompt>(isPrompt, "a prompt is expected: prompt('... {{column}}')"),
    output: z.string().optional(),
    schema: z.custom<Schema>(isSchema, 'a Standard Schema is expected, such as z.object({ ... })').optional(),
    serving: z.string().default('default'),
    temperature: z.number().nonnegative().optional(),
    topP: z.number().min(0).max(1).optional(),
    topK: z.number().int().positive().optional(),
    seed: z.number().int().optional(),
    stop: z.array(z.string()).optional(),
    maxTokens: z.number().int().positive().optional(),
  }),
  columns: ({
    prompt,
    schema,
    output,
  }: {
    prompt: Prompt
    schema?: Schema | undefined
    output?: string | undefined
  }) => ({
    reads: prompt.variables,
    adds: answerColumns(schema, output),
  }),
  deterministic: false,
  prompts: { option: 'prompt', allowed: [Prompt] },
  servings: ({ serving }) => [{ kind: 'llm', name: serving }],
  inject: [SERVINGS],
  create: ({ serving, output, ...options }, [servings]) => {
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
    return new PromptedGenerator({
      ...given,
      serving: servings.get(serving, 'llm'),
      ...(output === undefined ? {} : { outputColumn: output }),
    })
  },
})
