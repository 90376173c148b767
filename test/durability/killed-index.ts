import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunReport, VectorStore } from '@maestro-dataflow/core'
import { expect } from 'vitest'
import { Folder } from './folder.js'
import { readLines, start } from './process.js'

const documents = 9
const chunks = 4
const written = documents * chunks

/**
 * Indexes documents in a process that is killed again and again, and compares the store with that of an undisturbed run.
 *
 * @param optionsOf The options of a store by its name. @param open Opens the store.
 */
export async function expectWholeIndex(
  optionsOf: (name: string) => object,
  open: (folder: string, name: string) => Promise<VectorStore>,
): Promise<void> {
  const undisturbed = prepared()
  const whole = await index(undisturbed, optionsOf('whole'))
  expect(whole.report).toMatchObject({ status: 'done' })
  const killed = prepared()
  const embedded: string[] = []
  let report: RunReport | undefined
  let kills = -1
  for (; report === undefined; kills++) {
    const process = await index(killed, optionsOf('killed'), 6 + 10 * (kills + 1))
    embedded.push(...process.embedded)
    report = process.report ?? finished(killed)
  }
  expect(kills).toBeGreaterThan(0)
  const expected = await contentOf(await open(undisturbed.path, 'whole'))
  expect(expected).toHaveLength(written)
  expect(await contentOf(await open(killed.path, 'killed'))).toEqual(expected)
  // A batch of five texts was in progress at each kill.
  expect(embedded.length).toBeLessThanOrEqual(written + 5 * kills)
  expect(report.counts).toEqual(whole.report?.counts)
  expect(idsOf(killed)).toEqual(idsOf(undisturbed))
}

function prepared(): Folder {
  const folder = new Folder()
  const lines = Array.from({ length: written }, (_, at) => {
    const document = `d${at % documents}`
    return `${JSON.stringify({ document, text: `${document}, chunk ${Math.floor(at / documents)}` })}\n`
  })
  writeFileSync(join(folder.path, 'chunks.jsonl'), lines.join(''))
  return folder
}

/** Starts or resumes the run. @param killAt The number of texts after which the process is killed. */
async function index({ path }: Folder, store: object, killAt = Number.POSITIVE_INFINITY) {
  const child = start({ folder: path, store }, 'index-chunks.js')
  const embedded: string[] = []
  const errors: string[] = []
  const report = await readLines(child, (word, rest) => {
    if (word === 'error') errors.push(rest)
    if (word === 'embedded' && embedded.push(rest) === killAt)
      setTimeout(() => child.kill('SIGKILL'), Math.random() * 20)
  })
  expect(errors).toEqual([])
  return { report, embedded }
}

/** The report of a run that was done when its process was killed. */
function finished(folder: Folder): RunReport | undefined {
  const path = join(folder.path, '.maestro/runs', folder.runs.at(-1) ?? '', 'report.json')
  const report: RunReport | undefined = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
  return report?.status === 'done' ? report : undefined
}

/** The chunks of a store with the score of each, which shows its vector. */
async function contentOf(store: VectorStore) {
  const [matches = []] = await store.search([{ vector: Float32Array.of(1, 0), k: 2 * written }])
  const scores = new Map(matches.map(({ id, score }) => [id, score]))
  const entries = []
  for await (const batch of store.list?.() ?? [])
    for (const { id, text, metadata } of batch) entries.push({ id, text, metadata, score: scores.get(id) })
  await store.dispose()
  return entries.sort((a, b) => (a.id < b.id ? -1 : 1))
}

const idsOf = (folder: Folder) =>
  folder
    .read('indexed.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly text: string })
    .map(({ text }) => text)
