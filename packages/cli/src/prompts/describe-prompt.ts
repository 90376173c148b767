import type { Prompt } from '@maestro-dataflow/core'
import type { Contribution, DiscoveredPlugin, Maestro } from '@maestro-dataflow/core/runtime'
import { describeSchema, type OptionDescription } from '../plugins/describe-schema.js'
import { type PromptTurn, promptText } from './prompt-text.js'

/** A prompt, as a manifest names it. */
export interface ContributedPrompt {
  readonly name: string
  readonly plugin: string
  readonly description: string
}

/** A prompt that a plugin contributes. */
export interface PromptDescription extends ContributedPrompt {
  /** The options. They are undefined if the schema does not describe them. */
  readonly options: readonly OptionDescription[] | undefined
  /** The prompt that the given options create. */
  readonly made:
    | {
        readonly class: string
        readonly variables: readonly string[]
        readonly version: string
        /** The text. It is undefined if the class does not reveal it. */
        readonly text: readonly PromptTurn[] | undefined
      }
    | undefined
  /** The reasons why the prompt could not be created: missing or invalid options. */
  readonly issues: readonly string[]
}

/** The prompts in the manifests of plugins. */
export function contributedPrompts(plugins: readonly DiscoveredPlugin[]): readonly ContributedPrompt[] {
  return plugins.flatMap(({ name: plugin, manifest }) =>
    Object.entries(manifest?.contributes?.prompts ?? {}).map(([name, description]) => ({ name, plugin, description })),
  )
}

/** Creates prompts with the given options and describes them. It loads their plugins. @throws MAESTRO_PLUGIN_* */
export async function describePrompts(
  project: Maestro,
  prompts: readonly ContributedPrompt[],
  given: Readonly<Record<string, string>> = {},
): Promise<readonly PromptDescription[]> {
  const plugins = new Set(prompts.map(({ plugin }) => plugin))
  const loaded = await Promise.all([...plugins].map((plugin) => project.contributionsOf(plugin)))
  const definitions = loaded.flat().filter((contribution) => contribution.kind === 'prompts')
  return Promise.all(
    prompts.flatMap((prompt) => {
      const found = definitions.find(({ name, plugin }) => name === prompt.name && plugin === prompt.plugin)
      return found === undefined ? [] : [describePrompt(prompt, found.definition, given)]
    }),
  )
}

type Definition = Extract<Contribution, { kind: 'prompts' }>['definition']

async function describePrompt(
  contributed: ContributedPrompt,
  definition: Definition,
  given: Readonly<Record<string, string>>,
): Promise<PromptDescription> {
  const { prompt, issues } = await make(definition, given)
  return {
    ...contributed,
    options: describeSchema(definition.options),
    made: prompt && {
      class: prompt.constructor.name,
      variables: prompt.variables,
      version: prompt.version,
      text: promptText(prompt),
    },
    issues,
  }
}

/** @param given Texts from the command line, which may represent numbers and booleans. */
async function make(
  definition: Definition,
  given: Readonly<Record<string, string>>,
): Promise<{ readonly prompt?: Prompt; readonly issues: readonly string[] }> {
  const { validate } = definition.options['~standard']
  const asTexts = await validate(given)
  const result = asTexts.issues === undefined ? asTexts : await validate(parsed(given))
  if (result.issues !== undefined) {
    const placed = result.issues.map(({ path = [], message }) => {
      const place = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
      return place === '' ? message : `${place}: ${message}`
    })
    return { issues: placed }
  }
  try {
    return { prompt: definition.create(result.value), issues: [] }
  } catch (error) {
    return { issues: [(error as Error).message] }
  }
}

function parsed(given: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(given).map(([name, text]) => {
      try {
        return [name, JSON.parse(text)]
      } catch {
        return [name, text]
      }
    }),
  )
}
