import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Identifies a process beyond its number, which the system gives to another process later. */
export interface ProcessIdentity {
  readonly host: string
  readonly pid: number
  /** When the process started, in ticks since the start of the system; missing where the system does not say. */
  readonly started?: string
  /** The start of the system; missing where the system does not say. */
  readonly boot?: string
  /** Processes of different containers may have the same number. */
  readonly pidNamespace?: string
}

export function thisProcess(): ProcessIdentity {
  const started = startOf(process.pid)
  const boot = bootId()
  const pidNamespace = namespaceOfThisProcess()
  return {
    host: hostname(),
    pid: process.pid,
    ...(started === undefined ? {} : { started }),
    ...(boot === undefined ? {} : { boot }),
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
  }
}

/** Whether a process runs, as far as this process can see. */
export function stateOf(process: ProcessIdentity, self = thisProcess()): 'alive' | 'dead' | 'unknown' {
  const isNear = process.host === self.host && process.boot === self.boot && process.pidNamespace === self.pidNamespace
  if (!isNear) return 'unknown'
  if (!exists(process.pid)) return 'dead'
  if (process.started === undefined) return 'unknown'
  return startOf(process.pid) === process.started ? 'alive' : 'dead'
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // A process of another user exists too.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The start time of a process on Linux. A process that has ended and was not collected does not run. */
function startOf(pid: number): string | undefined {
  const text = read(`/proc/${pid}/stat`)
  // The name of the program, in parentheses, may contain spaces.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields?.[0] === 'Z' ? undefined : fields?.[19]
}

const bootId = (): string | undefined => read('/proc/sys/kernel/random/boot_id')?.trim()

function namespaceOfThisProcess(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return undefined
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
