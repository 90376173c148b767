import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { RunOverview, StepOverview } from '@maestro-dataflow/core/runtime'
import { counted, formatDollars, formatSpan } from '../terminal/format-number.js'
import { drawPipeline } from './draw-pipeline.js'
import { Html, html, scriptData } from './html.js'
import { pageScript } from './page-script.js'
import { pageStyle } from './page-style.js'
import { renderProfile, renderSamples } from './render-rows.js'
import { formatCount, type ListedRow, RowLists } from './row-lists.js'

/** A bundler rewrites templates that contain the tag itself. */
const endOfScript = new Html('</script>')

/** A report as one HTML page that needs no other file and no network. */
export function renderHtml(overview: RunOverview): string {
  const { run, rate, error } = overview
  const lists = new RowLists()
  const head = html`<h1>${run.pipeline}: <span class="${run.status === 'done' ? '' : 'bad'}">${run.status}</span></h1>
<p class="dim">${run.runId}, started ${run.startedAt}${run.durationMs === undefined ? '' : `, took ${formatSpan(run.durationMs)}`}</p>
${error === undefined ? undefined : html`<p class="bad">${error}</p>`}`
  const body = [
    head,
    tiles(overview, lists),
    html`<h2>Pipeline</h2><div class="wide">${drawPipeline(overview, edgeList(overview, lists))}</div>`,
    stepTable(overview, lists),
    ...(rate.length > 1
      ? [
          html`<h2>Rows over time</h2><div id="rate" role="img" aria-label="The number of rows that had left their stages, over time"></div>`,
        ]
      : []),
    rejects(overview, lists),
    drops(overview, lists),
    warnings(overview),
    renderSamples(overview),
    renderProfile(overview, lists),
  ]
  const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}"><title>${run.pipeline}: ${run.status}</title>
<style>${new Html(uplot('uPlot.min.css'))}${new Html(pageStyle)}</style></head>
<body>${body}<dialog id="rows" aria-label="Rows"><form method="dialog"><button class="close">Close</button></form><div></div></dialog>
<script type="application/json" id="data">${scriptData({ lists: lists.all, rate })}${endOfScript}
<script>${new Html(uplot('uPlot.iife.min.js'))}${endOfScript}<script>${new Html(pageScript)}${endOfScript}</body></html>
`.text
}

/** A file of uPlot, which is put into the page. */
function uplot(name: string): string {
  return readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${name}`), 'utf8')
}

function tiles({ run, source, output, drops: dropped, rejects: rejected, steps }: RunOverview, lists: RowLists): Html {
  const { counts, usage } = run
  if (counts === undefined) return html`<p>The run is unfinished: it goes on, or it was killed.</p>`
  const tile = (label: string, value: Html | string) => html`<div class="tile"><b>${value}</b>${label}</div>`
  const more = 'maestro why ROW explains any other row.'
  const lost = (outcome: 'dropped' | 'merged') =>
    dropped
      .filter((group) => group.outcome === outcome)
      .map(({ rowId, step, reason, into }) => ({
        id: rowId,
        note: `${step}${reason === undefined ? '' : `: ${reason}`}${into === undefined ? '' : ` into ${into}`}`,
      }))
  const cost = usage?.cost === undefined ? 'unpriced' : formatDollars(usage.cost)
  const requests = lists.add((usage?.requests ?? 0) + (usage?.reusedAnswers ?? 0), {
    title: 'The slowest requests',
    more,
    rows: slowestOf(steps),
  })
  const toRequests = (text: string) => html`<button class="rows" data-list="${requests}">${text}</button>`
  return html`<div class="tiles">${[
    tile('rows in', lists.link(counts.rowsIn, { title: 'The first rows of the source', more, rows: source.samples })),
    tile(
      'rows out',
      lists.link(counts.rowsOut, { title: 'Rows that came out', more, rows: output.rows.slice(0, 100) }),
    ),
    tile(
      'dropped',
      lists.link(counts.dropped, {
        title: 'Dropped rows: one of each reason',
        more: 'maestro dropped STEP lists them.',
        rows: lost('dropped'),
      }),
    ),
    tile(
      'merged',
      lists.link(counts.merged, {
        title: 'Merged rows: one of each step',
        more: 'maestro dropped STEP lists them.',
        rows: lost('merged'),
      }),
    ),
    tile(
      'rejected',
      lists.link(counts.rejected, {
        title: 'Rejected rows',
        more: 'rejects.jsonl holds them all.',
        rows: rejected.flatMap(({ examples }) => examples.map(toListed)),
      }),
    ),
    ...(usage === undefined || usage.requests + usage.reusedAnswers === 0
      ? []
      : [
          tile('calls', toRequests(formatCount(usage.requests))),
          tile('answers reused', toRequests(formatCount(usage.reusedAnswers))),
          tile('tokens in / out', toRequests(`${formatCount(usage.inputTokens)} / ${formatCount(usage.outputTokens)}`)),
          tile('cost', toRequests(cost)),
        ]),
  ]}</div>`
}

const toListed = ({ id, message, row }: RunOverview['rejects'][number]['examples'][number]): ListedRow => ({
  id,
  note: message,
  row,
})

/** The list behind the edge into a step or sink: the first rows that came in. */
function edgeList({ steps, sinks, output }: RunOverview, lists: RowLists): (node: string) => number | undefined {
  return (node) => {
    const more = 'maestro why ROW explains any other row.'
    const step = steps.find(({ id }) => id === node)
    const sink = sinks.find(({ id }) => id === node)
    const rows = step?.samples.map(({ before }) => before) ?? (sink === undefined ? [] : output.rows.slice(0, 100))
    const total = step?.counts?.rowsIn ?? sink?.rows ?? 0
    return rows.length === 0 ? undefined : lists.add(total, { title: `Rows into ${node}`, more, rows })
  }
}

