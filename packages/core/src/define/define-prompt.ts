import type { Prompt } from '../contracts/prompt.js'
import type { PromptDefinition } from '../contracts/prompt-definition.js'

/**
 * Defines a prompt class that plugins contribute and pipelines pick by name. Its options get types where it is picked
 * when the plugin adds them to `PromptTypes`.
 *
 * @example
 * const shout = definePrompt({
 *   name: 'shout.prompt',
 *   options: z.object({ input: z.string(), tone: z.enum(['happy', 'angry']) }),
 *   create: ({ input, tone }) => new PromptTemplate(`In a ${tone} tone: {{${input}}}`),
 * })
 * // definePlugin({ name: 'shout', prompts: [shout] })
 * // .step('ai.generate', { prompt: { use: 'shout.prompt', input: 'text', tone: 'angry' } })
 */
export function definePrompt<const Name extends string, Options, P extends Prompt>(
  definition: PromptDefinition<Name, Options, P>,
): PromptDefinition<Name, Options, P> {
  return definition
}
