import type { DropGroup, RunReport, StepCounts, StepWarning, UsageTotals } from '../../contracts/report.js'
import type { RowId } from '../../contracts/row.js'
import type { CallFact } from '../ledger/facts.js'
import { type ColumnProfile, profileOf } from './profile-rows.js'
import type { SampledRow } from './row-samples.js'
import type { RunRecord, RunSummary } from './run-record.js'

/** The times of the requests of a step, in milliseconds. */
export interface Latency {
  readonly requests: number
  readonly median: number
  readonly p95: number
  readonly slowest: number
}

/** A request to a model for a row. */
export interface RequestOverview {
  readonly row: RowId
  readonly model: string
  readonly from: CallFact['from']
  readonly tokens: number
  /** Dollars; undefined if the price is unknown. */
  readonly cost: number | undefined
  readonly durationMs: number
}

/** A step of a run with everything that is known about it. */
export interface StepOverview {
  readonly id: string
  readonly use: string
  /** `source` or the id of the step before. */
  readonly input: string
  readonly counts: StepCounts | undefined
  readonly usage: UsageTotals | undefined
  /** The requests that were sent; undefined if there were none. */
  readonly latency: Latency | undefined
  /** The first rows before and after the step, those with the same id side by side. */
  readonly samples: readonly { readonly before: SampledRow; readonly after: SampledRow | undefined }[]
  /** The slowest requests of the step. */
  readonly slowest: readonly RequestOverview[]
  /** Some rows that the step left out. */
  readonly dropped: readonly { readonly row: RowId; readonly reason?: string | undefined; readonly into?: RowId }[]
}

/** Rejected rows of one step that failed with the same code. */
export interface RejectOverview {
  readonly step: string
  readonly code: string
  readonly rows: number
  readonly hint: string | undefined
  readonly examples: readonly { readonly id: RowId; readonly message: string; readonly row: unknown }[]
}

/** A run as a report shows it. */
export interface RunOverview {
  readonly run: RunSummary
  readonly error: string | undefined
  readonly source: {
    readonly use: string
    readonly options: unknown
    readonly rows: number | undefined
    /** The first rows. */
    readonly samples: readonly SampledRow[]
  }
  readonly steps: readonly StepOverview[]
  readonly sinks: readonly {
    readonly id: string
    readonly use: string
    readonly input: string
    readonly rows: number | undefined
    readonly location: string | undefined
  }[]
  readonly drops: readonly DropGroup[]
  readonly warnings: readonly StepWarning[]
  readonly rejects: readonly RejectOverview[]
  /** How many rows had left their stages, over the time: seconds since the start, rows so far. */
  readonly rate: readonly (readonly [seconds: number, rows: number])[]
  /** The rows that came out: a sample, with the number of rows that it was taken from. */
  readonly output: { readonly of: number; readonly rows: readonly SampledRow[] }
  readonly profile: readonly ColumnProfile[]
}

/** The number of examples of each kind. */
const mostExamples = 20

/** Gathers what a report shows. It reads the whole ledger. */
export function overviewOf(record: RunRecord): RunOverview {
  const { plan, report, samples } = record
  const found = readFacts(record)
  const steps = plan.steps.map(({ id, use, input }): StepOverview => {
    const reported = report?.steps.find((step) => step.id === id)
    const after = new Map((samples.steps[id] ?? []).map((sample) => [sample.id, sample]))
    const before = samples.steps[input] ?? []
    return {
      id,
      use,
      input,
      counts: reported?.counts,
      usage: reported?.usage,
      latency: latencyOf(found.durations.get(id)),
      slowest: found.slowest.get(id) ?? [],
      samples: before.map((sample) => ({
        before: sample,
        after: after.get(sample.id) ?? after.get(`${sample.id}/${id}/0`),
      })),
      dropped: found.dropped.get(id) ?? [],
    }
  })
  return {
    run: record.summary,
    error: report?.error === undefined ? undefined : String(report.error.message),
    source: {
      use: plan.source.use,
      options: plan.source.options,
      rows: report?.counts.rowsIn,
      samples: samples.steps.source ?? [],
    },
    steps,
    sinks: plan.sinks.map(({ id, use, input }) => {
      const written = report?.sinks.find((sink) => sink.id === id)
      return { id, use, input, rows: written?.rows, location: written?.location }
    }),
    drops: report?.drops ?? [],
    warnings: report?.warnings ?? [],
    rejects: rejectsOf(record, report),
    rate: rateOf(record),
    output: samples.output,
    profile: profileOf(samples.output.rows),
  }
}

