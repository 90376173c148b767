/** The part of MaestroDataflow that runs pipelines. */

export type { ResolvedConfig } from './config/resolved-config.js'
export { contributionNouns } from './hooks/contribution-kinds.js'
export { Maestro, type MaestroOptions, maestro, openProject, type RunSettings } from './maestro.js'
export { loadPipeline, pipelineFiles, pipelineName } from './pipeline/load-pipeline.js'
export type { DiscoveredPlugin } from './plugins/discover-plugins.js'
export type { Contribution } from './plugins/load-contributions.js'
export { MemoryStorage } from './run/memory-storage.js'
export type { Preview, PreviewStep } from './run/preview-pipeline.js'
export { decodeStepLine, encodeStepLine } from './run/step-codec.js'
export { readStepFile, StepFileWriter } from './run/step-file.js'
export { type ExportedOperator, type ProjectTypes, projectTypes } from './types-file/project-types.js'
export { renderTypesFile, typesFileMark, typesFileName } from './types-file/render-types-file.js'
