import type { ColumnProfile, RunOverview } from '@maestro-dataflow/core/runtime'
import { type Html, html } from './html.js'
import { formatCount, type RowLists } from './row-lists.js'

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)

/** The first rows before and after each step: the columns that the step added or changed. */
export function renderSamples({ steps }: RunOverview): Html {
  const changed = steps.flatMap(({ id, samples }) => {
    const rows = samples.flatMap(({ before, after }) => {
      if (after === undefined) return []
      const columns = [...new Set([...Object.keys(before.row), ...Object.keys(after.row)])]
      const changes = columns.filter((column) => shown(before.row[column]) !== shown(after.row[column]))
      return changes.length === 0 ? [] : [{ id: after.id, before: before.row, after: after.row, changes }]
    })
    return rows.length === 0 ? [] : [{ id, rows: rows.slice(0, 3) }]
  })
  if (changed.length === 0) return html``
  return html`<h2>Rows before and after</h2>${changed.map(
    ({ id, rows }) =>
      html`<h3>${id}</h3><div class="wide"><table><thead><tr><th>row</th><th>column</th><th>before</th><th>after</th></tr></thead><tbody>${rows.flatMap(
        (row) =>
          row.changes.map(
            (column, index) =>
              html`<tr><td class="cell">${index === 0 ? row.id : ''}</td><td>${column}</td><td class="cell">${shown(row.before[column])}</td><td class="cell">${shown(row.after[column])}</td></tr>`,
          ),
      )}</tbody></table></div>`,
  )}`
}

/** The columns of the output, each with a histogram. Each bar's number opens its rows. */
export function renderProfile({ profile, output }: RunOverview, lists: RowLists): Html {
  if (profile.length === 0) return html`<h2>Output</h2><p class="dim">The run holds no sample of its output.</p>`
  const rows = new Map(output.rows.map((sample) => [sample.id, sample]))
  const from =
    output.rows.length === output.of
      ? `All ${formatCount(output.of)} rows.`
      : `A sample of ${formatCount(output.rows.length)} of ${formatCount(output.of)} rows, evenly spaced.`
  return html`<h2>Output</h2><p class="dim">${from}</p><div class="columns">${profile.map((column) => renderColumn(column, rows, lists))}</div>`
}

function renderColumn(
  column: ColumnProfile,
  rows: ReadonlyMap<string, RunOverview['output']['rows'][number]>,
  lists: RowLists,
): Html {
  const { bins, binsOf, types, empty, distinct, least, greatest, mean } = column
  const most = Math.max(1, ...bins.map((bin) => bin.rows.length))
  const isText = !types.every((type) => type === 'number')
  const short = (text = '') => (text.length > 40 ? `${text.slice(0, 40)}…` : text)
  const facts = [
    types.join(', ') || 'no value',
    `${formatCount(distinct)} different`,
    ...(empty > 0 ? [`${formatCount(empty)} empty`] : []),
    ...(least === undefined ? [] : [`${short(least)} to ${short(greatest)}`]),
    ...(mean === undefined ? [] : [`mean ${isText ? 'length ' : ''}${Number(mean.toPrecision(4))}`]),
  ]
  const what = { values: '', numbers: 'Values by range', lengths: 'Lengths in characters' }[binsOf]
  return html`<section><h3>${column.column}</h3><p class="dim">${facts.join(' · ')}</p>${what === '' ? undefined : html`<p class="dim">${what}</p>`}<div class="bars">${bins.map(
    (bin) => {
      const link = lists.link(bin.rows.length, {
        title: `${column.column}: ${bin.label}`,
        more: 'The sample holds more.',
        rows: bin.rows.slice(0, 50).flatMap((id) => rows.get(id) ?? []),
      })
      return html`<span title="${bin.label}">${bin.label}</span><div class="bar" style="width:${((100 * bin.rows.length) / most).toFixed(1)}%"></div><div>${link}</div>`
    },
  )}</div></section>`
}
