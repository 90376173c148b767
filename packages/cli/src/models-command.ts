import type { GlobalOptions } from './commands/command.js'
import { loadLocalModels } from './models/local-models.js'
import { loadProviderModels, renderProviderModels } from './models/provider-models.js'
import { renderModels } from './models/render-models.js'
import { stopOnInterrupt } from './supervision/stop-signal.js'
import { printJson } from './terminal/json.js'
import { outputWidth } from './terminal/output-width.js'
import { print } from './terminal/print.js'
import { styleFor } from './terminal/style.js'

export interface ModelsCommandOptions extends GlobalOptions {
  readonly json?: boolean
}

/** `maestro models list [provider]` */
export async function listModels(
  provider: string | undefined,
  { config, json = false }: ModelsCommandOptions,
): Promise<void> {
  if (provider !== undefined) {
    const known = await loadProviderModels(provider, config)
    if (json) printJson(known, 2)
    else print(renderProviderModels(known, outputWidth(), styleFor(process.stdout)))
    return
  }
  const local = await loadLocalModels(config)
  const models = await local.listModels()
  if (json) printJson(models, 2)
  else print(renderModels(models, local.modelFolder(), outputWidth(), styleFor(process.stdout)))
}

/** `maestro models pull`. @returns the exit code: 130 if it was stopped */
export async function pullModel(name: string, { config, json = false }: ModelsCommandOptions): Promise<number> {
  const local = await loadLocalModels(config)
  const signal = stopOnInterrupt()
  const display = local.showProgress(process.stderr)
  try {
    const path = await local.pullModel(name, { onProgress: display.onProgress, signal })
    display.end()
    if (json) printJson({ name, path })
    else print(`${path}\n`)
    return 0
  } catch (error) {
    if (!signal.aborted) throw error
    return 130
  } finally {
    display.end()
  }
}

/** `maestro models path` */
export async function modelPath(name: string, { config, json = false }: ModelsCommandOptions): Promise<void> {
  const path = await (await loadLocalModels(config)).modelPath(name)
  if (json) printJson({ name, path })
  else print(`${path}\n`)
}
