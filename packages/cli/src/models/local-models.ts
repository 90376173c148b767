import { importModels } from './import-models.js'

/** A model that is known by name. */
export interface ModelListing {
  readonly name: string
  readonly description: string
  readonly license: string
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
  return (await importModels('@maestro-dataflow/plugin-local', config)) as LocalModels
}
