import { openCommandProject } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { cliError } from './errors.js'
import { printJson } from './terminal/json.js'
import { print } from './terminal/print.js'
import { importTestkit } from './test/import-testkit.js'
import { operatorOfProject } from './test/operator-of-project.js'
import { usedInPipeline } from './test/used-in-pipeline.js'

export interface TestCommandOptions extends GlobalOptions {
  readonly options?: string
  readonly rows?: string
  readonly examples?: number
  readonly seed?: number
  readonly json?: boolean
}

/** `maestro test`. @returns the exit code: 1 if a rule is broken */
export async function testOperator(name: string, settings: TestCommandOptions): Promise<number> {
  const { project, config } = await openCommandProject(settings)
  try {
    const definition = await operatorOfProject(project, name)
    const { operatorSuite, runSuite } = await importTestkit(config.directory)
    const isGiven = settings.options !== undefined && settings.rows !== undefined
    const use = isGiven ? undefined : await usedInPipeline(project, config, name)
    const rows = settings.rows === undefined ? use?.rows : parsed('--rows', settings.rows)
    const options = settings.options === undefined ? (use?.options ?? {}) : parsed('--options', settings.options)
    if (rows === undefined) throw cliError('MAESTRO_CLI_TEST_ROWS', { name })
    const { plugins, servings, storages, vectorStores, tableEngine, directory } = config
    const parts = {
      plugins,
      servings,
      storages,
      vectorStores,
      directory,
      ...(tableEngine === undefined ? {} : { tableEngine }),
    }
    const { examples, seed } = settings
    const fuzz = { ...(examples === undefined ? {} : { examples }), ...(seed === undefined ? {} : { seed }) }
    const outcomes = await runSuite(operatorSuite(definition, { options, rows, project: parts, ...fuzz }))
    const failed = outcomes.filter(({ error }) => error !== undefined)
    if (settings.json === true) {
      const results = outcomes.map(({ name: rule, error }) => ({
        rule,
        ...(error === undefined ? {} : { failure: textOf(error) }),
      }))
      printJson({ operator: name, passed: failed.length === 0, rules: results }, 2)
    } else {
      if (use !== undefined) print(`${name} with the options and rows of the pipeline ${use.pipeline}\n`)
      for (const { name: rule, error } of outcomes) print(`${error === undefined ? '✓' : '✗'} ${rule}\n`)
      for (const { name: rule, error } of failed) print(`\n${rule}:\n${textOf(error)}\n`)
      print(`\n${outcomes.length - failed.length} of ${outcomes.length} rules hold.\n`)
    }
    return failed.length === 0 ? 0 : 1
  } finally {
    await project.dispose()
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function parsed(option: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw cliError('MAESTRO_CLI_USAGE', { reason: `${option} is not JSON: ${textOf(error)}` }, error)
  }
}
