import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { openCommandProject } from '../command-project.js'
import type { GlobalOptions } from '../commands/command.js'
import { shownPath } from '../describe-report.js'
import { cliError } from '../errors.js'
import { askConsent } from '../plugin/consent.js'
import { printJson } from '../terminal/json.js'
import { print } from '../terminal/print.js'
import { isStartedRun, outputFile, type StartedRun } from './started-run.js'

/**
 * Repeats the command of this process in the background, in a session of its own, so that neither Ctrl-C nor the end of the
 * terminal reaches it. Returns as soon as the run has begun.
 *
 * @throws MAESTRO_CLI_NOT_STARTED with what it wrote
 */
export async function startDetached(options: GlobalOptions & { readonly json?: boolean | undefined }): Promise<void> {
  const { project, config } = await openCommandProject(options)
  // Nobody can be asked later.
  await askConsent(project).finally(() => project.dispose())
  mkdirSync(config.stateDirectory, { recursive: true })
  const log = join(config.stateDirectory, `detached-${process.pid}-${Date.now()}.log`)
  const child = start(log)
  const giveUp = () => {
    child.kill()
    rmSync(log, { force: true })
  }
  process.once('exit', giveUp)
  const started = await startOf(child)
  process.off('exit', giveUp)
  if (started === undefined) {
    const output = readFileSync(log, 'utf8').trim()
    rmSync(log)
    throw cliError('MAESTRO_CLI_NOT_STARTED', { output })
  }
  child.disconnect()
  child.unref()
  const { run, directory } = started
  const path = directory === undefined ? log : moved(log, join(directory, outputFile))
  if (options.json) printJson({ run, pid: child.pid, directory, output: path })
  else
    print(
      `${run} runs in the background, in the process ${child.pid}.\n  see it: maestro attach ${run}\n  stop it: kill ${child.pid}\n  what it writes: ${shownPath(path)}\n`,
    )
}

/** @returns where the file is: some systems do not move one that is written to */
function moved(from: string, to: string): string {
  try {
    renameSync(from, to)
    return to
  } catch {
    return from
  }
}

/** What it writes is for people, whatever this command prints. */
function start(log: string): ChildProcess {
  const parameters = process.argv.slice(2).filter((word) => word !== '--detach' && word !== '--json')
  const bin = join(dirname(createRequire(import.meta.url).resolve('maestro-dataflow/package.json')), 'bin/maestro.js')
  const output = openSync(log, 'ax', 0o600)
  try {
    return spawn(process.execPath, [...process.execArgv, bin, ...parameters], {
      detached: true,
      stdio: ['ignore', output, output, 'ipc'],
    })
  } finally {
    closeSync(output)
  }
}

async function startOf(child: ChildProcess): Promise<StartedRun | undefined> {
  const stop = new AbortController()
  const options = { signal: stop.signal }
  const message = once(child, 'message', options).then(([message]) => message as unknown)
  const end = once(child, 'exit', options).then(() => undefined)
  try {
    const first = await Promise.race([message, end])
    return isStartedRun(first) ? first : undefined
  } finally {
    for (const one of [message, end]) one.catch(() => undefined)
    stop.abort()
  }
}
