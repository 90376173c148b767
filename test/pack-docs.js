// Copies the documentation into the package of the command before it is packed, and removes it afterwards (--remove), so
// that an editor or a coding agent reads the pages of the installed version. Links that lead out of docs/ then lead to
// the repository at this version.
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'

const root = join(import.meta.dirname, '..')
const target = join(root, 'packages/cli/docs')
rmSync(target, { recursive: true, force: true })
if (!process.argv.includes('--remove')) {
  const { version } = JSON.parse(readFileSync(join(root, 'packages/cli/package.json'), 'utf8'))
  const repository = `https://github.com/maestro-dataflow/maestro-dataflow/blob/v${version}`
  // Decisions explain how the project is made, not how it is used.
  cpSync(join(root, 'docs'), target, {
    recursive: true,
    filter: (path) => !path.startsWith(join(root, 'docs/decisions')),
  })
  for (const page of globSync('**/*.md', { cwd: target })) {
    const path = join(target, page)
    const text = readFileSync(path, 'utf8').replaceAll(/\]\(([^)\s:#]+)(#[^)\s]*)?\)/g, (link, to, anchor = '') => {
      const place = posix.join('docs', dirname(page), to)
      return /^docs\/(?!decisions)/.test(place) ? link : `](${repository}/${place}${anchor})`
    })
    writeFileSync(path, text)
  }
}
