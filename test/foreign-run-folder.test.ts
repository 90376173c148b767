// Somebody resumes a run whose files belong to another user: it ends in words, and its owner goes on with it.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { installFailpoints, setPartitionSize } from '@maestro-dataflow/core/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { Folder } from './durability/folder.js'
import { brokenQuestions, losing } from './durability/partitions.js'
import { countingModel, projectOf } from './durability/questions.js'

const paths = ['answers.jsonl', 'answers.jsonl.gz']
const script = join(import.meta.dirname, 'durability/run-in-process.js')
/** Root may write anywhere, so the process becomes another user. */
const user = process.getuid?.() === 0 ? 65534 : undefined

async function runIn({ path }: Folder, answered: (row: number) => void = () => undefined): Promise<void> {
  const restoreSize = setPartitionSize({ rows: 4, milliseconds: 1e9 })
  const project = projectOf(path, countingModel(answered), { cache: false })
  try {
    const [unfinished] = await project.unfinishedRuns()
    await project.run(losing(paths), unfinished === undefined ? {} : { resume: { run: unfinished.runId } })
  } finally {
    restoreSize()
    await project.dispose()
  }
}

/** A run that was killed after two partitions, in a folder where everybody may write; and the rows it has asked about. */
async function killed() {
  const whole = new Folder(brokenQuestions(24))
  let crashed: Folder | undefined
  const asked: number[] = []
  const before: number[] = []
  let passed = 0
  installFailpoints((place) => {
    if (place !== 'progress-renamed' || ++passed !== 2) return
    crashed = Folder.after(whole.path)
    before.push(...asked)
  })
  onTestFinished(() => installFailpoints(undefined))
  await runIn(whole, (row) => asked.push(row))
  installFailpoints(undefined)
  const folder = crashed as unknown as Folder
  for (const entry of ['', ...readdirSync(folder.path, { recursive: true }).map(String)]) {
    const path = join(folder.path, entry)
    chmodSync(path, statSync(path).isDirectory() ? 0o777 : 0o666)
  }
  return { whole, folder, before }
}

/** The record of calls stays if nobody but its owner may remove it. */
function resultOf(folder: Folder) {
  const { runFiles, ...result } = folder.result(paths)
  return { ...result, runFiles: (runFiles as string[]).filter((name) => !name.startsWith('calls')) }
}

if (process.platform !== 'win32')
  test.each(['', 'lease', 'calls', 'ledger.bin', 'events.jsonl', 'stages', 'rejects.jsonl', 'plan.json'])(
    'a run of another user, whose "%s" may only be read',
    async (part) => {
      const { whole, folder, before } = await killed()
      const run = join(folder.path, '.maestro/runs', folder.runs[0] ?? '')
      const locked = [join(run, part)]
      if (part === '' || part === 'stages')
        for (const name of readdirSync(join(run, part), { recursive: true })) locked.push(join(run, part, String(name)))
      const modes = locked.map((path) => statSync(path).mode)
      for (const path of locked) chmodSync(path, statSync(path).isDirectory() ? 0o555 : 0o444)
      const options = { folder: folder.path, cache: false, concurrency: 1, partitionRows: 4, latencyMs: 0, user }
      const { stdout, stderr } = spawnSync(process.execPath, [script, JSON.stringify(options)], { encoding: 'utf8' })
      expect(stderr).toBe('')
      const error = /^error (.*)$/m.exec(stdout)?.[1]
      if (error === undefined) expect(stdout).toContain('report {')
      else
        expect(JSON.parse(error)).toMatchObject({
          code: 'MAESTRO_RUN_STATE',
          message: expect.stringContaining('EACCES'),
        })
      for (const [index, path] of locked.entries()) if (existsSync(path)) chmodSync(path, modes[index] ?? 0o777)
      const own = [...stdout.matchAll(/^answered (\d+)$/gm)].map(([, row]) => Number(row))
      const later: number[] = []
      if (error !== undefined) await runIn(folder, (row) => later.push(row))
      expect(resultOf(folder)).toEqual(resultOf(whole))
      const asked = [...before, ...own, ...later]
      expect(asked.length - new Set(asked).size).toBeLessThanOrEqual(1)
    },
  )
