import { defineOperator, Prompt, type Schema, SERVINGS } from '@maestro-dataflow/core'
import { z } from 'zod'
import { answerColumns } from '../asking/answer-columns.js'
import { askingOptions, nameOption, promptOption } from '../asking/asking-options.js'
import { schemaOption } from '../asking/json-schema.js'
import { PromptedGenerator } from './prompted-generator.js'

const options = z
  .strictObject({
    prompt: promptOption,
    output: nameOption.optional(),
    schema: schemaOption.optional(),
    onCutOff: z.enum(['reject', 'keep']).default('reject'),
    ...askingOptions,
  })
  .refine(({ schema, onCutOff }) => schema === undefined || onCutOff === 'reject', {
    path: ['onCutOff'],
    message: "'keep' is for texts: half of an answer with a schema is no data",
  })
  .refine(({ prompt, rowsPerCall = 1 }) => rowsPerCall === 1 || prompt.parts !== undefined, {
    path: ['rowsPerCall'],
    message: 'only prompts that are templates can ask about several rows in one call',
  })

/**
 * `ai.generate`: a language model's answers as columns.
 *
 * @remarks
 * Cost: One call a row.
 */
export const generate = defineOperator({
  name: 'ai.generate',
  kind: 'map',
  description: "Fills columns with a language model's answers to a prompt",
  options,
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
  servings: ({ serving, prompt }) => [{ kind: 'llm', name: serving, capabilities: prompt.needs }],
  inject: [SERVINGS],
  create: ({ serving, output, ...rest }, [servings]) => {
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
    return new PromptedGenerator({
      ...given,
      serving: servings.get(serving, 'llm'),
      ...(output === undefined ? {} : { outputColumn: output }),
    })
  },
})
