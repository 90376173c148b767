import { type Logger, MaestroError } from '@maestro-dataflow/core'
import type { Ollama } from 'ollama'
import { ollamaError } from './errors.js'

/** Smaller layers are configuration and templates, which arrive at once. */
const shownBytes = 10_000_000
const stepPercent = 10

/**
 * Makes a host pull a model, and logs each tenth.
 *
 * @param onProgress Called when there is progress.
 * @throws MAESTRO_OLLAMA_PULL
 */
export async function pullModel(
  client: Ollama,
  { model, host }: { readonly model: string; readonly host: string },
  logger: Logger | undefined,
  onProgress: () => void,
): Promise<void> {
  logger?.info(`the model ${model} is not yet on ${host}; pulling it once`)
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
    // Other hosts replace one that cannot be reached.
    if (MaestroError.is(error, 'MAESTRO_SERVING_CONNECTION') || !MaestroError.is(error)) throw error
    const { reason = error.message } = error.details as { reason?: string }
    throw ollamaError('MAESTRO_OLLAMA_PULL', { model, host, reason }, error)
  }
  logger?.info(`the model ${model} is on ${host} now`)
}

const megabytes = (bytes: number): string => Math.round(bytes / 1e6).toLocaleString('en')
