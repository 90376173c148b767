// The process in which a command runs; `supervise` has started it.
import module from 'node:module'
import { main } from '../main.js'
import { reportError } from '../report-error.js'
import { ignoreClosedOutputs } from './closed-outputs.js'
import { stopOnLateErrors } from './late-errors.js'
import { stoppedByUser, takeRequestsFromSupervisor, workDone } from './stop-signal.js'

// Deno has none.
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
// What was stopped may have left work behind that nobody waits for.
finish(exitCode, exitCode === stoppedByUser)

function finish(code: number, atOnce: boolean): void {
  process.exitCode = code
  const exit = () => {
    if (atOnce) process.exit(code)
  }
  if (process.connected) process.send?.(code, exit)
  else exit()
}
