/** The files of models, for tools. Nothing here loads a model or the library that runs it. */

export type { FetchModelOptions, ModelProgress, ModelProgressEvent } from './models/fetch-model.js'
export { listModels, type ModelListing, modelPath, pullModel } from './models/known-models.js'
export { modelFolder } from './models/model-folder.js'
export { type ProgressDisplay, type ProgressStream, showProgress } from './models/show-progress.js'
