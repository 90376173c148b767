// The examples of the pages about plugins are the templates of create-maestro, which its tests compile and run.
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPage } from './docs/read-page.js'
import { templates } from './plugin-pages.js'

const root = join(import.meta.dirname, '..')
const kinds = readdirSync(templates).filter((kind) => kind !== 'common')

test.each(kinds)('docs/plugins/%s.md shows the template of its kind, and all of its source', (kind) => {
  const page = readPage(readFileSync(join(root, `docs/plugins/${kind}.md`), 'utf8'))
  const shown = page.flatMap(({ file }) => (file === undefined ? [] : [file]))
  expect(shown.toSorted()).toEqual(globSync('{src,test}/*.ts', { cwd: join(templates, kind) }).toSorted())
  for (const { file, text } of page)
    if (file !== undefined) expect(text, file).toBe(readFileSync(join(templates, kind, file), 'utf8'))
})

test('docs/plugins.md links to each page about a kind', () => {
  const index = readFileSync(join(root, 'docs/plugins.md'), 'utf8')
  for (const path of globSync('docs/plugins/*.md', { cwd: root }))
    expect(index).toContain(`](${path.slice('docs/'.length)})`)
  expect(existsSync(join(root, 'docs/plugins/first-plugin.md'))).toBe(true)
})
