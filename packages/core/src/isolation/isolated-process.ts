import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import type { PluginPermissions } from '../contracts/plugin.js'
import type { Project } from '../contracts/project.js'
import type { Issue } from '../errors/describe-issues.js'
import { maestroError } from '../errors/error-table.js'
import { Channel } from './channel.js'
import type { LentRows } from './lent-rows.js'
import { askLent, type Loan } from './loans.js'
import type { Answers, LentRowCalls, OperatorFacts, PluginCalls, ProjectCalls } from './messages.js'
import { grantedEnvironment, permissionFlags } from './permission-flags.js'

/** Far above what rows need. Without bounds, the project's own process would run out of memory. */
const bounds = { longest: 2 ** 28, unread: 2 ** 29 }

/** What a process is started with. */
export interface ProcessSettings {
  readonly plugin: string
  readonly folder: string
  readonly otherVersion: string | undefined
  readonly options: unknown
  readonly project: Project
  readonly permissions: PluginPermissions
}

/** A process that runs the operators of one plugin with Node's permission model. */
export class IsolatedProcess {
  readonly channel: Channel<PluginCalls, ProjectCalls>
  /** Whether it still runs. */
  isAlive = true
  /** The servings that its operators may ask, by the number of the operator. */
  readonly loans = new Map<number, Loan>()
  /** The storages that its operators may read and write, by the number of the operator. */
  readonly rows = new Map<number, LentRows>()
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, { plugin }: ProcessSettings) {
    this.#child = child
    const stream = child.stdio[3] as Socket
    // A process without work does not keep the project's own process alive.
    const hold = (busy: boolean) => (busy ? stream.ref() : stream.unref())
    const ask: ProjectCalls['ask'] = (asked) => askLent(plugin, this.loans.get(asked.instance), asked)
    const answers = { ask, ...this.#rowAnswers(plugin) }
    const ended = (how: string) => {
      this.isAlive = false
      this.channel.end(maestroError('MAESTRO_PLUGIN_ENDED', { plugin, how }).at({ plugin }))
    }
    const flooded = (how: string) => {
      ended(how)
      this.stop()
    }
    this.channel = new Channel<PluginCalls, ProjectCalls>(stream, plugin, answers, hold, { ...bounds, flooded })
    child.on('error', (error) => ended(error.message))
    child.on('exit', (code, signal) => ended(signal === null ? `exit code ${code}` : `signal ${signal}`))
    child.unref()
    hold(false)
  }

  /** Starts the process, and loads the plugin in it. @throws MAESTRO_PLUGIN_* */
  static async start(settings: ProcessSettings): Promise<{
    readonly process: IsolatedProcess
    readonly issues?: readonly Issue[]
    readonly operators: readonly OperatorFacts[]
  }> {
    const { plugin, folder, otherVersion, options, project, permissions } = settings
    const flags = await permissionFlags(permissions, folder, project.directory)
    const program = createRequire(import.meta.url).resolve('#isolated-plugin')
    const child = spawn(process.execPath, [...flags, program, plugin, ...(permissions.hosts ?? [])], {
      cwd: project.directory,
      env: grantedEnvironment(permissions),
      // What the plugin prints does not mix with the rows on standard output.
      stdio: ['ignore', 2, 2, 'pipe'],
    })
    const started = new IsolatedProcess(child, settings)
    try {
      const loaded = await started.channel.call('load', { plugin, folder, otherVersion, options, project })
      if ('operators' in loaded) return { process: started, operators: loaded.operators }
      started.stop()
      return { process: started, issues: loaded.issues, operators: [] }
    } catch (error) {
      started.stop()
      throw error
    }
  }

  /** The calls that reach the storage of an operator while it runs. */
  #rowAnswers(plugin: string): Answers<LentRowCalls> {
    const of = (instance: number) => {
      const rows = this.rows.get(instance)
      if (rows === undefined) throw maestroError('MAESTRO_PLUGIN_DENIED', { plugin, deed: 'use a storage' })
      return rows
    }
    return {
      step: (input) => of(input.instance).step(input),
      read: (input) => of(input.instance).read(input),
      stopReading: (input) => of(input.instance).stopReading(input),
      write: (input) => of(input.instance).write(input),
      endWriting: (input) => of(input.instance).endWriting(input),
      tell: (input) => of(input.instance).tell(input),
      warn: (input) => of(input.instance).warn(input),
    }
  }

  stop(): void {
    this.#child.kill('SIGKILL')
  }
}
