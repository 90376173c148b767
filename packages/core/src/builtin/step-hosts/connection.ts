import { createRequire } from 'node:module'
import type { HostAnswer, HostRequest } from './messages.js'

/** What a new thread or process is given besides its task. */
export interface HostSettings {
  /** For people. */
  readonly name: string
  /** The most memory for its objects, in bytes. @default what Node.js gives it */
  readonly memory: number | undefined
}

/** A thread or process that was started, as this process sees it. */
export interface Connection {
  send(request: HostRequest): void
  onAnswer(listener: (answer: HostAnswer) => void): void
  /** Calls a listener when it has ended, with how it ended. */
  onEnd(listener: (how: string) => void): void
  /** Ends it at once. */
  kill(): void
}

/** The path of the program that a thread or process runs. */
export function programPath(): string {
  return createRequire(import.meta.url).resolve('#step-host')
}
