import { loadConfig } from './config/load-config.js'
import { resolveConfig } from './config/resolve-config.js'
import type { PlanEstimate } from './contracts/estimate.js'
import type { IncrementalReport } from './contracts/incremental.js'
import type { PipelinePlan } from './contracts/plan.js'
import type { PluginReference } from './contracts/plugin.js'
import type { RunReport } from './contracts/report.js'
import { rowsToInfer } from './contracts/rows-to-infer.js'
import type { MaestroConfig } from './define/maestro-config.js'
import type { PipelineInput, PipelineRow } from './define/pipeline.js'
import {
  type InferenceSettings,
  type InferredSource,
  inferredColumns,
  sourceAlone,
  suggestedOptions,
} from './infer-source.js'
import { withoutSinks } from './pipeline/compile/compiled-pipeline.js'
import type { DiscoveredPlugin } from './plugins/discover-plugins.js'
import { type Prepared, preparePipeline, prepareRun, selectOf } from './prepare-pipeline.js'
import { ProjectParts } from './project-parts.js'
import type { StageDecision } from './run/durability/decide-stages.js'
import { previewResume } from './run/durability/preview-resume.js'
import { assertNewestReadable, findUnfinished, type UnfinishedRun, unfinishedRuns } from './run/durability/run-state.js'
import { estimateRun } from './run/estimate/estimate-run.js'
import { IncrementalRun } from './run/incremental/incremental-run.js'
import { type Preview, previewPipeline } from './run/preview-pipeline.js'
import { withSettingsRefusedBefore } from './run/record/settings-refused-before.js'
import type { ResumeOptions } from './run/run.js'
import type { RunEnvironment } from './run/run-environment.js'
import type { RowOutput } from './run/run-outputs.js'
import { runPipeline } from './run/run-pipeline.js'
import { BatchQueue } from './run/stream/batch-queue.js'
import type { RunSettings } from './run-settings.js'

/** A config in code; relative paths start at `directory`. @default the working directory */
export type MaestroOptions = MaestroConfig & { readonly directory?: string }

/**
 * A project: its config, and the pipelines that it runs. `prepare` is the way through the hops, in order.
 *
 * @example
 * const run = await maestro({ plugins: [fs] }).run(pipeline('copy').from(rows).write('fs.file', { path: 'out.jsonl' }))
 */
export class Maestro extends ProjectParts {
  /**
   * The plugins that a pipeline loads. This method loads them, because only their operators say whether they need
   * models.
   */
  async pluginsOf(pipeline: PipelineInput | string, settings: RunSettings = {}): Promise<readonly DiscoveredPlugin[]> {
    return (await this.project.redacted(() => selectOf(this.project, pipeline, settings))).selected
  }

  /** Runs a pipeline. @throws the error that stopped it; the outputs are then unchanged */
  async run(pipeline: PipelineInput | string, settings: RunSettings = {}): Promise<RunReport> {
    const prepared = await prepareRun(this.project, pipeline, settings, { requireSink: true })
    return inScope(prepared, (environment) => runPipeline(prepared.compiled, environment, settings))
  }

  /** The runs that have not reached their end, the newest first. `run` with `resume` continues one. */
  async unfinishedRuns(): Promise<readonly UnfinishedRun[]> {
    return unfinishedRuns((await this.config()).stateDirectory)
  }

  /**
   * Checks that the newest run of a pipeline is not one whose state cannot be read: to begin another instead could do its
   * work twice.
   *
   * @throws MAESTRO_RUN_FORMAT
   */
  async assertNewestReadable(pipeline: string): Promise<void> {
    assertNewestReadable((await this.config()).stateDirectory, pipeline)
  }

  /** The unfinished run of this id, or the newest. @throws MAESTRO_RUN_NOT_UNFINISHED, MAESTRO_RUN_FORMAT */
  async unfinishedRun(run?: string): Promise<UnfinishedRun> {
    return findUnfinished((await this.config()).stateDirectory, run)
  }

  /** Which stages of an unfinished run would be reused, and why the others would not. It changes nothing. */
  async stagesToReuse(
    pipeline: PipelineInput | string,
    resume: ResumeOptions,
    settings: RunSettings = {},
  ): Promise<readonly StageDecision[]> {
    const prepared = await preparePipeline(
      this.project,
      pipeline,
      { overwrite: true, ...settings, resume },
      { requireSink: false },
    )
    return inScope(prepared, (environment) => previewResume(prepared.compiled, environment, resume, settings))
  }

  /**
   * What an incremental run would process; undefined if the runs of the pipeline are not incremental. It reads the input,
   * and changes nothing.
   *
   * @throws MAESTRO_INCREMENTAL_UNFIT
   */
  async changedRows(
    pipeline: PipelineInput | string,
    settings: RunSettings = {},
  ): Promise<IncrementalReport | undefined> {
    const prepared = await preparePipeline(
      this.project,
      pipeline,
      { overwrite: true, ...settings },
      { requireSink: false },
    )
    if (!(settings.incremental ?? prepared.compiled.definition.incremental !== undefined)) return undefined
    return inScope(
      prepared,
      async (environment) => (await IncrementalRun.begin(prepared.compiled, environment, settings)).report,
    )
  }

