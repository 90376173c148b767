import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '..')
export const templates = join(root, 'packages/create-maestro/templates/plugin')

/** The pages about the kinds of plugins, with the source of the template of each kind in the blocks that name its files. */
export function pluginPages() {
  return globSync('docs/plugins/*.md', { cwd: root }).flatMap((path) => {
    const template = join(templates, basename(path, '.md'))
    return existsSync(template) ? [{ path: join(root, path), text: withSource(join(root, path), template) }] : []
  })
}

/** @param {string} page @param {string} template */
function withSource(page, template) {
  return readFileSync(page, 'utf8').replace(/^(```\w+ .*\bfile=(\S+).*\n)[\s\S]*?^```$/gm, (block, fence, file) =>
    existsSync(join(template, file)) ? `${fence}${readFileSync(join(template, file), 'utf8')}\`\`\`` : block,
  )
}
