import { z } from 'zod'
import type { Prompt } from '../../contracts/prompt.js'
import { ChatPrompt, type ChatTurn } from '../../define/chat-prompt.js'
import { type FewShotOptions, FewShotPrompt } from '../../define/few-shot-prompt.js'
import { describeIssues } from '../../errors/describe-issues.js'
import { maestroError } from '../../errors/error-table.js'
import type { MaestroError } from '../../errors/maestro-error.js'

const text = z.string()
const media = { type: z.enum(['image', 'audio', 'file']), mediaType: text.optional(), name: text.optional() }
const part = z.union([
  z.strictObject({ type: z.literal('text'), text }),
  z.strictObject({ ...media, from: text }),
  z.strictObject({ ...media, data: z.union([text, z.instanceof(Uint8Array), z.instanceof(URL)]) }),
])
const parts = "a text, or a list of parts such as { type: text, text } and { type: image, from: '{{column}}' }"
const content = z.union([text, z.array(part).min(1)], { error: `${parts} is expected` })

const roles = ['system', 'user', 'assistant'] as const satisfies readonly ChatTurn['role'][]
const turn = z.strictObject({ role: z.enum(roles), content })

/**
 * A chat from a list of turns, the form of YAML and JSON.
 *
 * @throws MAESTRO_PIPELINE_OPTIONS, MAESTRO_PROMPT_TEMPLATE
 */
export function chatFromData(turns: readonly unknown[]): Prompt {
  const issues = turns.flatMap((given, index) =>
    turn.safeParse(given).success
      ? []
      : [`${index}: a turn { role, content } is expected, its role one of ${roles.join(', ')}, its content ${parts}`],
  )
  if (turns.length === 0) issues.push('a chat has at least one turn')
  if (issues.length > 0) throw invalidPrompt(issues)
  return new ChatPrompt(turns as readonly ChatTurn[])
}

const fewShot = z.strictObject({
  system: text.optional(),
  user: content,
  answer: text.optional(),
  examples: z.array(z.unknown()),
  version: text.optional(),
})

/**
 * A prompt with examples, in the form of YAML and JSON.
 *
 * @throws MAESTRO_PIPELINE_OPTIONS, MAESTRO_PROMPT_TEMPLATE, MAESTRO_PROMPT_EXAMPLE
 */
export function fewShotFromData(given: object): Prompt {
  const result = fewShot.safeParse(given)
  if (!result.success) throw invalidPrompt(describeIssues(result.error.issues, given))
  return new FewShotPrompt(given as FewShotOptions)
}

export function invalidPrompt(issues: readonly string[]): MaestroError {
  return maestroError('MAESTRO_PIPELINE_OPTIONS', { use: 'prompt', issues })
}
