import type { Prompt } from '../contracts/prompt.js'
import type { PromptDefinition } from '../contracts/prompt-definition.js'
import { assertDefinition, assertFields } from './definition/assert-definition.js'
import { promptRules } from './definition/component-rules.js'
import { type Fields, type OutputOf, type Refinement, schemaOf, shapeOf } from './options/fields.js'

/**
 * Defines a prompt class that plugins contribute and pipelines select by name.
 *
 * @example
 * const shout = definePrompt({
 *   name: 'shout.prompt',
 *   options: { input: column('string'), tone: z.enum(['happy', 'angry']) },
 *   create: ({ input, tone }) => new PromptTemplate(`In a ${tone} tone: {{${input}}}`),
 * })
 * // definePlugin({ name: 'shout', prompts: [shout] })
 * // .step('ai.generate', { prompt: { use: 'shout.prompt', input: 'text', tone: 'angry' } })
 */
export function definePrompt<const Name extends string, S extends Fields<S>, P extends Prompt>(definition: {
  readonly name: Name
  readonly description?: string
  /** The options in addition to `use`: fields, a class of fields, or a whole schema. */
  readonly options: S | (new () => S)
  /** Checks how options go together. Use it with fields; a whole schema has its own checks. */
  readonly refine?: Refinement<OutputOf<S>>
  /** Creates the prompt for the plan. Its `version` should change with every option that changes the wording. */
  create(options: OutputOf<S>): P
}): PromptDefinition<Name, S, P> {
  assertDefinition(promptRules, { ...definition })
  const { options, refine, ...rest } = definition
  const shape = shapeOf(options)
  assertFields(promptRules, definition, shape)
  return { ...rest, shape, options: schemaOf(shape, refine as Refinement<never> | undefined) } as never
}
