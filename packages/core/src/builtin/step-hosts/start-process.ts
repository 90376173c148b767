import { fork } from 'node:child_process'
import { type Connection, type HostSettings, programPath } from './connection.js'
import { hostEnvironment } from './host-environment.js'
import type { HostAnswer } from './messages.js'

/** Starts a process on this machine. */
export function startProcess({ memory }: HostSettings): Connection {
  const child = fork(programPath(), {
    env: hostEnvironment(),
    execArgv: [
      // A debugger of this process listens on a port that is taken.
      ...process.execArgv.filter((flag) => !flag.startsWith('--inspect')),
      '--max-semi-space-size=32',
      ...(memory === undefined ? [] : [`--max-old-space-size=${Math.ceil(memory / 1024 ** 2)}`]),
    ],
    serialization: 'advanced',
  })
  let failure: string | undefined
  const end: ((how: string) => void)[] = []
  const ended = (how: string) => {
    for (const listener of end.splice(0)) listener(how)
  }
  child.on('error', (error) => {
    failure = error.message
    // A process that could not be started does not exit.
    if (child.pid === undefined) ended(failure)
  })
  child.on('exit', (code, signal) =>
    ended(failure ?? (signal === null ? `it ended with exit code ${code}` : `it ended with the signal ${signal}`)),
  )
  return {
    // The end of the process says what became of a message that did not arrive.
    send: (request) => void (child.connected && child.send(request, () => undefined)),
    onAnswer: (listener) => void child.on('message', (answer) => listener(answer as HostAnswer)),
    onEnd: (listener) => void end.push(listener),
    kill: () => void child.kill('SIGKILL'),
  }
}
