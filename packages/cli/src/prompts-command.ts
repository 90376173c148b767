import { didYouMean } from '@maestro-dataflow/core'
import { openCommandProject } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { cliError } from './errors.js'
import { contributedPrompts, describePrompts } from './prompts/describe-prompt.js'
import { renderPrompt, renderPrompts } from './prompts/render-prompts.js'
import { printJson } from './terminal/json.js'
import { outputWidth } from './terminal/output-width.js'
import { print } from './terminal/print.js'
import { styleFor } from './terminal/style.js'

export interface PromptsCommandOptions extends GlobalOptions {
  /** The options of the named prompt. */
  readonly set: Readonly<Record<string, string>>
  readonly json?: boolean
}

/** `maestro prompts`: shows prompts from the code of the plugins whose manifests name prompts. */
export async function prompts(name: string | undefined, options: PromptsCommandOptions): Promise<void> {
  const { set, json = false } = options
  const { project } = await openCommandProject(options)
  const page = { width: outputWidth(), style: styleFor(process.stdout) }
  const show = (described: unknown, render: () => string) => (json ? printJson(described, 2) : void print(render()))
  try {
    const named = contributedPrompts(await project.plugins())
    if (name === undefined) {
      const described = await describePrompts(project, named)
      show(described, () => renderPrompts(described, page))
      return
    }
    const chosen = named.filter((prompt) => prompt.name === name)
    const [described] = await describePrompts(project, chosen, set)
    if (described === undefined) {
      const known = named.map((prompt) => prompt.name)
      throw cliError('MAESTRO_CLI_PROMPT_UNKNOWN', { name, known, suggestion: didYouMean(name, known) })
    }
    if (described.issues.length > 0 && Object.keys(set).length > 0)
      throw cliError('MAESTRO_CLI_PROMPT_OPTIONS', { name, issues: described.issues })
    show(described, () => renderPrompt(described, page))
  } finally {
    await project.dispose()
  }
}
