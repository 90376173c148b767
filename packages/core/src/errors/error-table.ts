import { defineErrors } from './define-errors.js'
import { budgetErrors } from './tables/budget-errors.js'
import { configErrors } from './tables/config-errors.js'
import { mediaErrors } from './tables/media-errors.js'
import { operatorErrors } from './tables/operator-errors.js'
import { pipelineErrors } from './tables/pipeline-errors.js'
import { pluginErrors } from './tables/plugin-errors.js'
import { runErrors } from './tables/run-errors.js'
import { servingErrors } from './tables/serving-errors.js'
import { storageErrors } from './tables/storage-errors.js'

/** Every error of core, in the order of the hops. Codes are never reused. */
export const coreErrors = {
  ...configErrors,
  ...pipelineErrors,
  ...pluginErrors,
  ...runErrors,
  ...operatorErrors,
  ...servingErrors,
  ...mediaErrors,
  ...budgetErrors,
  ...storageErrors,
} as const

/** Creates an error of core by its code. */
export const maestroError = defineErrors(coreErrors)

/** The codes of core. */
export type CoreErrorCode = keyof typeof coreErrors
