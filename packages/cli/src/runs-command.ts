import {
  diffRuns,
  droppedRows,
  explainRow,
  exportRows,
  findRun,
  importRows,
  listRuns,
  Maestro,
  pruneFinishedRuns,
  type ResolvedConfig,
  type RunRecord,
} from '@maestro-dataflow/core/runtime'
import { configOrNone } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { cliError } from './errors.js'
import { resumeLine } from './resume/describe-resume.js'
import { answersOf } from './runs/find-answers.js'
import { idsWhere } from './runs/find-rows.js'
import { groupRejects } from './runs/group-rejects.js'
import { renderDifference } from './runs/render-difference.js'
import { renderDropped, renderExplanation } from './runs/render-row.js'
import { renderPruned, renderRejects, renderRun, renderRuns } from './runs/render-runs.js'
import { counted } from './terminal/format-number.js'
import { printJson } from './terminal/json.js'
import { outputWidth } from './terminal/output-width.js'
import { print } from './terminal/print.js'

interface Options extends GlobalOptions {
  readonly json?: boolean
}

/** `maestro runs` */
export async function runs({ pipeline, ...options }: Options & { readonly pipeline?: string }): Promise<void> {
  const { stateDirectory } = await configOrNone(options.config)
  const found = (await listRuns(stateDirectory)).map(({ summary }) => summary)
  const shown = pipeline === undefined ? found : found.filter((run) => run.pipeline === pipeline)
  if (options.json) printJson(shown, 2)
  else print(renderRuns(shown, outputWidth()))
}

/** `maestro show` */
export async function show(run: string | undefined, options: Options): Promise<void> {
  const record = await recordOf(run, options)
  if (options.json) printJson(record.report ?? { ...record.summary, plan: record.plan }, 2)
  else print(renderRun(record, outputWidth()))
}

/** `maestro why` */
export async function why(
  row: string | undefined,
  options: Options & {
    readonly run?: string
    readonly where: Readonly<Record<string, string>>
    readonly limit: number
  },
): Promise<void> {
  const { where, limit, json = false } = options
  const isSearch = Object.keys(where).length > 0
  if ((row === undefined) !== isSearch) throw cliError('MAESTRO_CLI_ROW_OR_WHERE', {})
  const config = await configOrNone(options.config)
  const record = await findRun(config.stateDirectory, options.run)
  if (row !== undefined) {
    const explained = explainRow(record, row)
    if (json) printJson(explained, 2)
    else print(renderExplanation(explained))
    return
  }
  const ids = await idsWhere(record, { config, options }, where, limit)
  if (ids.length === 0) throw cliError('MAESTRO_CLI_NO_ROW', { where, run: record.runId })
  const explained = ids.map((id) => explainRow(record, id))
  if (json) printJson(explained, 2)
  else print(explained.map(renderExplanation).join('\n'))
}

/** `maestro dropped` */
export async function dropped(
  step: string,
  options: Options & { readonly run?: string; readonly limit: number },
): Promise<void> {
  const found = droppedRows(await recordOf(options.run, options), step, options.limit)
  if (options.json) printJson(found, 2)
  else print(renderDropped(found))
}

/** `maestro rejects` */
export async function rejects(
  run: string | undefined,
  options: Options & { readonly step?: string; readonly limit: number },
): Promise<void> {
  const record = await recordOf(run, options)
  const groups = groupRejects(record.rejects(), options.limit, options.step)
  const rows = groups.reduce((sum, group) => sum + group.rows, 0)
  if (options.json) printJson({ run: record.runId, rows, groups }, 2)
  else print(renderRejects(record.runId, groups, outputWidth()))
}

/** `maestro diff` */
export async function diff(
  before: string,
  after: string,
  options: Options & { readonly limit: number },
): Promise<void> {
  const config = await configOrNone(options.config)
  const [old, fresh] = [await findRun(config.stateDirectory, before), await findRun(config.stateDirectory, after)]
  const difference = diffRuns(old, fresh)
  const shown = difference.changed.slice(0, options.json ? undefined : options.limit)
  const changed = await withCache(config, (cache) => answersOf(shown, cache))
  if (options.json) printJson({ ...difference, changed }, 2)
  else print(renderDifference(difference, changed, options.limit, outputWidth()))
}

/** `maestro export` */
export async function exportStep(
  step: string,
  options: Options & { readonly run?: string; readonly output: string; readonly overwrite?: boolean },
): Promise<void> {
  const { run, output, overwrite } = options
  const record = await recordOf(run, options)
  const rows = await exportRows(record, step, output, overwrite)
  if (options.json) printJson({ run: record.runId, step, output, rows })
  else print(`Wrote ${counted(rows, 'row')} to ${output}.\n`)
}

/** `maestro import` */
export async function importStep(
  step: string,
  file: string,
  options: Options & { readonly run?: string },
): Promise<void> {
  const edits = await importRows(await recordOf(options.run, options), step, file)
  const { changed, added, removed, run } = edits
  if (options.json) printJson(edits)
  else print(`${counted(changed, 'row')} changed, ${added} added, ${removed} removed. Go on with: ${resumeLine(run)}\n`)
}

/** `maestro prune` */
export async function prune(
  named: readonly string[],
  options: Options & { readonly keep?: number; readonly olderThan?: number; readonly dryRun?: boolean },
): Promise<void> {
  const { keep, olderThan, dryRun = false } = options
  const { stateDirectory } = await configOrNone(options.config)
  const chosen: RunRecord[] = []
  for (const name of named) {
    const run = await findRun(stateDirectory, name)
    if (run.status === 'unfinished') throw cliError('MAESTRO_CLI_RUN_UNFINISHED', { run: run.runId })
    chosen.push(run)
  }
  const pruned = await pruneFinishedRuns(stateDirectory, {
    ...(keep === undefined ? {} : { keep }),
    ...(olderThan === undefined ? {} : { startedBefore: new Date(Date.now() - olderThan * 86_400_000).toISOString() }),
    runs: chosen,
    dryRun,
  })
  if (options.json) printJson({ pruned, dryRun }, 2)
  else print(renderPruned(pruned, dryRun))
}

async function recordOf(run: string | undefined, { config }: Options): Promise<RunRecord> {
  return findRun((await configOrNone(config)).stateDirectory, run)
}

/** Does something with the response cache of the project, if it has one. */
async function withCache<Result>(
  config: ResolvedConfig,
  work: (cache: Awaited<ReturnType<Maestro['responseCache']>>) => Promise<Result>,
): Promise<Result> {
  const project = new Maestro(async () => config)
  try {
    return await work(await project.responseCache())
  } finally {
    await project.dispose()
  }
}
