import type { Issue } from '../errors/describe-issues.js'
import { encodeStepValue } from '../provider/step-codec.js'

/** The options that cannot be sent to another process, such as functions and objects of classes. */
export function dataIssues(options: unknown): readonly Issue[] {
  return Object.entries((options ?? {}) as object).flatMap(([name, value]) => {
    try {
      encodeStepValue(value)
      return []
    } catch {
      const message = 'only data is possible here, because the permissions of the plugin are enforced'
      return [{ message, path: [name] }]
    }
  })
}
