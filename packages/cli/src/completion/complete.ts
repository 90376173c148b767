import { pipelineFiles, pipelineName } from '@maestro-dataflow/core/runtime'
import { openCommandProject } from '../command-project.js'
import type { GlobalOptions } from '../commands/command.js'
import type { CommandWords } from './command-words.js'

/**
 * The words that can stand at the last place of a command line. The list is empty where a file is expected, so that the
 * shell completes its name.
 *
 * @param words The words after `maestro`. The last one is what has been typed of the word to complete, perhaps nothing.
 */
export async function complete(
  words: readonly string[],
  program: CommandWords,
  options: GlobalOptions,
): Promise<readonly string[]> {
  const before = words.slice(0, -1)
  const typed = words.at(-1) ?? ''
  const { command, value } = readWords(before, program)
  const found = value === undefined ? await possible(command, program, typed, options) : await values(value, options)
  return found.filter((word) => word.startsWith(typed))
}

/** The command of the words so far, and the option whose value comes next. */
function readWords(before: readonly string[], program: CommandWords) {
  let command = program
  let value: string | undefined
  for (const word of before) {
    if (value !== undefined) {
      value = undefined
      continue
    }
    const option = [...command.options, ...program.options].find(({ names }) => names.includes(word))
    if (option?.takesValue === true) value = word
    else command = command.commands.find(({ name }) => name === word) ?? command
  }
  return { command, value }
}

async function possible(
  command: CommandWords,
  program: CommandWords,
  typed: string,
  options: GlobalOptions,
): Promise<readonly string[]> {
  if (typed.startsWith('-'))
    return [...command.options, ...program.options].flatMap(({ names }) => names).concat('--help')
  if (command.commands.length > 0) return command.commands.map(({ name }) => name)
  if (command.parameters.some((name) => name.startsWith('pipeline'))) return pipelines(options)
  return command.parameters.includes('shell') ? ['bash', 'zsh', 'fish'] : []
}

async function values(option: string, options: GlobalOptions): Promise<readonly string[]> {
  if (option !== '--serving') return []
  return inProject(options, async ({ config }) => Object.keys(config.servings))
}

function pipelines(options: GlobalOptions): Promise<readonly string[]> {
  return inProject(options, async ({ config }) => (await pipelineFiles(config)).map(pipelineName))
}

/** What a project says. A project that cannot be opened completes nothing, because the command itself will say why. */
async function inProject(
  options: GlobalOptions,
  read: (opened: Awaited<ReturnType<typeof openCommandProject>>) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  try {
    return await read(await openCommandProject(options))
  } catch {
    return []
  }
}
