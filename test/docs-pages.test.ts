import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const pages = globSync(['*.md', 'packages/*/README.md', 'examples/*/README.md', 'docs/**/*.md'], { cwd: root }).sort()

/** The text of a page without its code. */
const proseOf = (page: string) => read(page).replaceAll(/^(`{3,})[^\n]*\n[\s\S]*?^\1[ ]*$/gm, '')

/** The anchors of a page, as code hosts make them from headings. */
function anchorsOf(page: string): readonly string[] {
  return Array.from(proseOf(page).matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test.each(pages)('the links of %s lead somewhere', (page) => {
  const links = Array.from(proseOf(page).matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link)
  for (const link of links.filter((target) => !/^[a-z]+:/.test(target))) {
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : join(dirname(page), path)
    expect(existsSync(join(root, target)), `${page} links to ${link}`).toBe(true)
    if (anchor !== undefined) expect(anchorsOf(target), `${page} links to ${link}`).toContain(anchor)
  }
})

test('docs/README.md links to every page', () => {
  const index = read('docs/README.md')
  for (const page of globSync('docs/*.md', { cwd: root }).filter((path) => !path.endsWith('README.md')))
    expect(index).toContain(`](${page.slice('docs/'.length)})`)
  const decisions = read('docs/decisions/README.md')
  for (const page of globSync('docs/decisions/0*.md', { cwd: root }))
    expect(decisions).toContain(`](${page.slice('docs/decisions/'.length)})`)
})

test('docs/config.md names every setting, and no other', () => {
  const contract = ['contracts/config.ts', 'define/maestro-config.ts']
    .map((file) => read(`packages/core/src/${file}`))
    .join('\n')
  const membersOf = (name: string) =>
    Array.from(
      (new RegExp(`interface ${name} \\{([\\s\\S]*?)^\\}`, 'm').exec(contract)?.[1] ?? '').matchAll(
        /^ {2}readonly (\w+)\?:/gm,
      ),
      ([, member = '']) => member,
    )
  const settings = membersOf('MaestroConfig').flatMap((name) =>
    name === 'run' ? membersOf('RunConfig').map((member) => `run.${member}`) : [name],
  )
  const part = read('docs/config.md')
    .split(/^## /m)
    .find((text) => text.startsWith('Settings\n'))
  const documented = Array.from((part ?? '').matchAll(/^\| `([\w.]+)` \|/gm), ([, name = '']) => name)
  expect(settings.length).toBeGreaterThan(10)
  expect(documented.toSorted()).toEqual(settings.toSorted())
})

test('every code that the pages name is in a table of errors', () => {
  const known = new Set(Array.from(read('docs/errors.md').matchAll(/^### (\w+)$/gm), ([, code]) => code))
  for (const page of pages.filter((path) => path !== 'CHANGELOG.md'))
    for (const [code] of read(page).matchAll(/\bMAESTRO_[A-Z]+_[A-Z_]*[A-Z]\b/g))
      expect(known.has(code), `${page} names ${code}`).toBe(true)
})

test('docs/cli.md has a part for every command', () => {
  const maestro = join(root, 'packages/cli/bin/maestro.js')
  const help = execFileSync(process.execPath, [maestro, '--help'], { encoding: 'utf8' })
  const listed = help.slice(help.indexOf('Commands:'))
  const commands = Array.from(listed.matchAll(/^ {2}([a-z]+)\b/gm), ([, name = '']) => name)
  expect(commands).toContain('run')
  const parts = anchorsOf('docs/cli.md')
  for (const command of commands.filter((name) => name !== 'help' && name !== 'maestro'))
    expect(parts).toContain(command)
})
