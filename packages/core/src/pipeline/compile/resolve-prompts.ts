import { assertPromptsAllowed } from '../../contracts/operator.js'
import type { OperatorDefinition, PromptOption } from '../../contracts/operator-definition.js'
import { Prompt } from '../../contracts/prompt.js'
import type { ColumnSet } from '../../contracts/row.js'
import { PromptTemplate } from '../../define/prompt.js'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { checkOptions } from './check-options.js'
import type { CompileContext, Faults } from './compile-context.js'
import { chatFromData, fewShotFromData, invalidPrompt } from './prompt-from-data.js'

/** A prompt, and the option that held it. */
export interface GivenPrompt {
  readonly prompt: Prompt
  readonly promptOption: PromptOption
}

/**
 * Turns an operator's prompt options into prompts. A text is a template; a list of turns `{ role, content }` is a chat;
 * `{ system, examples, user }` is a prompt with examples; `{ use, ...options }` is a contributed class. Anything else
 * is left to the operator's own schema.
 *
 * @returns the options, and each prompt with the option that holds it
 */
export async function resolvePrompts(
  definition: OperatorDefinition,
  options: unknown,
  context: CompileContext,
  faults: Faults,
  step: string,
): Promise<{ readonly options: unknown; readonly prompts: readonly GivenPrompt[] }> {
  if (typeof options !== 'object' || options === null) return { options, prompts: [] }
  const resolved: Record<string, unknown> = { ...options }
  const prompts: GivenPrompt[] = []
  for (const promptOption of definition.prompts ?? []) {
    const { option, allowed } = promptOption
    const prompt = await toPrompt(resolved[option], context, faults, step)
    if (prompt === 'no prompt') continue
    // A prompt that could not be created is already a fault. An empty prompt replaces it, so that the other options are
    // checked.
    resolved[option] = prompt ?? new PromptTemplate('')
    if (prompt === undefined) continue
    prompts.push({ prompt, promptOption })
    faults.catch(() => assertPromptsAllowed(definition.name, allowed, [prompt]), step)
  }
  return { options: resolved, prompts }
}

/** The variables that a prompt may use: those that the operator fills, and the row's columns. */
export function promptScope({ promptOption }: GivenPrompt, options: unknown, columns: ColumnSet): ColumnSet {
  const { variables, overRow = true } = promptOption
  const own = Object.fromEntries((variables?.(options) ?? []).map((name) => [name, 'unknown' as const]))
  return overRow ? { columns: { ...columns.columns, ...own }, open: columns.open } : { columns: own, open: false }
}

/** The prompt; undefined after a fault; or a mark that the value is not a prompt. */
async function toPrompt(
  given: unknown,
  context: CompileContext,
  faults: Faults,
  step: string,
): Promise<Prompt | 'no prompt' | undefined> {
  if (given instanceof Prompt) return given
  if (typeof given === 'string') return faults.catch(() => new PromptTemplate(given), step)
  if (Array.isArray(given)) return faults.catch(() => chatFromData(given), step)
  if (typeof given !== 'object' || given === null) return 'no prompt'
  if ('examples' in given && !('use' in given)) return faults.catch(() => fewShotFromData(given), step)
  if (!('use' in given)) return 'no prompt'
  const { use, ...promptOptions } = given as { use: unknown }
  if (typeof use !== 'string') {
    faults.add(invalidPrompt(['use: the name of a contributed prompt is expected']), step)
    return undefined
  }
  const definition = faults.catch(() => context.find('prompts', use, 'prompt'), step)
  if (definition === undefined) return undefined
  const valid = await checkOptions(use, definition.options, promptOptions, faults, step)
  return valid === undefined ? undefined : faults.catch(() => createPrompt(use, () => definition.create(valid)), step)
}

/** @throws MAESTRO_STEP_CREATE if a plugin's own code throws or returns something other than a prompt */
function createPrompt(use: string, create: () => unknown): Prompt {
  let created: unknown
  try {
    created = create()
  } catch (error) {
    if (MaestroError.is(error)) throw error
    throw maestroError('MAESTRO_STEP_CREATE', { step: use, reason: (error as Error).message }, error)
  }
  if (created instanceof Prompt) return created
  throw maestroError('MAESTRO_STEP_CREATE', { step: use, reason: 'create() returned no prompt' })
}
