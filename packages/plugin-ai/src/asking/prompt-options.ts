import { assertPromptsAllowed, ChatPrompt, type Prompt, type PromptClass, PromptTemplate } from '@maestro-dataflow/core'

/** The prompts that a task accepts: its own and those that users write, but not the prompt of another task. */
export const promptsOf = (own: PromptClass): readonly PromptClass[] => [own, PromptTemplate, ChatPrompt]

/** A prompt as users give it to a class: a text is a template. */
export type GivenPrompt = Prompt | string | undefined

/** The prompt that a user gave; undefined if there is none. @throws MAESTRO_PROMPT_TEMPLATE */
export function toPrompt<Given extends GivenPrompt>(given: Given): Exclude<Given, string> | PromptTemplate
export function toPrompt(given: GivenPrompt): Prompt | undefined {
  return typeof given === 'string' ? new PromptTemplate(given) : given
}

/** The prompt that a user gave, if the operator accepts it. @throws MAESTRO_PROMPT_NOT_ALLOWED, MAESTRO_PROMPT_TEMPLATE */
export function allowedPrompt(
  operator: string,
  allowed: readonly PromptClass[],
  given: GivenPrompt,
): Prompt | undefined {
  const prompt: Prompt | undefined = toPrompt(given)
  if (prompt !== undefined) assertPromptsAllowed(operator, allowed, [prompt])
  return prompt
}
