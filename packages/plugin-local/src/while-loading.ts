import type { Logger } from '@maestro-dataflow/core'
import type { ModelProgress } from './models/fetch-model.js'
import type { ModelLocation } from './models/model-location.js'
import { showProgress } from './models/show-progress.js'

/** Loads a model. If it has to be downloaded first, logs that and shows the progress. */
export async function whileLoading<T>(
  { model, files }: ModelLocation,
  logger: Logger | undefined,
  load: (onProgress: ModelProgress) => Promise<T>,
): Promise<T> {
  const display = showProgress(process.stderr.isTTY ? process.stderr : toLog(logger))
  let source: string | undefined
  const onProgress: ModelProgress = (event) => {
    if (source === undefined) logger?.info(`the model ${model} is not here yet; downloading it once`)
    source = event.source
    display.onProgress(event)
  }
  try {
    const loaded = await load(onProgress)
    if (source !== undefined)
      logger?.info(`the model ${model} was downloaded from ${source} and is stored at ${files[0].path}`)
    return loaded
  } finally {
    display.end()
  }
}

const toLog = (logger: Logger | undefined) => ({ write: (text: string) => logger?.info(text.trimEnd()) })
