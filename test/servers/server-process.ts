import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

/** How a server of the tests is started. */
export interface ServerCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** As whom it runs. @default the user of the tests */
  readonly user?: { readonly uid: number; readonly gid: number }
  /** What asks it to end. @default 'SIGTERM' */
  readonly stopSignal?: NodeJS.Signals
  /** Whether it answers. */
  ready(): Promise<boolean>
}

export interface RunningServer {
  readonly pid: number
  stop(): Promise<void>
}

const patience = 60_000

/** Starts a server and waits until it answers. @throws with what it printed when it ends before */
export async function startServer(given: ServerCommand): Promise<RunningServer> {
  const { command, args, env, cwd, user, stopSignal = 'SIGTERM', ready } = given
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    ...user,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-4000)
    })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  child.once('error', (error) => {
    printed += error.message
  })
  // Not even a test run that crashes leaves it behind.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const stop = async () => {
    process.off('exit', kill)
    if (isRunning(child)) child.kill(stopSignal)
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await ended
    clearTimeout(late)
  }
  const deadline = performance.now() + patience
  while (!(await ready().catch(() => false))) {
    if (!isRunning(child) || performance.now() > deadline) {
      await stop()
      throw new Error(`${command} did not start:\n${printed}`)
    }
    await sleep(100)
  }
  return { pid: child.pid ?? 0, stop }
}

const isRunning = ({ exitCode, signalCode, pid }: ChildProcess) =>
  pid !== undefined && exitCode === null && signalCode === null
