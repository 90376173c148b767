// Two workers and the process of the run are killed at random moments and started again, until the run is done.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { TemporaryProject } from '../../packages/cli/src/__fixtures__/temporary-project.ts'
import type { StartedServer } from '../servers/database-server.ts'
import { startPostgres } from '../servers/postgres.ts'
import { startRedis } from '../servers/redis.ts'
import { startCountingModel } from './counting-model.ts'
import { urlOf } from './url-of.ts'

const rows = 240
/** Calls that are open at once, of all workers together. */
const concurrency = 6
/** A run that is killed all the time would not end. */
const mostKills = 4

/** Numbers from 0 to 1, the same for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function projectOn(server: StartedServer, baseUrl: string): TemporaryProject {
  const url = urlOf(server)
  const project = new TemporaryProject({
    'package.json': { type: 'module' },
    'maestro.config.json': {
      plugins: ['bullmq', 'fs', 'ai', 'openai'].map((name) => `@maestro-dataflow/plugin-${name}`),
      servings: {
        default: { use: 'openai.chat', baseUrl, apiKey: 'a key', model: 'counting', limits: { concurrency } },
      },
      pipelines: 'pipelines/*',
      executor: { use: 'bullmq.queue', url, rows: 8, lease: '4s' },
      limits: { use: 'bullmq.limits', url },
      cache: { use: 'bullmq.cache', url },
      logLevel: 'silent',
    },
    'pipelines/ask.json': {
      name: 'ask',
      read: { use: 'fs.file', path: 'in.jsonl', key: 'n' },
      steps: [{ id: 'say', use: 'ai.generate', prompt: 'What of row {{n}}?', output: 'said' }],
      write: { use: 'fs.file', path: 'out.jsonl', mode: 'overwrite' },
    },
    'in.jsonl': Array.from({ length: rows }, (_, n) => `${JSON.stringify({ n })}\n`).join(''),
  })
  onTestFinished(() => project.remove())
  return project
}

/** A process that is started again after each kill. */
class Killable {
  kills = 0
  readonly #folder: string
  readonly #part: 'work' | 'run'
  #child: ChildProcess

  constructor(folder: string, part: 'work' | 'run') {
    this.#folder = folder
    this.#part = part
    this.#child = this.#start()
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null
  }

  get exitCode(): number | null {
    return this.#child.exitCode
  }

  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
    this.kills++
    this.#child = this.#start()
  }

  async end(): Promise<void> {
    if (!this.hasEnded) await once(this.#child, 'exit')
  }

  stop(): void {
    this.#child.kill('SIGKILL')
  }

  #start(): ChildProcess {
    const script = join(import.meta.dirname, 'take-part.js')
    return spawn(process.execPath, [script, this.#folder, this.#part], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
}

// With these seeds, the run and a worker are among the first two that are killed.
const kinds = [
  { name: 'Redis', start: () => startRedis(), seed: 13 },
  { name: 'PostgreSQL', start: () => startPostgres(), seed: 12 },
]

test.each(kinds)(
  'whoever is killed on $name with the seed $seed, no row is lost, and only calls in progress are paid again',
  async ({ name, start, seed }) => {
    const server = await start()
    if (server === undefined) throw new Error(`${name} is not installed: run .ci/install-databases`)
    onTestFinished(server.stop)
    const model = await startCountingModel(100)
    const project = projectOn(server, model.baseUrl)
    const run = new Killable(project.folder, 'run')
    const all = [run, new Killable(project.folder, 'work'), new Killable(project.folder, 'work')]
    onTestFinished(() => {
      for (const one of all) one.stop()
    })
    const random = randomNumbers(seed)
    const kills = () => all.reduce((sum, one) => sum + one.kills, 0)
    while (model.calls() === 0) await sleep(20)
    while (!run.hasEnded && kills() < mostKills) {
      await sleep(300 + 1200 * random())
      const victim = all[Math.floor(random() * all.length)]
      if (!run.hasEnded) await victim?.kill()
    }
    await run.end()
    expect(run.exitCode).toBe(0)
    expect(project.rows('out.jsonl').map(({ n, said }) => `${n} ${said}`)).toEqual(
      Array.from({ length: rows }, (_, n) => `${n} answer ${n}`),
    )
    expect(run.kills).toBeGreaterThan(0)
    expect(kills()).toBeGreaterThan(run.kills)
    expect(model.calls() - rows).toBeLessThanOrEqual(kills() * concurrency)
  },
)
