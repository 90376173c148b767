import type { ResolvedConfig } from './config/resolved-config.js'
import { realPath } from './define/project-path.js'
import { pipelineFiles } from './pipeline/load-pipeline.js'
import type { DiscoveredPlugin } from './plugins/discover-plugins.js'

/**
 * The real paths of the files of which the project consists: its config, its pipelines, and the plugins that are files. No
 * output may replace them.
 *
 * @param pipeline The file of the pipeline, which the config may not name.
 */
export async function projectFilesOf(
  config: Pick<ResolvedConfig, 'directory' | 'path' | 'pipelines'>,
  plugins: readonly Pick<DiscoveredPlugin, 'origin' | 'path'>[],
  pipeline: string | undefined,
): Promise<ReadonlySet<string>> {
  const ownPlugins = plugins.map(({ origin, path }) => (origin === 'file' ? path : undefined))
  const files = [config.path, pipeline, ...ownPlugins, ...(await pipelineFiles(config))]
  return new Set(files.flatMap((file) => (file === undefined ? [] : [realPath(file)])))
}
