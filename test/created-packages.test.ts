// What `npm create maestro` makes, outside of the repository and with the packages as published: each kind of plugin is
// installed, tested, checked, packed, and added to a project, and each kind of project is planned.
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Shell, shellIn } from './packed/shell.js'

let folder: string
let shell: Shell
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-created-')))
  shell = shellIn(folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function succeed(lines: string): Promise<string> {
  const { code, output } = await shell(lines)
  expect(code, `${lines}\n${output}`).toBe(0)
  return output
}

// Hundreds of packages are installed.
const timeout = 900_000

test.each([
  ['plain', ['hello']],
  ['ai', ['hello']],
  ['rag', ['index', 'answers']],
])('a project: %s', { timeout }, async (template, pipelines) => {
  await succeed(`npm create maestro@latest ${template} -- --template ${template}`)
  await succeed(`cd ${template}\nnpm install\nnpm run check`)
  for (const pipeline of pipelines) await succeed(`cd ${template}\nnpx maestro plan ${pipeline}`)
})

test.each(['operator', 'prompt', 'serving', 'storage', 'vector-store', 'executor', 'observer'])(
  'a plugin: %s',
  { timeout },
  async (kind) => {
    const name = `maestro-plugin-my-${kind}`
    await succeed(`npm create maestro@latest ${name} -- --plugin ${kind}\ncd ${name}\nnpm install\nnpm test`)
    expect(await succeed(`cd ${name}\nnpm run check\nnpm pack`)).toContain(' ok, 0 to look at, 0 failed')
    await succeed(
      `cd plain\nnpx maestro plugin add ../${name}/${name}-0.1.0.tgz --yes\nnpm run check\nnpx maestro plugins`,
    )
    expect(readFileSync(join(folder, 'plain/maestro.config.ts'), 'utf8')).toContain(`'${name}'`)
    await succeed('cd plain\nnpx maestro run hello')
  },
)
