import { execFileSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

// Each completion is a process of its own.
vi.setConfig({ testTimeout: 120_000 })

let project: TemporaryProject
beforeEach(() => {
  project = new TemporaryProject({
    'maestro.config.json': {
      plugins: ['@maestro-dataflow/plugin-fs'],
      servings: { default: { use: 'x.chat' }, big: { use: 'x.chat' } },
      pipelines: 'pipelines/*',
    },
    'pipelines/cities.json': { name: 'cities' },
    'pipelines/towns.json': { name: 'towns' },
    'notes.txt': '',
    'bin/maestro': `#!/bin/sh\nexec '${process.execPath}' '${join(import.meta.dirname, '../bin/maestro.js')}' "$@"\n`,
  })
  chmodSync(join(project.folder, 'bin/maestro'), 0o755)
})
afterEach(() => project.remove())

const words = async (...typed: string[]) => {
  const { code, stdout } = await project.maestro('complete', '--', ...typed)
  expect(code).toBe(0)
  return stdout.split('\n').filter((line) => line !== '')
}

test('commands, options, pipelines, and servings are completed', async () => {
  expect(await words('pl')).toEqual(['plan', 'plugins', 'plugin'])
  expect(await words('cache', 'c')).toEqual(['clear'])
  expect(await words('run', '')).toEqual(['cities', 'towns'])
  expect(await words('run', '--limit', '3', 'cities', 't')).toEqual(['towns'])
  expect(await words('plan', 'cities', '--es')).toEqual(['--estimate'])
  expect(await words('run', '--serving', 'b')).toEqual(['big'])
  expect(await words('completion', 'z')).toEqual(['zsh'])
})

test('nothing where a file follows, and in a folder without a project', async () => {
  expect(await words('enrich', '')).toEqual([])
  expect(await words('run', 'cities', '--output', '')).toEqual([])
  project.write('maestro.config.json', '{ broken')
  expect(await words('run', '')).toEqual([])
})

/** What each shell completes after loading its script. */
const shells = {
  bash: (line: string) => `eval "$(maestro completion bash)"
COMP_WORDS=(${line}); [[ ${JSON.stringify(line)} == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _maestro; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: (line: string) => `compdef() { :; }; compadd() { shift; eval "print -l \\"\\\${$1[@]}\\""; }; _files() { :; }
eval "$(maestro completion zsh)"; functions[compdef]=:
words=(\${(z)\${:-${JSON.stringify(line)}}}); [[ ${JSON.stringify(line)} == *' ' ]] && words+=('')
CURRENT=\${#words}; _maestro`,
  fish: (line: string) => `maestro completion fish | source; complete -C ${JSON.stringify(line)}`,
}

function isInstalled(shell: string): boolean {
  try {
    execFileSync(shell, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('in a real shell', () => {
  for (const [shell, script] of Object.entries(shells)) {
    if (!isInstalled(shell)) continue
    test(`${shell} completes commands and pipelines`, () => {
      const completed = (line: string) =>
        execFileSync(shell, ['-c', script(line)], {
          cwd: project.folder,
          encoding: 'utf8',
          env: { ...process.env, PATH: `${join(project.folder, 'bin')}:${process.env.PATH}` },
        })
          .split('\n')
          .filter((found) => found !== '')
      // Fish sorts them.
      expect(completed('maestro pl').toSorted()).toEqual(['plan', 'plugin', 'plugins'])
      expect(completed('maestro run ')).toEqual(expect.arrayContaining(['cities', 'towns']))
      expect(completed('maestro run --serving ')).toEqual(expect.arrayContaining(['big', 'default']))
    })
  }
})
