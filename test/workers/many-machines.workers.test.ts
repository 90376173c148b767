// The files of the example for Docker Compose and Kubernetes: their parts fit together, and their commands do the work, as
// processes of this machine.
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { type Running, TemporaryProject } from '../../packages/cli/src/__fixtures__/temporary-project.ts'
import { startRedis } from '../servers/redis.ts'
import { urlOf } from './url-of.ts'

const example = join(import.meta.dirname, '../../examples/many-machines')
const text = (name: string) => readFileSync(join(example, name), 'utf8')

interface Service {
  readonly image?: string
  readonly build?: string
  readonly command?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly depends_on?: readonly string[]
  readonly deploy?: { readonly replicas: number }
}
interface Container {
  readonly name: string
  readonly image: string
  readonly args: readonly string[]
  readonly env?: readonly { readonly name: string; readonly value: string }[]
  readonly ports?: readonly { readonly containerPort: number }[]
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[]
}
interface Pod {
  readonly containers: readonly Container[]
  readonly volumes?: readonly {
    readonly name: string
    readonly persistentVolumeClaim: { readonly claimName: string }
  }[]
}
interface Resource {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly replicas?: number
    readonly selector?: { readonly matchLabels?: object }
    readonly ports?: readonly { readonly port: number }[]
    readonly template?: { readonly metadata?: { readonly labels: object }; readonly spec: Pod }
  }
}

const compose: { readonly services: Readonly<Record<string, Service>>; readonly volumes: object } = parse(
  text('compose.yaml'),
)
const resources = parseAllDocuments(text('kubernetes/maestro.yaml')).map((document) => document.toJS() as Resource)
const resource = (kind: string, name: string) =>
  resources.find((one) => one.kind === kind && one.metadata.name === name)

const counted = text('data/lines.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { readonly id: unknown; readonly text: string })
  .map(({ id, text: line }) => ({ id, words: line.split(/\s+/).filter(Boolean).length }))
  .filter(({ words }) => words > 0)

const running: Running[] = []
let project: TemporaryProject | undefined
const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const { process, finished } of running.splice(0)) {
    process.kill('SIGTERM')
    await finished
  }
  project?.remove()
  for (const one of cleanUp.splice(0)) await one()
})

test('the images, volumes, and services that the deployment files name exist', () => {
  for (const { image, build, volumes = [], depends_on = [] } of Object.values(compose.services)) {
    expect(image === undefined).toBe(build !== undefined)
    for (const volume of volumes) expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0])
    for (const name of depends_on) expect(Object.keys(compose.services)).toContain(name)
  }
  for (const { kind, spec } of resources) {
    const { template, selector } = spec
    if (kind === 'Deployment') expect(selector?.matchLabels).toEqual(template?.metadata?.labels)
    for (const { image, volumeMounts = [], env = [] } of template?.spec.containers ?? []) {
      expect(image).not.toBe('')
      for (const { name } of volumeMounts) expect(template?.spec.volumes?.map((volume) => volume.name)).toContain(name)
      for (const { value } of env) {
        const { hostname, port } = new URL(value)
        const service = resource('Service', hostname)
        expect(service?.spec.ports).toEqual([{ port: Number(port) }])
        const behind = resource('Deployment', hostname)?.spec.template
        expect(behind?.metadata?.labels).toEqual(service?.spec.selector)
        expect(behind?.spec.containers[0]?.ports).toEqual([{ containerPort: Number(port) }])
      }
    }
    for (const { persistentVolumeClaim } of template?.spec.volumes ?? [])
      expect(resource('PersistentVolumeClaim', persistentVolumeClaim.claimName)).toBeDefined()
  }
  // Run and workers see the same folder.
  const config = text('maestro.config.ts')
  const [, folder] = /folder: '(\w+)'/.exec(config) ?? []
  for (const name of ['worker', 'run']) expect(compose.services[name]?.volumes).toContain(`shared:/project/${folder}`)
  expect(text('Dockerfile')).toContain('WORKDIR /project\n')
})

test('the commands of both files count the words', async () => {
  const redis = await startRedis()
  if (redis === undefined) throw new Error('Redis is not installed: run .ci/install-databases')
  cleanUp.push(redis.stop)
  project = new TemporaryProject()
  for (const part of ['data', 'pipelines', 'package.json'])
    cpSync(join(example, part), join(project.folder, part), { recursive: true })
  // The run begins when both workers are there.
  project.write('maestro.config.ts', text('maestro.config.ts').replace("use: 'bullmq.queue',", '$& workers: 2,'))
  const env = { QUEUE_URL: urlOf(redis) }
  const start = (command: readonly string[]) => {
    const started = (project as TemporaryProject).start(command, { env })
    running.push(started)
    return started
  }
  const { worker, run } = compose.services
  const workers = Array.from({ length: worker?.deploy?.replicas ?? 0 }, () => start(worker?.command?.split(' ') ?? []))
  await Promise.all(workers.map((one) => one.wrote('Waits for runs')))
  const jobs = [run?.command?.split(' '), resource('Job', 'maestro-run')?.spec.template?.spec.containers[0]?.args]
  for (const command of jobs) {
    const { code, stdout, stderr } = await start(command ?? []).finished
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/words: done .*\n.* 1000 in/)
    const rows = project.rows('out/words.jsonl')
    expect(rows.map(({ id, words }) => ({ id, words }))).toEqual(counted)
    expect(new Set(rows.map((row) => row.process)).size).toBe(2)
  }
  for (const { process } of workers) process.kill('SIGTERM')
  expect((await Promise.all(workers.map(({ finished }) => finished))).map(({ code }) => code)).toEqual([0, 0])
  const deployed = resource('Deployment', 'maestro-worker')?.spec.template?.spec.containers[0]?.args ?? []
  await start(deployed).wrote('concurrency=4')
})