function readFacts({ ledger }: RunRecord) {
  const durations = new Map<string, number[]>()
  const slowest = new Map<string, RequestOverview[]>()
  const dropped = new Map<string, { row: RowId; reason?: string | undefined; into?: RowId }[]>()
  for (const { id, fact } of ledger.facts()) {
    if (fact.kind === 'called') {
      if (fact.from === 'provider') entryOf(durations, fact.step).push(fact.durationMs)
      keepSlowest(entryOf(slowest, fact.step), id, fact)
    } else if (fact.kind === 'dropped' || fact.kind === 'merged') {
      const rows = entryOf(dropped, fact.step)
      if (rows.length >= mostExamples) continue
      rows.push(fact.kind === 'merged' ? { row: id, into: fact.into } : { row: id, reason: fact.reason })
    }
  }
  return { durations, slowest, dropped }
}

/** Adds a request to the slowest ones, which are in descending order. */
function keepSlowest(list: RequestOverview[], row: RowId, fact: CallFact): void {
  const { model, from, inputTokens, outputTokens, nanoDollars, durationMs } = fact
  if (list.length >= mostExamples && durationMs <= (list.at(-1)?.durationMs ?? 0)) return
  const cost = nanoDollars === undefined ? undefined : nanoDollars / 1e9
  list.push({ row, model, from, tokens: inputTokens + outputTokens, cost, durationMs })
  list.sort((a, b) => b.durationMs - a.durationMs)
  if (list.length > mostExamples) list.pop()
}

function entryOf<Value>(map: Map<string, Value[]>, key: string): Value[] {
  let list = map.get(key)
  if (list === undefined) {
    list = []
    map.set(key, list)
  }
  return list
}

function latencyOf(durations: number[] | undefined): Latency | undefined {
  if (durations === undefined) return undefined
  const sorted = Float64Array.from(durations).sort()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { requests: sorted.length, median: at(0.5), p95: at(0.95), slowest: at(1) }
}

function rejectsOf(record: RunRecord, report: RunReport | undefined): readonly RejectOverview[] {
  const groups = new Map<
    string,
    { rows: number; examples: RejectOverview['examples'][number][] } & Pick<RejectOverview, 'step' | 'code' | 'hint'>
  >()
  for (const { id, step, code, message, hint, row } of record.rejects()) {
    const key = `${step} ${code}`
    const group = groups.get(key) ?? { step, code, hint, rows: 0, examples: [] }
    groups.set(key, group)
    group.rows++
    if (group.examples.length < mostExamples) group.examples.push({ id, message, row })
  }
  const order = new Map(report?.rejects.map(({ step, code }, index) => [`${step} ${code}`, index]))
  return [...groups].sort(([a], [b]) => (order.get(a) ?? 0) - (order.get(b) ?? 0)).map(([, group]) => group)
}

/** The most points of the rate. */
const mostPoints = 300

function rateOf({ ledger }: RunRecord): readonly (readonly [number, number])[] {
  const points: [number, number][] = [[0, 0]]
  let rows = 0
  for (const block of ledger.progress()) {
    if (block.pass === 'input') continue
    rows += block.rows
    points.push([block.atMs / 1000, rows])
  }
  const every = Math.ceil(points.length / mostPoints)
  return points.filter((_, index) => index % every === 0 || index === points.length - 1)
}
