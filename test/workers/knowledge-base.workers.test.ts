// The index of the example `knowledge-base`, with its models and its store, in two workers and in one process.
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { TemporaryProject } from '../../packages/cli/src/__fixtures__/temporary-project.ts'
import { startRedis } from '../servers/redis.ts'
import { urlOf } from './url-of.ts'

const root = join(import.meta.dirname, '../..')
const example = 'examples/knowledge-base'
/** Some of the documents that the example finds outside its folder. */
const docs = ['concepts.md', 'many-machines.md', 'rag.md']

/** A copy of the example. */
function copy(): TemporaryProject {
  const project = new TemporaryProject()
  onTestFinished(() => project.remove())
  for (const part of ['documents', 'pipelines', 'maestro.config.ts', 'package.json'])
    cpSync(join(root, example, part), join(project.folder, example, part), { recursive: true })
  // The run begins when both workers are there.
  const config = readFileSync(join(root, example, 'workers.config.ts'), 'utf8')
  project.write(`${example}/workers.config.ts`, config.replace("use: 'bullmq.queue',", '$& workers: 2,'))
  mkdirSync(join(project.folder, 'docs'))
  for (const name of docs) cpSync(join(root, 'docs', name), join(project.folder, 'docs', name))
  return project
}

/** Indexes the documents. @returns what became of each passage */
async function index(project: TemporaryProject, config: string, env = {}): Promise<string> {
  const parameters = ['run', 'index', '--overwrite', '--json', '--config', config]
  const { code, stdout, stderr } = await project.start(parameters, { cwd: example, env }).finished
  expect(code, stderr).toBe(0)
  // A run that does the work itself says so.
  expect(JSON.parse(stdout).warnings ?? []).toEqual([])
  return project.read(`${example}/out/indexed.csv`)
}

test('two workers index the documents of the knowledge base as one process does', async () => {
  const redis = await startRedis()
  if (redis === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
  onTestFinished(redis.stop)
  const alone = await index(copy(), 'maestro.config.ts')
  const project = copy()
  const env = { QUEUE_URL: urlOf(redis) }
  const start = () => project.start(['worker', '--config', 'workers.config.ts'], { cwd: example, env })
  const workers = [start(), start()]
  onTestFinished(() => {
    for (const { process } of workers) process.kill('SIGTERM')
  })
  await Promise.all(workers.map((worker) => worker.wrote('Waits for runs')))
  expect(await index(project, 'workers.config.ts', env)).toBe(alone)
  expect(await index(project, 'workers.config.ts', env)).toBe(alone.replaceAll(',added', ',unchanged'))
  for (const { process } of workers) process.kill('SIGTERM')
  for (const { finished } of workers) {
    const { code, stderr } = await finished
    expect(code).toBe(0)
    for (const step of ['1-ai.chunk', '3-map']) expect(stderr).toContain(`steps=["${step}"]`)
  }
})
