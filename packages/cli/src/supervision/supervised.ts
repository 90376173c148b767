// The process in which a command runs. `supervise` starts it.
import module from 'node:module'
import { main } from '../main.js'
import { reportError } from '../report-error.js'
import { ignoreClosedOutputs } from './closed-outputs.js'
import { lateError, stopOnLateErrors } from './late-errors.js'
import { isServing, stoppedByUser, takeRequestsFromSupervisor, workDone } from './stop-signal.js'

// Deno does not have this function.
module.enableCompileCache?.()
ignoreClosedOutputs()
takeRequestsFromSupervisor()
const parameters = process.argv.slice(2)
stopOnLateErrors((error) => {
  const exitCode = reportError(error, {
    json: parameters.includes('--json'),
    verbose: parameters.includes('--verbose'),
  })
  finish(exitCode, true)
})
const exitCode = await main(parameters, { supervised: true })
workDone()
// Stopped work may have left operations behind that are not awaited.
finish(exitCode, exitCode === stoppedByUser)

function finish(code: number, atOnce: boolean): void {
  // For what serves, an error that nobody caught is a crash as any other.
  if (isServing() && lateError() !== undefined) process.exit(code)
  process.exitCode = code
  const exit = () => {
    if (atOnce) process.exit(code)
  }
  if (process.connected) process.send?.(code, exit)
  else exit()
}
