import { Worker } from 'node:worker_threads'
import { reasonOf } from '../../errors/reason-of.js'
import { type Connection, type HostSettings, programPath } from './connection.js'
import { hostEnvironment } from './host-environment.js'

const youngMegabytes = 64

/** Starts a thread of this process. */
export function startThread({ name, memory }: HostSettings): Connection {
  const worker = new Worker(programPath(), {
    name,
    env: hostEnvironment(),
    resourceLimits: {
      // Rows are short-lived: with less room for them, a thread collects garbage all the time.
      maxYoungGenerationSizeMb: youngMegabytes,
      ...(memory === undefined ? {} : { maxOldGenerationSizeMb: Math.ceil(memory / 1024 ** 2) }),
    },
  })
  let reason: unknown
  worker.on('error', (error) => {
    reason = error
  })
  return {
    send: (request) => worker.postMessage(request),
    onAnswer: (listener) => void worker.on('message', listener),
    onEnd: (listener) =>
      void worker.on('exit', (code) =>
        listener(reason === undefined ? `it ended with exit code ${code}` : reasonOf(reason)),
      ),
    kill: () => void worker.terminate(),
  }
}
