import { relative } from 'node:path'
import type { PluginPermissions } from '@maestro-dataflow/core'
import { textTable } from '../plan/text-table.js'
import { formatName } from '../terminal/format-value.js'
import type { Style } from '../terminal/style.js'
import { cutText } from '../terminal/text-width.js'
import type { PluginOverview, PluginsOverview } from './describe-plugins.js'

/** The destination of text: its width and its styles. */
export interface Page {
  readonly width: number
  readonly style: Style
}

/** The plugins as text for people. */
export function renderPlugins({ plugins, unread }: PluginsOverview, page: Page): string {
  const { warn } = page.style
  const parts = plugins.map((plugin) => renderPlugin(plugin, page))
  if (unread.length > 0) {
    const lines = unread.map(({ pipeline, reason }) => `  ${pipeline}: ${reason.split('\n', 1)[0]}`)
    parts.push([warn('Not known which plugins these pipelines load:'), ...lines].join('\n'))
  }
  return parts.length === 0 ? 'The config has no plugins.\n' : `${parts.join('\n\n')}\n`
}

function renderPlugin(plugin: PluginOverview, { width, style }: Page): string {
  const { name, version, origin, path, contributes, requires } = plugin
  const place = path === undefined ? 'given in code' : `${origin} ${relative('.', path) || '.'}`
  const head = [style.bold(formatName(name)), ...(version === undefined ? [] : [version]), style.dim(place)].join('  ')
  const contributions = Object.entries(contributes).flatMap(([kind, names]) => [
    `  ${kindLabels[kind] ?? kind}`,
    ...textTable(Object.entries(names), width - 4).map((line) => `    ${line}`),
  ])
  return [
    head,
    ...contributions,
    ...(requires.length === 0 ? [] : [`  requires     ${requires.join(', ')}`]),
    `  permissions  ${permissionText(plugin.permissions)}${plugin.enforced ? ' (enforced)' : ''}`,
    cutText(`  loaded       ${loadedText(plugin)}`, width),
    ...plugin.notes.map((note) => style.warn(`  note         ${note}`)),
  ].join('\n')
}

const kindLabels: Readonly<Record<string, string>> = {
  vectorStores: 'vector stores',
  tableEngines: 'table engines',
}

/** The permissions of a manifest in a line. */
export function permissionText({ hosts, env, paths, native, childProcesses }: PluginPermissions): string {
  const parts = [
    ...(hosts === undefined || hosts.length === 0 ? [] : [`hosts ${hosts.join(', ')}`]),
    ...(env === undefined || env.length === 0 ? [] : [`environment ${env.join(', ')}`]),
    ...(paths === undefined || paths.length === 0 ? [] : [`paths ${paths.join(', ')}`]),
    ...(native === true ? ['native code'] : []),
    ...(childProcesses === true ? ['other programs'] : []),
  ]
  return parts.join('; ') || 'declares none'
}

function loadedText({ always, loadedBy }: PluginOverview): string {
  if (always) return 'always'
  return loadedBy.length === 0 ? 'by no pipeline' : `by ${loadedBy.map(formatName).join(', ')}`
}
