import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { pipeline } from '../../define/pipeline.js'
import { RunFolder } from '../__fixtures__/run-folder.js'
import { isAbandoned, Lease } from './lease.js'

const folder = new RunFolder()

/** Has another process take the lease of a folder. */
async function ownedByAnother(path: string) {
  mkdirSync(path, { recursive: true })
  const script = `import { Lease } from ${JSON.stringify(new URL('../../../dist/run/durability/lease.js', import.meta.url).href)}
    await Lease.take(${JSON.stringify(join(path, 'lease'))}, { what: 'run' }); process.send('ready'); setInterval(() => {}, 1000)`
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  onTestFinished(() => void owner.kill('SIGKILL'))
  await once(owner, 'message')
  return async () => {
    owner.kill('SIGKILL')
    await once(owner, 'exit')
  }
}

const run = async () =>
  (
    await folder.project({}, [], { keepRuns: 2 }).run(
      pipeline('p')
        .from([{ n: 1 }])
        .write('memory.sink', { name: 'out' }),
    )
  ).runId

test('the folder of a run whose process was killed counts for keepRuns, and that of a living one stays', async () => {
  const runs = join(folder.path, '.maestro/runs')
  const [dead, alive, unknown] = ['a', 'b', 'c'].map((name) => `20200101-000000000-${name}-0000`) as [
    string,
    string,
    string,
  ]
  const kill = await ownedByAnother(join(runs, dead))
  await ownedByAnother(join(runs, alive))
  mkdirSync(join(runs, unknown))
  const first = await run()
  expect(readdirSync(runs).sort()).toEqual([dead, alive, unknown, first])
  await kill()
  const second = await run()
  expect(readdirSync(runs).sort()).toEqual([alive, unknown, first, second])
})

test('a run that a living process has resumed is not abandoned, and one that was given back is', async () => {
  const path = join(folder.path, 'resumed')
  const lease = join(path, 'lease')
  const kill = await ownedByAnother(path)
  expect(isAbandoned(lease)).toBe(false)
  await kill()
  expect(isAbandoned(lease)).toBe(true)
  const resuming = await ownedByAnother(path)
  expect(isAbandoned(lease)).toBe(false)
  await resuming()
  expect(isAbandoned(lease)).toBe(true)
  const own = await Lease.take(lease, { what: 'run' })
  expect(isAbandoned(lease)).toBe(false)
  await own.release()
  expect(isAbandoned(lease)).toBe(true)
})

test('a process on another machine, a damaged lease, and a folder without one do not count as gone', () => {
  const lease = mkdtempSync(join(folder.path, 'run-'))
  expect(isAbandoned(lease)).toBe(false)
  expect(isAbandoned(join(lease, 'missing'))).toBe(false)
  writeFileSync(join(lease, '000001'), JSON.stringify({ host: 'elsewhere', pid: 1 }))
  expect(isAbandoned(lease)).toBe(false)
  writeFileSync(join(lease, '000001'), 'broken')
  expect(isAbandoned(lease)).toBe(false)
})

test('the temporary folder of a preview that was killed is removed by the next one', async () => {
  const left = mkdtempSync(join(tmpdir(), 'maestro-state-'))
  onTestFinished(() => rmSync(left, { recursive: true, force: true }))
  const kill = await ownedByAnother(left)
  await folder.project().preview(pipeline('p').from([{ n: 1 }]))
  expect(existsSync(left)).toBe(true)
  await kill()
  await folder.project().preview(pipeline('p').from([{ n: 1 }]))
  expect(existsSync(left)).toBe(false)
})

test('the temporary folder of another user stays, and stops no run', async () => {
  const left = mkdtempSync(join(tmpdir(), 'maestro-state-'))
  onTestFinished(() => {
    chmodSync(left, 0o700)
    rmSync(left, { recursive: true, force: true })
  })
  const kill = await ownedByAnother(left)
  if (process.getuid?.() === 0) chownSync(left, 65_534, 65_534)
  // Only the administrator can give a folder away. For others, a folder that is closed looks the same.
  else chmodSync(left, 0)
  await kill()
  await folder.project().preview(pipeline('p').from([{ n: 1 }]))
  expect(existsSync(left)).toBe(true)
})
