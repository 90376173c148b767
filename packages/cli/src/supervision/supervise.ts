import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { runFlags } from './run-flags.js'
import { againMessage, endingSignals, servingMessage, stoppedByUser } from './stop-signal.js'

/** The time in milliseconds that a process may take to end after its command has finished. */
const patience = 2000
/** The time in milliseconds until a process that served is started again after a crash. */
const restartMs = 1000

/** How a process ended. */
interface Ending {
  /** The exit code of the command; undefined if the process ended before the command had finished. */
  readonly exitCode: number | undefined
  /** For people. */
  readonly how: string
  /** Whether a signal that asks processes to end ended it, before it could pass it on. */
  readonly wasAsked: boolean
  /** Whether it serves until it is stopped, and had begun to. */
  readonly wasServing: boolean
  /** Whether it has asked to be started again. */
  readonly again: boolean
}

/**
 * Runs a command in a separate process and controls its end. A second Ctrl-C always ends the process, and the command
 * counts as finished only if it reports so. A command that serves until it is stopped is started again after a crash.
 *
 * @returns the exit code
 */
export async function supervise(parameters: readonly string[], json: boolean): Promise<number> {
  let child: ChildProcess | undefined
  let requests = 0
  const stop = new AbortController()
  const interrupt = () => {
    requests++
    stop.abort()
    if (requests === 1 && child?.connected === true) child.send('stop', () => undefined)
    else child?.kill('SIGKILL')
  }
  for (const signal of endingSignals) process.on(signal, interrupt)
  for (;;) {
    child = fork(createRequire(import.meta.url).resolve('#supervised'), parameters, { execArgv: [...runFlags()] })
    const { exitCode, how, wasAsked, wasServing, again } = await endOf(child)
    if (again && requests === 0) continue
    if (exitCode !== undefined) return exitCode
    // A terminal sends its signal to both processes, and the end of the other one may be known here first.
    if (requests > 0 || wasAsked) return stopped(how)
    if (!wasServing) return endedEarly(how, json)
    const { printMessage } = await import('../terminal/print.js')
    printMessage(`The process ended: ${how}. It is started again.\n`)
    await sleep(restartMs, undefined, { signal: stop.signal }).catch(() => undefined)
    if (stop.signal.aborted) return stoppedByUser
  }
}

/** Waits for the end of a process. */
async function endOf(child: ChildProcess): Promise<Ending> {
  let hasBegun = false
  let isServing = false
  let again = false
  let finished: number | undefined
  let impatience: NodeJS.Timeout | undefined
  const end = () => child.kill('SIGKILL')
  if (process.connected) {
    // Who started this process has left before it learnt of a run, which nobody would know of.
    process.once('disconnect', () => {
      if (!hasBegun) end()
    })
    process.channel?.unref()
  }
  child.on('message', (message) => {
    if (message === servingMessage) {
      isServing = true
      return
    }
    if (message === againMessage) {
      again = true
      return
    }
    if (typeof message !== 'number') {
      // Who started this process waits for it.
      hasBegun = true
      if (process.connected) process.send?.(message, () => undefined)
      return
    }
    finished = message
    // Work that was left behind, such as a pipe that is never written to, must not delay the end.
    impatience = setTimeout(end, patience)
  })
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  clearTimeout(impatience)
  return {
    // An error after the end of the command counts too.
    exitCode: finished === 0 ? (code ?? 0) : finished,
    wasAsked: endingSignals.some((ending) => ending === signal),
    how: signal === null ? `exit code ${code}` : `signal ${signal}`,
    wasServing: isServing,
    again,
  }
}

async function endedEarly(how: string, json: boolean): Promise<number> {
  const [{ cliError }, { reportError }] = await Promise.all([import('../errors.js'), import('../report-error.js')])
  return reportError(cliError('MAESTRO_CLI_ENDED_EARLY', { how }), { json, verbose: false })
}

async function stopped(how: string): Promise<number> {
  if (how.startsWith('signal') && process.stderr.isTTY) {
    const { showCursor } = await import('../progress/terminal-block.js')
    process.stderr.write(showCursor)
  }
  return stoppedByUser
}
