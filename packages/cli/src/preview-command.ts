import { openCommandProject, openPipeline, type PipelineOptions } from './command-project.js'
import { noPipeline } from './no-pipeline.js'
import { askConsent } from './plugin/consent.js'
import { renderPreview } from './preview/render-preview.js'
import { showProgress } from './progress/show-progress.js'
import { stopOnInterrupt } from './supervision/stop-signal.js'
import { printJson } from './terminal/json.js'
import { outputWidth } from './terminal/output-width.js'
import { print } from './terminal/print.js'
import { styleFor } from './terminal/style.js'
import { refreshTypesFile } from './types/write-types-file.js'

export interface PreviewCommandOptions extends PipelineOptions {
  readonly rows: number
  readonly set: Readonly<Record<string, string>>
  readonly json?: boolean
}

/** `maestro preview`. @returns the exit code: 1 if every row failed */
export async function preview(pipeline: string | undefined, options: PreviewCommandOptions): Promise<number> {
  if (pipeline === undefined) throw await noPipeline('preview', options)
  const { rows, set, json = false } = options
  const signal = stopOnInterrupt()
  const progress = showProgress(options)
  const { project, config } = await openCommandProject(options, [progress.plugin])
  try {
    await askConsent(project)
    await refreshTypesFile(project)
    const definition = await openPipeline(pipeline, config, set)
    const shown = await project.preview(definition, rows, { signal })
    progress.end()
    if (json) printJson(shown, 2)
    else print(`${renderPreview(shown, outputWidth(), styleFor(process.stdout))}\n`)
    return shown.report.status === 'done' ? 0 : 1
  } finally {
    progress.end()
    await project.dispose()
  }
}
