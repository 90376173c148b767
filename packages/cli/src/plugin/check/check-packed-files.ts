import { existsSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageEntry } from '@maestro-dataflow/core/runtime'
import type { Check } from '../../doctor/check.js'
import { npm } from '../npm.js'
import type { PackageJson } from './package-json.js'

/** Files that nobody means to publish. */
const secret = /(^|\/)(\.env(\..*)?|\.npmrc|.*\.(pem|key|p12)|id_[a-z0-9]+)$/
const superfluous = /(\.|\/)(test|spec)\.[cm]?[jt]sx?$|\.tsbuildinfo$|(^|\/)(__tests__|__fixtures__|coverage)\//

/** Checks the files that npm would publish, and the fields of package.json that lead to them. */
export async function checkPackedFiles(folder: string, manifest: PackageJson): Promise<readonly Check[]> {
  const { code, stdout, stderr } = await npm(folder, 'pack', '--dry-run', '--json', '--ignore-scripts')
  if (code !== 0) return [{ name: 'files', status: 'fail', message: `npm pack failed: ${stderr.trim()}` }]
  // npm 11 gives a list, later versions an object by name.
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, { readonly files: { readonly path: string }[] }>)
  const files = packed?.files.map(({ path }) => path) ?? []
  return [
    await checkEntry(folder, files),
    checkContents(files),
    checkTypes(folder, manifest, files),
    ...(await checkFields(folder)),
  ]
}

async function checkEntry(folder: string, files: readonly string[]): Promise<Check> {
  const name = 'entry'
  const entry = relative(folder, fileURLToPath(await packageEntry(folder)))
    .split(sep)
    .join('/')
  if (files.includes(entry)) return { name, status: 'ok', message: entry }
  const hint = existsSync(join(folder, entry))
    ? 'Add its folder to "files" in package.json.'
    : 'Build the package first.'
  return { name, status: 'fail', message: `npm would not publish ${entry}`, hint }
}

function checkContents(files: readonly string[]): Check {
  const name = 'files'
  const secrets = files.filter((path) => secret.test(path))
  if (secrets.length > 0)
    return {
      name,
      status: 'fail',
      message: `npm would publish ${secrets.join(', ')}`,
      hint: 'Leave out files with secrets: list what is published in "files" of package.json.',
    }
  const extra = files.filter((path) => superfluous.test(path))
  const missing = ['README.md', 'LICENSE'].filter(
    (wanted) => !files.some((path) => path.toLowerCase().startsWith(wanted.split('.')[0]?.toLowerCase() ?? wanted)),
  )
  if (extra.length + missing.length === 0) return { name, status: 'ok', message: `${files.length} files` }
  const parts = [
    ...(extra.length === 0
      ? []
      : [`npm would publish ${extra.slice(0, 3).join(', ')}${extra.length > 3 ? ' ...' : ''}`]),
    ...(missing.length === 0 ? [] : [`there is no ${missing.join(' and no ')}`]),
  ]
  return { name, status: 'warn', message: parts.join('; '), hint: 'List what is published in "files" of package.json.' }
}

/** Whether the declaration files are published and name what the plugin contributes to pipelines. */
function checkTypes(folder: string, { maestro }: PackageJson, files: readonly string[]): Check {
  const name = 'types'
  const declarations = files.filter((path) => /\.d\.[cm]?ts$/.test(path))
  const hint = 'Compile with "declaration": true, and name the file under "types" in "exports".'
  if (declarations.length === 0)
    return { name, status: 'fail', message: 'npm would publish no declaration files', hint }
  const text = declarations.map((path) => readFileSync(join(folder, path), 'utf8')).join('\n')
  const { operators = {}, prompts = {}, storages = {} } = maestro?.contributes ?? {}
  const untyped = Object.keys({ ...operators, ...prompts, ...storages }).filter(
    (one) => !new RegExp(`['"]${one.replaceAll('.', '\\.')}['"]`).test(text),
  )
  if (untyped.length === 0) return { name, status: 'ok', message: `${declarations.length} declaration files` }
  return {
    name,
    status: 'warn',
    message: `the declaration files do not name ${untyped.join(', ')}`,
    hint: 'Export the definitions from the entry of the package, so that the editor knows the options and columns.',
  }
}

/** What publint finds in package.json: entries that lead nowhere, wrong module formats, and unusual fields. */
async function checkFields(folder: string): Promise<readonly Check[]> {
  const [{ publint }, { formatMessage }] = await Promise.all([import('publint'), import('publint/utils')])
  const { messages, pkg } = await publint({ pkgDir: folder, level: 'warning', pack: 'npm' })
  if (messages.length === 0) return [{ name: 'package.json', status: 'ok', message: 'its entries lead somewhere' }]
  return messages.map((message) => ({
    name: 'package.json',
    status: message.type === 'error' ? 'fail' : 'warn',
    message: formatMessage(message, pkg, { color: false }) ?? message.code,
  }))
}