function stepTable({ steps, rejects: groups }: RunOverview, lists: RowLists): Html {
  if (steps.length === 0) return html``
  const rejectedIn = (id: string) =>
    groups.filter(({ step }) => step === id).flatMap(({ examples }) => examples.map(toListed))
  const names = ['in', 'out', 'dropped', 'merged', 'rejected', 'calls', 'reused', 'tokens', 'cost', 'median', '95 %']
  return html`<h2>Steps</h2><div class="wide"><table><thead><tr><th>step</th>${names.map((name) => html`<th class="n">${name}</th>`)}</tr></thead>
<tbody>${steps.map((step) => stepRow(step, rejectedIn(step.id), lists))}</tbody></table></div>`
}

/** The slowest requests of steps as rows. */
function slowestOf(steps: readonly StepOverview[]): readonly ListedRow[] {
  return steps
    .flatMap(({ slowest }) => slowest)
    .sort((a, b) => b.durationMs - a.durationMs)
    .map(({ row, model, from, tokens, cost, durationMs }) => ({
      id: row,
      row: { model, from, tokens, dollars: cost ?? 'unpriced', milliseconds: durationMs },
    }))
}

function stepRow(step: StepOverview, rejected: readonly ListedRow[], lists: RowLists): Html {
  const { id, use, counts, usage, latency, samples, dropped } = step
  const requests =
    usage === undefined
      ? undefined
      : lists.add(usage.requests + usage.reusedAnswers, {
          title: `The slowest requests of ${id}`,
          more: 'maestro why ROW shows those of any other row.',
          rows: slowestOf([step]),
        })
  const toRequests = (text: string) =>
    requests === undefined ? text : html`<button class="rows" data-list="${requests}">${text}</button>`
  const lost = (outcome: 'dropped' | 'merged', total = 0) =>
    lists.link(total, {
      title: `${outcome === 'dropped' ? 'Dropped' : 'Merged'} by ${id}`,
      more: `maestro dropped ${id} lists more.`,
      rows: dropped
        .filter(({ into }) => (into === undefined) === (outcome === 'dropped'))
        .map(({ row, reason, into }) => ({ id: row, note: into === undefined ? reason : `into ${into}` })),
    })
  const after = samples.flatMap((sample) => sample.after ?? [])
  const more = 'maestro why ROW explains any other row.'
  const cells: readonly (Html | string)[] = [
    lists.link(counts?.rowsIn ?? 0, { title: `Rows into ${id}`, more, rows: samples.map(({ before }) => before) }),
    lists.link(counts?.rowsOut ?? 0, { title: `Rows out of ${id}`, more, rows: after }),
    lost('dropped', counts?.dropped),
    lost('merged', counts?.merged),
    lists.link(counts?.rejected ?? 0, {
      title: `Rejected in ${id}`,
      more: 'rejects.jsonl holds them all.',
      rows: rejected,
    }),
    ...(usage === undefined
      ? ['', '', '', '']
      : [
          formatCount(usage.requests),
          formatCount(usage.reusedAnswers),
          `${formatCount(usage.inputTokens)} / ${formatCount(usage.outputTokens)}`,
          usage.cost === undefined ? 'unpriced' : formatDollars(usage.cost),
        ].map(toRequests)),
    latency === undefined ? '' : toRequests(formatSpan(latency.median)),
    latency === undefined ? '' : toRequests(formatSpan(latency.p95)),
  ]
  return html`<tr><td>${id}${id.includes(use) ? '' : html` <span class="dim">${use}</span>`}</td>${cells.map((cell) => html`<td class="n">${cell}</td>`)}</tr>`
}

function rejects({ rejects: groups }: RunOverview, lists: RowLists): Html {
  if (groups.length === 0) return html``
  return html`<h2>Rejected rows</h2>${groups.map(({ step, code, rows, hint, examples }) => {
    const [first] = examples
    const list = examples.map(toListed)
    const link = lists.link(rows, {
      title: `Rejected in ${step}: ${code}`,
      more: 'rejects.jsonl holds them all.',
      rows: list,
    })
    return html`<h3>${link} in ${step}: ${code}</h3><p>${first?.id}: ${first?.message}</p>${hint === undefined ? undefined : html`<p class="dim">${hint}</p>`}`
  })}`
}

function warnings({ warnings: given }: RunOverview): Html {
  if (given.length === 0) return html``
  return html`<h2>Warnings</h2><ul>${given.map(({ step, message }) => html`<li>${step}: ${message}</li>`)}</ul>`
}

function drops({ drops: groups, steps }: RunOverview, lists: RowLists): Html {
  if (groups.length === 0) return html``
  return html`<h2>Rows that steps left out</h2><div class="wide"><table><thead><tr><th class="n">rows</th><th>step</th><th>reason</th><th>for example</th></tr></thead><tbody>${groups.map(
    ({ step, outcome, rows, reason, rowId, into }) => {
      const named = steps.find(({ id }) => id === step)?.dropped ?? []
      const list = named.filter((row) => row.reason === reason && (row.into === undefined) === (outcome === 'dropped'))
      const link = lists.link(rows, {
        title: `${counted(rows, 'row')} ${outcome} by ${step}`,
        more: `maestro dropped ${step} lists more.`,
        rows: list.map((row) => ({ id: row.row, note: row.into === undefined ? row.reason : `into ${row.into}` })),
      })
      return html`<tr><td class="n">${link}</td><td>${step}</td><td>${reason ?? (outcome === 'merged' ? 'merged' : 'no reason given')}</td><td class="cell">${rowId}${into === undefined ? '' : ` into ${into}`}</td></tr>`
    },
  )}</tbody></table></div>`
}
