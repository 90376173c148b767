import type { PipelinePlan, PlannedStep } from '@maestro-dataflow/core'
import type { ResolvedConfig } from '@maestro-dataflow/core/runtime'
import { counted } from '../terminal/format-number.js'
import { formatName } from '../terminal/format-value.js'
import type { Style } from '../terminal/style.js'
import { cutText, textWidth } from '../terminal/text-width.js'
import { wrapText } from '../terminal/wrap-text.js'
import { changedColumns, describeColumns } from './describe-columns.js'
import { describeOption } from './describe-option.js'
import { type TextTable, textTable } from './text-table.js'

const indentation = '    '

interface Page {
  readonly plan: PipelinePlan
  readonly width: number
  readonly style: Style
}

/**
 * A plan as text for people: the graph with the columns after each step, then servings, vector stores, and stages. No
 * line is wider than `width`.
 */
export function renderPlan(
  plan: PipelinePlan,
  servings: ResolvedConfig['servings'],
  width: number,
  style: Style,
): string {
  const page: Page = { plan, width, style }
  const { steps, sinks, stages } = plan
  const title = `${plan.pipeline}: ${counted(steps.length, 'step')} in ${counted(stages.length, 'stage')}, ${counted(sinks.length, 'sink')}`
  const graph = [
    ...node('source', plan.source.use, plan.source.options, 0, page),
    ...detail(`columns: ${describeColumns(plan.source.columns)}`, 0, page),
    ...followers('source', 0, page),
  ]
  const sections = [graph.join('\n')]
  const used = usedServings(steps, servings)
  if (used.length > 0) sections.push(section('Servings', used, page))
  const stores = usedStores(steps)
  if (stores.length > 0) sections.push(section('Vector stores', stores, page))
  sections.push(section('Stages', stageTable(plan), page))
  const resumed = sinks.flatMap(({ id, resumed: how }) =>
    how === undefined ? [] : [[`write ${id}`, resumptions[how]]],
  )
  if (resumed.length > 0) sections.push(section('When the run is resumed', resumed, page))
  if (plan.warnings.length > 0) sections.push(warningLines(plan, page))
  return [style.bold(cutText(title, width)), ...sections].join('\n\n')
}

const resumptions = {
  again: 'gets all rows again, which the run keeps',
  uncertain: 'gets all rows again, which the run keeps; a run that is interrupted in its commit cannot be resumed',
}

/**
 * The steps and sinks that read the rows after a step. A single one stands below the step; each of several begins an
 * indented branch.
 */
function followers(id: string, depth: number, page: Page): readonly string[] {
  const { steps, sinks } = page.plan
  const next = steps.filter((step) => step.input === id)
  const written = sinks.filter((sink) => sink.input === id)
  const branches = next.length + written.length > 1
  const inner = branches ? depth + 1 : depth
  const blocks = [
    ...written.map((sink) => node(`write ${sink.id}`, sink.use, sink.options, inner, page)),
    ...next.map((step) => [...stepLines(step, inner, page), ...followers(step.id, inner, page)]),
  ]
  return blocks.flatMap((lines) => (branches ? bulleted(lines, inner) : lines))
}

/** Puts a mark before the first line of a branch. */
function bulleted([first = '', ...others]: readonly string[], depth: number): readonly string[] {
  const at = depth * indentation.length
  return [`${first.slice(0, at - 2)}- ${first.slice(at)}`, ...others]
}

function stepLines(step: PlannedStep, depth: number, page: Page): readonly string[] {
  const use = step.use === 'function' ? `${step.kind} function` : step.use
  return [
    ...node(step.id, use, step.options, depth, page),
    ...(step.where === undefined ? [] : detail(`where: ${describeOption(step.where)}`, depth, page)),
    ...detail(`columns: ${changedColumns(step.columnsIn, step.columnsOut)}`, depth, page),
  ]
}

function node(id: string, use: string, options: unknown, depth: number, page: Page): readonly string[] {
  const { style, width } = page
  const indent = indentation.repeat(depth)
  const name = cutText(formatName(id), Math.floor(width / 2))
  const rest = cutText(use, Math.max(8, width - indent.length - textWidth(name) - 2))
  // The columns of a source are shown anyway.
  const entries = Object.entries(options ?? {}).filter(([option]) => option !== 'columns')
  return [
    `${indent}${style.bold(name)}  ${rest}`,
    ...entries.flatMap(([option, value]) => {
      const text = describeOption(value)
      return text === undefined ? [] : detail(`${option}: ${text}`, depth, page)
    }),
  ]
}

function detail(text: string, depth: number, { style, width }: Page): readonly string[] {
  const indent = `${indentation.repeat(depth)}  `
  return wrapText(text, Math.max(8, width - indent.length - 2), 4).map((line, index) =>
    style.dim(`${indent}${index === 0 ? '' : '  '}${line}`),
  )
}

function section(title: string, table: TextTable, { style, width }: Page): string {
  return [style.bold(title), ...textTable(table, width - 2).map((line) => `  ${line}`)].join('\n')
}

function usedServings(steps: readonly PlannedStep[], servings: ResolvedConfig['servings']): TextTable {
  const names = new Map<string, string[]>()
  for (const step of steps) for (const { name } of step.servings) names.set(name, [...(names.get(name) ?? []), step.id])
  return [...names].map(([name, ids]) => {
    // Only these options of a serving are shown, because others may be secret.
    const { use, model, fallback } = (servings[name] ?? {}) as Readonly<Record<'use' | 'model' | 'fallback', unknown>>
    const what = [use, model].filter((part) => typeof part === 'string').join(' ')
    const other = typeof fallback === 'string' ? `; fallback: ${formatName(fallback)}` : ''
    return [name, what || 'given in code', `used by ${ids.join(', ')}${other}`]
  })
}

function usedStores(steps: readonly PlannedStep[]): TextTable {
  const uses = steps.flatMap(({ id, vectorStores = [] }) => vectorStores.map((name) => ({ name, id })))
  return [...Map.groupBy(uses, ({ name }) => name)].map(([name, of]) => [
    name,
    `used by ${of.map(({ id }) => id).join(', ')}`,
  ])
}

function stageTable({ stages }: PipelinePlan): TextTable {
  return stages.map(({ index, kind, steps, sinks, workers = [], startsWhenBusy = false }) => [
    String(index),
    kind,
    [...steps, ...sinks.map((sink) => `write ${sink}`)].join(', ') || 'source',
    ...(workers.length > 0 ? [`${startsWhenBusy ? 'in threads when busy' : 'in workers'}: ${workers.join(', ')}`] : []),
  ])
}

function warningLines({ warnings }: PipelinePlan, { style, width }: Page): string {
  const lines = warnings.flatMap(({ step, message }) =>
    wrapText(`${step === undefined ? '' : `Step ${formatName(step)}: `}${message}`, Math.max(8, width - 4), 4).map(
      (line, index) => `${index === 0 ? '  ' : '    '}${line}`,
    ),
  )
  return [style.warn(style.bold('Warnings')), ...lines].join('\n')
}
