import type { CommandProject } from './command-project.js'
import { openCommandProject } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { askServings } from './doctor/ask-servings.js'
import { type Check, failed } from './doctor/check.js'
import { checkComponents } from './doctor/check-components.js'
import { checkCopies } from './doctor/check-copies.js'
import { checkDisk, checkMachine } from './doctor/check-machine.js'
import { checkPipelines } from './doctor/check-pipelines.js'
import { checkPlugins } from './doctor/check-plugins.js'
import { checkState } from './doctor/check-state.js'
import { checkTypeScript } from './doctor/check-typescript.js'
import { renderChecks } from './doctor/render-checks.js'
import { printJson } from './terminal/json.js'
import { print } from './terminal/print.js'
import { styleFor } from './terminal/style.js'

export interface DoctorCommandOptions extends GlobalOptions {
  readonly json?: boolean
  /** Whether each serving is asked one small question. */
  readonly ask?: boolean
}

/** `maestro doctor`. @returns the exit code: 1 when a check failed */
export async function doctor(options: DoctorCommandOptions): Promise<number> {
  const checks = [...checkMachine(), ...(await checkProject(options))]
  const ok = checks.every(({ status }) => status !== 'fail')
  if (options.json === true) printJson({ ok, checks }, 2)
  else print(renderChecks(checks, styleFor(process.stdout)))
  return ok ? 0 : 1
}

async function checkProject(options: DoctorCommandOptions): Promise<readonly Check[]> {
  let opened: CommandProject
  try {
    opened = await openCommandProject(options)
  } catch (error) {
    return [await checkDisk(process.cwd()), failed('config', error)]
  }
  const { project, config } = opened
  try {
    const { checks: plugins, discovered, contributions } = await checkPlugins(project)
    return [
      await checkDisk(config.directory),
      { name: 'config', status: 'ok', message: config.path ?? config.directory },
      ...plugins,
      ...checkCopies(config.directory, discovered ?? []),
      ...(discovered === undefined ? [] : await checkComponents(project, contributions)),
      ...(options.ask === true ? await askServings(project, contributions) : []),
      ...(await checkPipelines(project)),
      ...(await checkState(config)),
      ...(await checkTypeScript(project)),
    ]
  } finally {
    await project.dispose()
  }
}
