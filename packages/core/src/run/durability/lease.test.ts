import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorOf, ProjectFolder } from '../../__fixtures__/project-folder.js'
import { holderOf, Lease } from './lease.js'
import { thisProcess } from './process-identity.js'

const settings = { what: 'run-1', nextBeat: () => Promise.resolve() }

describe('a lease', () => {
  test('belongs to one process, and the error of a second one names the holder', async () => {
    const folder = new ProjectFolder().file('lease')
    const lease = await Lease.take(folder, settings)
    const error = await errorOf(() => Lease.take(folder, settings))
    expect(error).toMatchObject({ code: 'MAESTRO_RUN_HELD', details: { run: 'run-1', pid: process.pid } })
    expect(error.message).toContain(`process ${process.pid} on ${thisProcess().host}`)
    expect(await holderOf(folder)).toMatchObject({ pid: process.pid })
    await lease.release()
    expect(await holderOf(folder)).toBeUndefined()
  })

  test('of a folder that was removed is not taken, and the folder is not created anew', async () => {
    const folder = new ProjectFolder().file('lease')
    expect(await Lease.takeExisting(folder, settings)).toBeUndefined()
    expect(existsSync(folder)).toBe(false)
    await (await Lease.take(folder, settings)).release()
    const again = await Lease.takeExisting(folder, settings)
    expect(again?.number).toBe(2)
    await expect(Lease.takeExisting(folder, settings)).rejects.toMatchObject({ code: 'MAESTRO_RUN_HELD' })
    await again?.release()
  })

  test('goes to exactly one of many that ask at once', async () => {
    const folder = new ProjectFolder().file('lease')
    const taken = await Promise.allSettled(Array.from({ length: 20 }, () => Lease.take(folder, settings)))
    const held = taken.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(held.map(({ number }) => number)).toEqual([1])
    await held[0]?.release()
  })

  test('has a number that only grows, also after it was given back', async () => {
    const folder = new ProjectFolder().file('lease')
    for (const number of [1, 2, 3]) {
      const lease = await Lease.take(folder, settings)
      expect(lease.number).toBe(number)
      await lease.release()
    }
  })

  test('of a process that has ended is taken over at once', async () => {
    const folder = new ProjectFolder().file('lease')
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    const lease = await Lease.take(folder, settings)
    const holder = { ...thisProcess(), pid: child.pid, started, since: 'then' }
    writeFileSync(join(folder, '000001'), JSON.stringify(holder))
    expect((await errorOf(() => Lease.take(folder, settings))).details).toMatchObject({ pid: child.pid })
    child.kill('SIGKILL')
    await once(child, 'close')
    const second = await Lease.take(folder, settings)
    expect(second.number).toBe(2)
    // The old holder wakes up.
    expect(lease.isHeld).toBe(false)
    expect(() => lease.assertHeld()).toThrow(/Another process has taken over the run run-1/)
    await lease.release()
    await second.release()
  })

  test('of a process number that another process has now is taken over', async () => {
    const folder = new ProjectFolder().file('lease')
    const first = await Lease.take(folder, settings)
    writeFileSync(join(folder, '000001'), JSON.stringify({ ...thisProcess(), started: '1', since: 'then' }))
    const second = await Lease.take(folder, settings)
    expect(second.number).toBe(2)
    await first.release()
    await second.release()
  })

  test('of another machine is taken over when its beat stands still, and not while it changes', async () => {
    const folder = new ProjectFolder().file('lease')
    const first = await Lease.take(folder, settings)
    writeFileSync(join(folder, '000001'), JSON.stringify({ ...thisProcess(), host: 'elsewhere', since: 'then' }))
    const nextBeat = async () => writeFileSync(join(folder, '000001.beat'), 'another')
    expect((await errorOf(() => Lease.take(folder, { what: 'run-1', nextBeat }))).code).toBe('MAESTRO_RUN_HELD')
    const second = await Lease.take(folder, settings)
    expect(second.number).toBe(2)
    await first.release()
    await second.release()
  })

  test('that is cut at any length, or has any byte changed, is held or taken over, and its number is never given twice', async () => {
    const project = new ProjectFolder()
    const model = await Lease.take(project.file('model'), settings)
    const { length } = readFileSync(join(project.file('model'), '000001'))
    await model.release()
    const damages = Array.from({ length }, (_, at) => [
      { name: `cut-${at}`, damage: (whole: Buffer) => whole.subarray(0, at) },
      { name: `changed-${at}`, damage: (whole: Buffer) => whole.fill((whole[at] ?? 0) ^ 1, at, at + 1) },
    ]).flat()
    let takenOver = 0
    const damaged = damages.map(async ({ name, damage }) => {
      const folder = project.file(name)
      const first = await Lease.take(folder, settings)
      const path = join(folder, '000001')
      writeFileSync(path, damage(readFileSync(path)))
      const next = await Lease.take(folder, settings).catch((error: unknown) => error)
      if (next instanceof Lease) {
        takenOver++
        expect(next.number, name).toBe(2)
        expect(() => first.assertHeld(), name).toThrow(/taken over/)
        await next.release()
      } else {
        // The change does not matter, such as that of a time.
        expect(next, name).toMatchObject({ code: 'MAESTRO_RUN_HELD' })
        expect(first.isHeld, name).toBe(true)
      }
      await first.release()
    })
    await Promise.all(damaged)
    // Nothing but its beat tells that the holder of a damaged lease is alive, and this one shows none.
    expect(takenOver).toBeGreaterThanOrEqual(length)
  })
})
