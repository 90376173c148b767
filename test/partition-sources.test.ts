import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { installFailpoints, type StageDecision, setPartitionSize } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Folder, settled } from './durability/folder.js'
import { countingModel, projectOf } from './durability/questions.js'
import { reading, sourceFiles, writeSource } from './durability/sources.js'

let restoreSize: () => void
beforeEach(() => {
  restoreSize = setPartitionSize({ rows: 4, milliseconds: 1e9 })
})
afterEach(() => {
  installFailpoints(undefined)
  restoreSize()
})

/** Reads a source in this process, or goes on. */
async function read(folder: Folder, kind: string, moved = 0) {
  const seen: string[] = []
  let decision: StageDecision | undefined
  const project = projectOf(
    folder.path,
    countingModel(() => undefined),
    { cache: false },
  )
  const [unfinished] = await project.unfinishedRuns()
  const report = await project.run(reading(kind, { seen: (n: string) => seen.push(n), moved }), {
    ...(kind.includes('limited') ? { limit: 17 } : {}),
    ...(unfinished === undefined ? {} : { resume: { run: unfinished.runId } }),
    onResume: ([first]) => {
      decision = first
    },
  })
  await project.dispose()
  return { report: settled(report), seen, decision }
}

function folderOf(kind: string): Folder {
  const folder = new Folder()
  mkdirSync(join(folder.path, 'in'))
  writeSource(folder.path, kind)
  folder.settleTimes()
  return folder
}

describe.each(Object.keys(sourceFiles))('a run that reads %s', (kind) => {
  test('goes on after every partition with the next row', async () => {
    const whole = folderOf(kind)
    const crashes: Folder[] = []
    installFailpoints((place) => {
      if (place === 'progress-renamed') crashes.push(Folder.after(whole.path))
    })
    const expected = await read(whole, kind)
    installFailpoints(undefined)
    expect(crashes.length).toBeGreaterThan(3)
    for (const [index, crashed] of crashes.entries()) {
      const { report, seen, decision } = await read(crashed, kind)
      expect(crashed.result(), `partition ${index}`).toEqual(whole.result())
      expect(report).toEqual(expected.report)
      const done = decision?.progress?.input.rows ?? 0
      expect(done).toBe(4 * (index + 1))
      expect(seen).toEqual(expected.seen.slice(done))
    }
  })
})

test('a function that gives other rows is read from its beginning', async () => {
  const folder = folderOf('a function')
  let crashed: Folder | undefined
  installFailpoints((place) => {
    if (place === 'progress-renamed') crashed ??= Folder.after(folder.path)
  })
  await read(folder, 'a function')
  installFailpoints(undefined)
  const whole = folderOf('a function')
  await read(whole, 'a function', 100)
  const { decision } = await read(crashed as Folder, 'a function', 100)
  expect(decision?.reason).toBe('its input begins with other rows')
  expect(crashed?.read('answers.jsonl')).toBe(whole.read('answers.jsonl'))
})

test('a file that was changed is read from its beginning', async () => {
  const kind = 'JSON lines in several files'
  const folder = folderOf(kind)
  let crashed: Folder | undefined
  installFailpoints((place) => {
    if (place === 'progress-renamed') crashed ??= Folder.after(folder.path)
  })
  await read(folder, kind)
  installFailpoints(undefined)
  const copy = crashed as Folder
  copy.change('in/1.jsonl', (text) => `{"n":"-1","text":"new"}\n${text}`)
  const { decision, seen } = await read(copy, kind)
  expect(decision?.reason).toContain('in/1.jsonl changed')
  expect(seen[0]).toBe('-1')
  expect(copy.read('answers.jsonl').split('\n')[0]).toBe('{"n":-1,"text":"new"}')
})
