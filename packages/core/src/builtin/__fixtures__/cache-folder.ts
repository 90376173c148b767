import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Logger } from '../../contracts/logger.js'
import { createDiskCache, type DiskCacheOptions } from '../disk-cache.js'

const packageFolder = join(import.meta.dirname, '../../..')
/** What separate processes import. */
const built = (name: string) => JSON.stringify(pathToFileURL(join(packageFolder, `dist/builtin/${name}.js`)).href)

/** A state directory for a test, with caches in it, and what they logged. */
export class CacheFolder {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-cache-')))
  readonly file = join(this.path, 'cache', 'answers.sqlite')
  readonly warnings: string[] = []

  constructor() {
    onTestFinished(() => rmSync(this.path, { recursive: true, force: true }))
  }

  open(options: Partial<DiskCacheOptions> = {}) {
    const warn = (message: string) => void this.warnings.push(message)
    const logger: Logger = { debug: () => {}, info: () => {}, warn, error: warn, child: () => logger }
    const cache = createDiskCache({ stateDirectory: this.path, logger, ...options })
    onTestFinished(() => cache.dispose())
    return cache
  }

  /** The files beside the database, without those that SQLite keeps while it is open. */
  others(): readonly string[] {
    return readdirSync(join(this.path, 'cache')).filter((name) => !/^answers\.sqlite(-wal|-shm)?$/.test(name))
  }

  /** The program of a separate process, with an open `cache` and its warnings on standard error. */
  #program(script: string, uid?: number): readonly string[] {
    // The cache in memory loads its library when it is used; the other user may not be allowed to read it.
    const become = `await createMemoryCache().set('loaded', {}, {}); process.setgid(${uid}); process.setuid(${uid})`
    const open = `
      import { createDiskCache } from ${built('disk-cache')}
      import { createMemoryCache } from ${built('memory-cache')}
      ${uid === undefined ? '' : become}
      const warn = (message) => console.error(message)
      const stateDirectory = ${JSON.stringify(this.path)}
      const cache = createDiskCache({ stateDirectory, logger: { warn } })
    `
    return ['--input-type=module', '--eval', open + script]
  }

  /**
   * Runs a script in a separate process until it ends.
   *
   * @param before Shell commands that run first.
   * @param uid The user that the process becomes once the code is loaded, because that user may not be allowed to
   *   read it.
   */
  run(script: string, { before, uid }: { readonly before?: string; readonly uid?: number } = {}) {
    const program = this.#program(script, uid)
    const as = { cwd: packageFolder, encoding: 'utf8' as const }
    if (before === undefined) return spawnSync(process.execPath, program, as)
    return spawnSync('bash', ['-c', `${before} "$@"`, 'bash', process.execPath, ...program], as)
  }

  /** Starts a script in a separate process. */
  start(script: string) {
    const child = spawn(process.execPath, this.#program(script), {
      cwd: packageFolder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const finished = new Promise<{ readonly stdout: string; readonly stderr: string }>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', () => resolve({ stdout, stderr }))
    })
    return { child, finished, lines: () => stdout.split('\n').slice(0, -1) }
  }
}