  /** The rows that a pipeline ends with, as they arrive. It opens no sinks and creates no run folder. */
  async *rows<P extends PipelineInput | string>(
    pipeline: P,
    settings: RunSettings = {},
  ): AsyncGenerator<PipelineRow<P>> {
    const queue = new BatchQueue()
    const stop = new AbortController()
    const signal = settings.signal === undefined ? stop.signal : AbortSignal.any([settings.signal, stop.signal])
    const running = this.runTo(pipeline, queue, { ...settings, signal }).then(
      () => queue.end(),
      (error) => queue.fail(error),
    )
    try {
      for await (const batch of queue) yield* batch.rows as readonly PipelineRow<P>[]
    } finally {
      stop.abort()
      await running
    }
  }

  /** Runs a pipeline into a consumer of rows instead of its sinks. */
  async runTo(pipeline: PipelineInput | string, output: RowOutput, settings: RunSettings = {}): Promise<RunReport> {
    const prepared = await prepareRun(this.project, pipeline, settings, { requireSink: false })
    const options = { ...settings, keep: false, output }
    return inScope(prepared, (environment) => runPipeline(withoutSinks(prepared.compiled), environment, options))
  }

  /** A few rows before and after each step. It writes nothing. */
  async preview(pipeline: PipelineInput | string, count = 5, settings: RunSettings = {}): Promise<Preview> {
    const prepared = await preparePipeline(this.project, pipeline, settings, { requireSink: false })
    return inScope(prepared, (environment) => previewPipeline(prepared.compiled, environment, count, settings.signal))
  }

  /** What a run would take, estimated from a few rows. Their answers are cached. */
  async estimate(pipeline: PipelineInput | string, probes = 20, settings: RunSettings = {}): Promise<PlanEstimate> {
    const prepared = await preparePipeline(this.project, pipeline, settings, { requireSink: false })
    return inScope(prepared, (environment) => estimateRun(prepared.compiled, environment, probes, settings.signal))
  }

  /**
   * The columns of a pipeline's source, by its first rows, and what else they suggest for its options.
   *
   * @throws MAESTRO_PIPELINE_*, MAESTRO_STORAGE_*
   */
  async inferSource(
    pipeline: PipelineInput | string,
    { rows = rowsToInfer, ...settings }: InferenceSettings = {},
  ): Promise<InferredSource> {
    const given = await preparePipeline(this.project, pipeline, settings, { requireSink: false })
    const { options, remarks } = await suggestedOptions(given.compiled.source, await this.config(), rows)
    const definition = sourceAlone(given.compiled.definition, options)
    const { compiled } = await preparePipeline(this.project, definition, settings, { requireSink: false })
    const found = await Array.fromAsync(this.rows(definition, { ...settings, limit: rows }))
    return { options, rows: found.length, columns: inferredColumns(compiled.source.columns, found, remarks) }
  }

  /**
   * What would run, as data. It also checks what the config names, whether the pipeline uses it or not.
   *
   * @throws MAESTRO_PIPELINE_INVALID
   */
  async plan(
    pipeline: PipelineInput | string,
    settings: RunSettings & {
      /** Whether to check the whole config, or only what the pipeline uses. @default true */
      readonly wholeConfig?: boolean
    } = {},
  ): Promise<PipelinePlan> {
    const { wholeConfig = true, ...others } = settings
    const prepared = await preparePipeline(
      this.project,
      pipeline,
      { overwrite: true, ...others },
      { requireSink: true, wholeConfig },
    )
    return withSettingsRefusedBefore(prepared.compiled.plan, await this.project.config())
  }
}

/** Does some work in the scope of one run. */
async function inScope<T>(
  { compiled, session, origin }: Prepared,
  work: (environment: RunEnvironment) => Promise<T>,
): Promise<T> {
  const scope = session.openRun(compiled.plan.pipeline, origin)
  try {
    return await work(scope.environment)
  } finally {
    await scope.dispose()
  }
}

/** A project with its config in code, without any config file. */
export function maestro(options: MaestroOptions = {}): Maestro {
  const { directory, ...config } = options
  return new Maestro(() => resolveConfig(config, { directory: directory ?? process.cwd() }))
}

/** A project with its config file, which is searched for from a folder upward. */
export function openProject(
  options: { readonly cwd?: string; readonly file?: string; readonly plugins?: readonly PluginReference[] } = {},
): Maestro {
  return new Maestro(async () => {
    const { path, config } = await loadConfig({ cwd: options.cwd ?? process.cwd(), file: options.file })
    const resolved = await resolveConfig(config, { path })
    return { ...resolved, plugins: [...resolved.plugins, ...(options.plugins ?? [])] }
  })
}
