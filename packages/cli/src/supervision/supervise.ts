import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { endingSignals, stoppedByUser } from './stop-signal.js'

/** The time in milliseconds that a process may take to end after its command has finished. */
const patience = 2000

/**
 * Runs a command in a separate process and controls its end. A second Ctrl-C always ends the process, and the command
 * counts as finished only if it reports so.
 *
 * @returns the exit code
 */
export async function supervise(parameters: readonly string[], json: boolean): Promise<number> {
  const child = fork(fileURLToPath(import.meta.resolve('./supervised.js')), parameters)
  let requests = 0
  let hasBegun = false
  let finished: number | undefined
  let impatience: NodeJS.Timeout | undefined
  const end = () => child.kill('SIGKILL')
  const interrupt = () => {
    requests++
    if (requests === 1 && child.connected) child.send('stop', () => undefined)
    else end()
  }
  for (const signal of endingSignals) process.on(signal, interrupt)
  if (process.connected) {
    // Who started this process has left before it learnt of a run, which nobody would know of.
    process.once('disconnect', () => {
      if (!hasBegun) end()
    })
    process.channel?.unref()
  }
  child.on('message', (message) => {
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
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  clearTimeout(impatience)
  // An error after the end of the command counts too.
  if (finished !== undefined) return finished === 0 ? (exitCode ?? 0) : finished
  if (requests > 0) return stopped(signal)
  const [{ cliError }, { reportError }] = await Promise.all([import('../errors.js'), import('../report-error.js')])
  const how = signal === null ? `exit code ${exitCode}` : `signal ${signal}`
  return reportError(cliError('MAESTRO_CLI_ENDED_EARLY', { how }), { json, verbose: false })
}

async function stopped(signal: NodeJS.Signals | null): Promise<number> {
  if (signal !== null && process.stderr.isTTY) {
    const { showCursor } = await import('../progress/terminal-block.js')
    process.stderr.write(showCursor)
  }
  return stoppedByUser
}
