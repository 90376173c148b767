import { textTable } from '../plan/text-table.js'
import type { Style } from '../terminal/style.js'
import type { ModelListing } from './local-models.js'

/** The models as text for people: a table, and the location of the files. */
export function renderModels(models: readonly ModelListing[], folder: string, width: number, style: Style): string {
  const table = models.map(({ name, bytes, license, path, description }) => [
    name,
    formatMegabytes(bytes),
    path === undefined ? 'not here' : 'here',
    license,
    description,
  ])
  const lines = textTable([['name', 'size', 'file', 'license', 'what it is'], ...table], width)
  return `${[style.bold(lines[0] ?? ''), ...lines.slice(1), '', `Files are in ${folder}`].join('\n')}\n`
}

/** The size of a file: 98 MB, 1.2 GB. */
export function formatMegabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.max(1, Math.round(bytes / 1e6))} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}
