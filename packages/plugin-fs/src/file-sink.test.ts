import { spawnSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { describe, expect, test } from 'vitest'
import { failure, temporaryProject } from './__fixtures__/temporary-project.js'
import { FileSinkWriter } from './file-sink-writer.js'
import fs from './index.js'

const { write, read, copy, path, files, project } = temporaryProject()

/** The only fault for which a plan was refused. */
async function fault(sink: { path: string; mode?: 'overwrite' }): Promise<unknown> {
  const error = (await failure(copy({ path: 'in.jsonl' }, sink))) as { details: { errors: unknown[] } }
  expect(error.details.errors.length).toBe(1)
  return error.details.errors[0]
}

describe('where an output may stand', () => {
  test('not where there is a folder, nor below a file', async () => {
    write('in.jsonl', '{"a":1}\n')
    mkdirSync(path('out.jsonl'))
    const unwritable = { code: 'MAESTRO_RUN_OUTPUT_UNWRITABLE' }
    expect(await fault({ path: 'out.jsonl', mode: 'overwrite' })).toMatchObject(unwritable)
    expect(await fault({ path: 'in.jsonl/out.jsonl' })).toMatchObject(unwritable)
    expect(files().sort()).toEqual(['in.jsonl', 'out.jsonl'])
  })

  if (process.platform !== 'win32')
    test('a file that replaces another keeps its mode, and one that is read-only stays', async () => {
      write('in.jsonl', '{"a":1}\n')
      for (const [name, mode] of [
        ['private.jsonl', 0o600],
        ['shared.csv', 0o664],
        ['kept.jsonl', 0o444],
      ] as const) {
        write(name, 'precious')
        chmodSync(path(name), mode)
      }
      for (const name of ['private.jsonl', 'shared.csv'])
        await copy({ path: 'in.jsonl' }, { path: name, mode: 'overwrite' })
      expect([statSync(path('private.jsonl')).mode & 0o777, statSync(path('shared.csv')).mode & 0o777]).toEqual([
        0o600, 0o664,
      ])
      expect(read('shared.csv')).toBe('a\n1\n')
      expect(await fault({ path: 'kept.jsonl', mode: 'overwrite' })).toMatchObject({
        code: 'MAESTRO_RUN_OUTPUT_UNWRITABLE',
        details: { reason: 'the file is read-only' },
      })
      expect(read('kept.jsonl')).toBe('precious')
    })

  test('not in the place of a device', async () => {
    write('in.jsonl', '{"a":1}\n')
    symlinkSync('/dev/null', path('out.jsonl'))
    const run = project({ allowOutsidePaths: true }).run(
      pipeline('device')
        .read('fs.file', { path: 'in.jsonl' })
        .write('fs.file', { path: 'out.jsonl', mode: 'overwrite' }),
    )
    expect(await failure(run)).toMatchObject({
      details: { errors: [{ code: 'MAESTRO_RUN_OUTPUT_UNWRITABLE' }] },
    })
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
  })

  test('not behind a link that leaves the project', async () => {
    write('in.jsonl', '{"a":1}\n')
    symlinkSync('/tmp', path('away'))
    expect(await fault({ path: 'away/maestro-out.jsonl' })).toMatchObject({ code: 'MAESTRO_STORAGE_PATH_OUTSIDE' })
  })

  test('a link inside the project stays a link, and its target is replaced', async () => {
    write('in.jsonl', '{"a":1}\n')
    write('real/out.jsonl', 'before')
    symlinkSync('real/out.jsonl', path('out.jsonl'))
    await copy({ path: 'in.jsonl' }, { path: 'out.jsonl', mode: 'overwrite' })
    expect(read('real/out.jsonl')).toBe('{"a":1}\n')
    expect(lstatSync(path('out.jsonl')).isSymbolicLink()).toBe(true)
  })

  test.each([
    'package.json',
    'maestro.config.ts',
    '.env',
    '.env.local',
    '.git/config.jsonl',
    '.GIT/hooks/post-commit.jsonl',
    '.maestro/rows.jsonl',
    'node_modules/a/rows.jsonl',
    'deep/package.json',
    '.github/workflows/rows.jsonl',
    '.vscode/tasks.json',
    'deep/.husky/rows.jsonl',
    'Makefile',
  ])('not in the place of a file of the project: %s', async (output) => {
    write('in.jsonl', '{"a":1}\n')
    const to = { path: output, format: 'jsonl', mode: 'overwrite' } as const
    expect(await failure(copy({ path: 'in.jsonl' }, to))).toMatchObject({
      details: { errors: [{ code: 'MAESTRO_FS_PROJECT_FILE' }] },
    })
    await copy({ path: 'in.jsonl' }, { ...to, allowProjectFiles: true })
    expect(read(output)).toBe('{"a":1}\n')
  })

  test('not in the place of a link that leads nowhere, wherever it points', async () => {
    write('in.jsonl', '{"a":1}\n')
    for (const target of ['none.jsonl', '/tmp/none/none.jsonl', 'out.jsonl']) {
      symlinkSync(target, path('out.jsonl'))
      for (const mode of ['overwrite', undefined] as const)
        expect(await fault({ path: 'out.jsonl', ...(mode === undefined ? {} : { mode }) })).toMatchObject({
          code: 'MAESTRO_RUN_OUTPUT_UNWRITABLE',
          details: { reason: 'it is a symbolic link that leads nowhere' },
        })
      expect(lstatSync(path('out.jsonl')).isSymbolicLink()).toBe(true)
      rmSync(path('out.jsonl'))
    }
  })

  test('not in the place of a pipeline or a plugin that the config names', async () => {
    write('plugins/own.mjs', "export default { name: 'own', manifest: { apiVersion: 1 }, apply() {} }")
    write('pipelines/p.json', '{}')
    const own = maestro({
      plugins: [fs, './plugins/own.mjs'],
      pipelines: 'pipelines/*',
      directory: path(''),
      logLevel: 'silent',
    })
    for (const output of ['pipelines/p.json', 'plugins/own.mjs']) {
      const before = read(output)
      const to = { path: output, format: 'jsonl', mode: 'overwrite' } as const
      const rows = pipeline('rows').from([{ a: 1 }])
      expect(await failure(own.run(rows.write('fs.file', to)))).toMatchObject({
        details: { errors: [{ code: 'MAESTRO_FS_PROJECT_FILE' }] },
      })
      expect(read(output)).toBe(before)
    }
    await own.dispose()
  })

  test('not behind a link to a folder of the project', async () => {
    write('in.jsonl', '{"a":1}\n')
    write('.git/config', '')
    symlinkSync('.git', path('history'))
    expect(await failure(copy({ path: 'in.jsonl' }, { path: 'history/rows.jsonl' }))).toMatchObject({
      details: { errors: [{ code: 'MAESTRO_FS_PROJECT_FILE' }] },
    })
  })

  test.each([`${'a'.repeat(249)}.jsonl`, `${'很'.repeat(83)}.json`])('under the longest names', async (output) => {
    write('in.jsonl', '{"a":1}\n')
    await copy({ path: 'in.jsonl' }, { path: output })
    expect(read(output)).toContain('"a":1')
  })

  test('folders on the way are made; a run may read and replace one file', async () => {
    write('in.jsonl', '{"a":1}\n')
    await copy({ path: 'in.jsonl' }, { path: 'new/folder/out.json' })
    expect(JSON.parse(read('new/folder/out.json'))).toEqual([{ a: 1 }])
    await copy({ path: 'in.jsonl' }, { path: 'in.jsonl', mode: 'overwrite' })
    expect(read('in.jsonl')).toBe('{"a":1}\n')
  })

  test('a run that rejects rows does not replace the file that it reads, under whatever name', async () => {
    const rows = '{"a":1}\nno row\n{"a":3}\n'
    write('data/in.jsonl', rows)
    symlinkSync('data/in.jsonl', path('link.jsonl'))
    for (const input of ['data/in.jsonl', 'data', 'data/*.jsonl', 'link.jsonl', ['data/in.jsonl']]) {
      for (const output of ['data/in.jsonl', './data/../link.jsonl']) {
        const said = await failure(copy({ path: input }, { path: output, mode: 'overwrite' }))
        expect(said).toMatchObject({
          code: 'MAESTRO_RUN_INPUT_REPLACED',
          hint: expect.stringContaining('another path'),
        })
        expect(read('data/in.jsonl')).toBe(rows)
      }
    }
    const { counts } = await copy({ path: 'data/in.jsonl' }, { path: 'out.jsonl', mode: 'overwrite' })
    expect(counts).toMatchObject({ rowsOut: 2, rejected: 1 })
  })
})

/**
 * The process switches to another user, who may not be allowed to read code that is loaded later. A first run loads all
 * of the code.
 */
const becomes = (user: number) => `
  await copyTo('loaded.jsonl')
  chmodSync('.maestro', 0o777)
  chmodSync('.maestro/runs', 0o777)
  process.setgid(${user}); process.setuid(${user})`

/** Starts a process that reads `in.jsonl` and writes the named output. It prints the code of its error. */
function copyInProcess(output: string, before: string, user?: number): string {
  const here = (specifier: string) => JSON.stringify(import.meta.resolve(specifier))
  writeFileSync(
    path('copy.mjs'),
    `import { pipeline } from ${here('@maestro-dataflow/core')}
     import { maestro } from ${here('@maestro-dataflow/core/runtime')}
     import { chmodSync } from 'node:fs'
     import fs from ${JSON.stringify(pathToFileURL(`${import.meta.dirname}/../lib/index.js`).href)}
     const project = maestro({ plugins: [fs], directory: process.cwd(), logLevel: 'silent' })
     const copyTo = (path) => project.run(
       pipeline('copy').read('fs.file', { path: 'in.jsonl' }).write('fs.file', { path, mode: 'overwrite' }))
     ${user === undefined ? '' : becomes(user)}
     await copyTo('${output}').then(
       () => console.log('done'),
       (error) => console.log((error.details.errors?.[0] ?? error).code),
     )`,
  )
  const { stdout, stderr } = spawnSync('bash', ['-c', `${before} exec "$0" copy.mjs`, process.execPath], {
    cwd: path(''),
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  return stdout.trim()
}

describe('an output that cannot be written', () => {
  const noise = Array.from({ length: 20_000 }, (_, n) => `{"n":${(n * 48271) % 2147483647},"m":${Math.sin(n)}}\n`).join(
    '',
  )

  // A limit on the size of files simulates a full disk and needs no special permission. It is in KB.
  // The rows of a compressed file are first kept in the run folder, because such a file cannot be continued.
  test.each([
    ['out.jsonl', 'MAESTRO_RUN_OUTPUT_UNWRITABLE'],
    ['out.csv', 'MAESTRO_RUN_OUTPUT_UNWRITABLE'],
    ['out.jsonl.gz', 'MAESTRO_RUN_STATE'],
    ['out.json.zst', 'MAESTRO_RUN_STATE'],
  ])('%s on a full disk', (output, code) => {
    write('in.jsonl', noise)
    write(output, 'precious')
    expect(copyInProcess(output, 'ulimit -f 100; trap "" XFSZ;')).toBe(code)
    expect(read(output)).toBe('precious')
    expect(files().sort()).toEqual(['copy.mjs', 'in.jsonl', output].sort())
    expect(copyInProcess(output, '')).toBe('done')
    expect(read(output)).not.toBe('precious')
  })

  test('a folder without the right to write is a fault of the plan', () => {
    write('in.jsonl', noise)
    write('out/out.jsonl', 'precious')
    chmodSync(path('out'), 0o555)
    chmodSync(path(''), 0o777)
    // Root may write anywhere, so the process switches to another user.
    const user = process.getuid?.() === 0 ? 65534 : undefined
    expect(copyInProcess('out/out.jsonl', '', user)).toBe('MAESTRO_RUN_OUTPUT_UNWRITABLE')
    expect(read('out/out.jsonl')).toBe('precious')
    chmodSync(path('out'), 0o755)
  })
})

test('every hidden file beside an output is noted, so that none stays for ever when the run is killed', async () => {
  mkdirSync(path('run'))
  const hidden = () => readdirSync(path('')).filter((name) => name.startsWith('.maestro'))
  let seen: readonly string[] = []
  const writer = await FileSinkWriter.open({
    target: { shown: 'out', isFilled: false, publish: async () => undefined },
    beside: path('out'),
    compression: undefined,
    plain: false,
    run: path('run'),
    continues: undefined,
    encoder: () => ({ encode: () => 'row', end: () => '', state: () => ({}) }),
    finish: async (_, output) => {
      writeFileSync(output, 'a table')
      seen = hidden()
    },
  })
  await writer.write({ ids: ['1'], rows: [{}] })
  await writer.commit()
  const noted = read('run/temporary-files.jsonl')
    .trim()
    .split('\n')
    .map((line) => path(`run/${JSON.parse(line)}`))
  expect(seen).toHaveLength(2)
  expect(noted.toSorted()).toEqual(seen.map(path).toSorted())
  expect(hidden()).toEqual([])
})
