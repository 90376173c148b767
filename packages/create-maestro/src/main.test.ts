import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { create, createOnTerminal, run, temporaryFolder } from './__fixtures__/run-command.js'

let folder: string
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const read = (path: string) => readFileSync(join(folder, path), 'utf8')

describe('by options', () => {
  test('a plain project, which is that of maestro init', async () => {
    expect((await create(folder, 'mine', '--template', 'plain')).output).toContain('npx maestro run hello')
    await run(folder, 'maestro', 'init', 'init/mine', '--plain')
    const filesOf = (path: string) => readdirSync(join(folder, path), { recursive: true, encoding: 'utf8' }).toSorted()
    expect(filesOf('mine')).toEqual(filesOf('init/mine'))
    for (const path of ['package.json', 'maestro.config.ts', 'README.md'])
      expect(read(`mine/${path}`)).toBe(read(`init/mine/${path}`))
  })

  test('a folder that has files is left as it is', async () => {
    mkdirSync(join(folder, 'mine'))
    writeFileSync(join(folder, 'mine/notes.txt'), 'mine')
    const { code, output } = await create(folder, 'mine', '--plugin', 'operator')
    expect(code).toBe(2)
    expect(output).toContain('it holds notes.txt')
    expect(readdirSync(join(folder, 'mine'))).toEqual(['notes.txt'])
  })

  test('without a terminal and without options: the error says which options there are', async () => {
    const { code, output } = await create(folder, 'mine')
    expect(code).toBe(2)
    expect(output).toContain('--template plain|ai|rag')
    expect(output).toContain('--plugin operator|prompt|serving')
    expect(existsSync(join(folder, 'mine'))).toBe(false)
    expect(JSON.parse((await create(folder, 'mine', '--json')).output).error.code).toBe('MAESTRO_CREATE_CHOICE')
  })

  test.each([['--plugin', 'operatr'], ['--template', 'rag', '--plugin', 'operator'], ['--nope']])(
    'wrong options: %s %s',
    async (...parameters) => {
      expect((await create(folder, 'mine', ...parameters)).code).toBe(2)
      const { output } = await create(folder, 'mine', ...parameters, '--json')
      expect(JSON.parse(output).error.code).toBe('MAESTRO_CREATE_USAGE')
    },
  )
})

describe('on a terminal', () => {
  const down = '\u001b[B'

  test('it asks for the settings that the options leave open', async () => {
    const { code, output } = await createOnTerminal(
      folder,
      ['--no-install'],
      [
        ['What do you want to make?', `${down.repeat(3)}\r`],
        ['In which folder?', 'maestro-plugin-loud\r'],
      ],
    )
    expect(code, output).toBe(0)
    expect(output).not.toContain('npm install in it?')
    expect(JSON.parse(read('maestro-plugin-loud/package.json'))).toMatchObject({
      name: 'maestro-plugin-loud',
      maestro: { contributes: { operators: { 'loud.shorten': expect.any(String) } } },
    })
  })

  test('stopped by the user, it writes nothing', async () => {
    const { code } = await createOnTerminal(folder, ['mine'], [['What do you want to make?', '\u0003']])
    expect(code).toBe(130)
    expect(existsSync(join(folder, 'mine'))).toBe(false)
  })
})
