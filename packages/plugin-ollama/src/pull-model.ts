import { type Logger, MaestroError } from '@maestro-dataflow/core'
import type { Ollama } from 'ollama'
import { ollamaError } from './errors.js'

/** Layers below this are configuration and templates: they are there at once. */
const shownBytes = 10_000_000
const stepPercent = 10

/**
 * Has a host fetch a model, with a line in the log for each tenth.
 *
 * @param onProgress Hears that something moves.
 * @throws MAESTRO_OLLAMA_PULL
 */
export async function pullModel(
  client: Ollama,
  { model, host }: { readonly model: string; readonly host: string },
  logger: Logger | undefined,
  onProgress: () => void,
): Promise<void> {
  logger?.info(`the model ${model} is not on ${host} yet; it is pulled once`)
  const told = new Map<string, number>()
  try {
    for await (const { digest = '', total = 0, completed = 0 } of await client.pull({ model, stream: true })) {
      onProgress()
      if (total < shownBytes) continue
      const percent = Math.floor((completed / total) * (100 / stepPercent)) * stepPercent
      if (percent <= (told.get(digest) ?? 0)) continue
      told.set(digest, percent)
      logger?.info(`pulling ${model}: ${percent} % of ${megabytes(total)} MB`)
    }
  } catch (error) {
    // One that cannot be reached is for the others to stand in for.
    if (MaestroError.is(error, 'MAESTRO_SERVING_CONNECTION') || !MaestroError.is(error)) throw error
    const { reason = error.message } = error.details as { reason?: string }
    throw ollamaError('MAESTRO_OLLAMA_PULL', { model, host, reason }, error)
  }
  logger?.info(`the model ${model} is on ${host} now`)
}

const megabytes = (bytes: number): string => Math.round(bytes / 1e6).toLocaleString('en')
