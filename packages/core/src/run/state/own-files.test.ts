import { chmodSync, globSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pipeline } from '../../define/pipeline.js'
import { RunFolder } from '../__fixtures__/run-folder.js'

const folder = new RunFolder()

if (process.platform !== 'win32')
  test('only their owner can read the folders and files that contain rows', async () => {
    const before = process.umask(0)
    try {
      await folder.project().run(
        pipeline('p')
          .from([1, 2, 3].map((n) => ({ n })))
          .map((row) => {
            if (row.n === 2) throw new RangeError('two')
            return row
          })
          .write('memory.sink', { name: 'out' }),
      )
    } finally {
      process.umask(before)
    }
    const state = join(folder.path, '.maestro')
    const paths = [state, ...globSync('{runs,runs/*,runs/*/**}', { cwd: state }).map((path) => join(state, path))]
    expect(paths.some((path) => path.endsWith('rejects.jsonl'))).toBe(true)
    for (const path of paths) expect(statSync(path).mode & 0o077, path).toBe(0)
  })

if (process.platform !== 'win32')
  test('a state folder that was open to everybody is closed', async () => {
    const state = join(folder.path, '.maestro')
    mkdirSync(state)
    chmodSync(state, 0o777)
    await folder.project().run(
      pipeline('p')
        .from([{ n: 1 }])
        .write('memory.sink', { name: 'out' }),
    )
    expect(statSync(state).mode & 0o777).toBe(0o700)
  })
