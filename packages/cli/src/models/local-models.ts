import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cliError } from '../errors.js'

const plugin = '@maestro-dataflow/plugin-local'

/** A model that is known by name. */
export interface ModelListing {
  readonly name: string
  readonly description: string
  readonly licence: string
  readonly bytes: number
  readonly file: string
  /** The path of the model. It is undefined if the model is not on this machine. */
  readonly path: string | undefined
}

/** The progress of a download. */
interface PullProgress {
  readonly model: string
  readonly source: string
  readonly bytesDone: number
  readonly bytesTotal: number | undefined
}

/** The functions of plugin-local that this command uses. The plugin is optional. */
export interface LocalModels {
  listModels(): Promise<readonly ModelListing[]>
  pullModel(
    name: string,
    options: { readonly onProgress?: (event: PullProgress) => void; readonly signal?: AbortSignal },
  ): Promise<string>
  modelPath(name: string, options?: { readonly directory: string }): Promise<string>
  modelFolder(): string
  showProgress(stream: NodeJS.WriteStream): { readonly onProgress: (event: PullProgress) => void; end(): void }
}

/**
 * Loads the models of plugin-local: from the project's copy, or else from the one that is installed beside this
 * command.
 *
 * @param config The config file, if one was named.
 * @throws MAESTRO_CLI_PLUGINS_MISSING
 */
export async function loadLocalModels(config?: string): Promise<LocalModels> {
  const directory = config === undefined ? process.cwd() : dirname(resolve(config))
  for (const from of [join(directory, 'package.json'), import.meta.filename]) {
    const path = resolveFrom(from)
    if (path !== undefined) return (await import(pathToFileURL(path).href)) as LocalModels
  }
  throw cliError('MAESTRO_CLI_PLUGINS_MISSING', { plugins: [plugin], directory })
}

function resolveFrom(from: string): string | undefined {
  try {
    return createRequire(from).resolve(`${plugin}/models`)
  } catch {
    return undefined
  }
}
