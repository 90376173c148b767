import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { pipeline } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { failure, temporaryProject } from './__fixtures__/temporary-project.js'

const { write, read, path, files, project } = temporaryProject()

describe('two sinks of one pipeline that would write the same file', () => {
  const both = (one: string, other: string) =>
    pipeline('both')
      .from([{ a: 1 }, { a: 2 }])
      .write('fs.file', { path: one, mode: 'overwrite' }, { id: 'one' })
      .filter((row) => row.a === 1)
      .write('fs.file', { path: other, mode: 'overwrite' }, { id: 'other' })

  test.each([
    ['written alike', 'out.jsonl', 'out.jsonl'],
    ['one with a detour', 'out.jsonl', './new/../out.jsonl'],
    ['one through a link to a folder', 'real/out.jsonl', 'link/out.jsonl'],
    ['one through a link to the file', 'real/there.jsonl', 'there.jsonl'],
    ['that is made in a new folder', 'new/out.jsonl', 'new//out.jsonl'],
  ])('are a fault of the plan: %s', async (_what, one, other) => {
    write('real/there.jsonl', 'precious')
    symlinkSync('real', path('link'))
    symlinkSync('real/there.jsonl', path('there.jsonl'))
    expect(await failure(project().run(both(one, other)))).toMatchObject({
      code: 'MAESTRO_PIPELINE_INVALID',
      details: { errors: [{ code: 'MAESTRO_PIPELINE_SAME_OUTPUT', step: 'other', details: { other: 'one' } }] },
    })
    expect(read('real/there.jsonl')).toBe('precious')
  })

  test('the same by its absolute path is one too', async () => {
    expect(await failure(project().plan(both('out.jsonl', path('out.jsonl'))))).toMatchObject({
      details: { errors: [{ code: 'MAESTRO_PIPELINE_SAME_OUTPUT' }] },
    })
  })

  test('files of other names are none', async () => {
    await project().run(both('out.jsonl', 'out/out.jsonl'))
    expect(read('out.jsonl')).toBe('{"a":1}\n{"a":2}\n')
    expect(read('out/out.jsonl')).toBe('{"a":1}\n')
  })
})

describe("two processes that write one file with mode 'create'", () => {
  /** Starts a process that reports when its sink is open and commits on request. */
  function start(value: string, stateDirectory = '.maestro') {
    const here = (specifier: string) => JSON.stringify(import.meta.resolve(specifier))
    writeFileSync(
      path(`${value}.mjs`),
      `import { once } from 'node:events'
       import { pipeline } from ${here('@maestro-dataflow/core')}
       import { maestro } from ${here('@maestro-dataflow/core/runtime')}
       import fs from ${JSON.stringify(pathToFileURL(`${import.meta.dirname}/../lib/index.js`).href)}
       const project = maestro({ plugins: [fs], directory: process.cwd(), logLevel: 'silent', stateDirectory: '${stateDirectory}' })
       const waits = async (row) => {
         console.log('open')
         await once(process.stdin, 'data')
         return row
       }
       await project.run(
         pipeline('p').from([{ value: '${value}' }]).map(waits).write('fs.file', { path: 'out.jsonl' }),
       ).then(() => console.log('done'), (error) => console.log(error.code + ': ' + error.message))
       process.exit()`,
    )
    const child = spawn(process.execPath, [`${value}.mjs`], { cwd: path('') })
    const lines = createInterface(child.stdout)
    return { child, line: async () => (await once(lines, 'line'))[0] as string }
  }

  test('the second one is refused before it reads anything, and it names the first', async () => {
    const first = start('one')
    expect(await first.line()).toBe('open')
    expect(await start('two').line()).toMatch(
      new RegExp(
        `^MAESTRO_RUN_OUTPUT_IN_USE: The run \\S+ is writing out.jsonl now, in process ${first.child.pid} on `,
      ),
    )
    expect(readdirSync(path('.maestro/runs'))).toHaveLength(1)
    const end = first.line()
    first.child.stdin.write('go\n')
    expect(await end).toBe('done')
    expect(read('out.jsonl')).toBe('{"value":"one"}\n')
  })

  test('of two processes that do not know each other, the first commit stands, and the other says so', async () => {
    const processes = [start('one', 'state-1'), start('two', 'state-2')]
    expect(await Promise.all(processes.map(({ line }) => line()))).toEqual(['open', 'open'])
    const ends = processes.map(({ line }) => line())
    for (const { child } of processes) child.stdin.write('go\n')
    const said = await Promise.all(ends)
    const winner = said.indexOf('done')
    expect(said[1 - winner]).toBe(
      'MAESTRO_RUN_OUTPUT_EXISTS: out.jsonl exists now: another process or run wrote it while this one was running.',
    )
    expect(read('out.jsonl')).toBe(`{"value":"${['one', 'two'][winner]}"}\n`)
    expect(files().filter((name) => name.startsWith('.'))).toEqual([])
  })
})

test('a file that appears at the path during a run stays', async () => {
  const steps = pipeline('p')
    .from([{ a: 1 }])
    .map((row) => {
      write('out.jsonl', 'precious')
      return row
    })
    .write('fs.file', { path: 'out.jsonl' })
  expect(await failure(project().run(steps))).toMatchObject({ code: 'MAESTRO_RUN_OUTPUT_EXISTS' })
  expect(read('out.jsonl')).toBe('precious')
  await project().run(steps, { overwrite: true })
  expect(read('out.jsonl')).toBe('{"a":1}\n')
})
