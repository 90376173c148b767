import type { ServingNeed } from '../../contracts/operator-definition.js'
import { maestroError } from '../../errors/error-table.js'
import { retirementWarning } from '../../serving/retirement.js'
import { unsupportedSettingMessage } from '../../serving/unsupported-settings.js'
import type { CompileContext, Faults } from './compile-context.js'

/**
 * Checks that each serving of a step is configured, of the right kind, and capable of what the step needs. A setting that
 * its model does not accept is a warning.
 */
export function checkServings(
  use: string,
  step: string,
  options: unknown,
  needs: readonly ServingNeed[],
  context: CompileContext,
  faults: Faults,
): void {
  for (const need of needs) {
    const serving = faults.catch(() => context.describeServing(need.name, need.kind, use), step)
    if (serving === undefined) continue
    if (serving.kind !== need.kind) {
      faults.add(
        maestroError('MAESTRO_SERVING_KIND', { name: need.name, expected: need.kind, found: serving.kind }),
        step,
      )
      continue
    }
    for (const capability of need.capabilities ?? []) {
      if (serving.capabilities === undefined || serving.capabilities[capability]) continue
      faults.add(maestroError('MAESTRO_PIPELINE_CAPABILITY', { use, serving: need.name, capability }), step)
    }
    const retirement = retirementWarning(`The model of the serving "${need.name}"`, serving.capabilities?.retires)
    if (retirement !== undefined) faults.warn(retirement, step)
    const given = { ...serving.options, ...(options as object | undefined) }
    for (const setting of serving.capabilities?.unsupportedSettings ?? [])
      if (Object.entries(given).some(([name, value]) => name === setting && value !== undefined))
        faults.warn(unsupportedSettingMessage(`The model of the serving "${need.name}"`, setting), step)
    // A circle of fallbacks is a fault of the description above.
    if (serving.fallback !== undefined)
      checkServings(use, step, options, [{ ...need, name: serving.fallback }], context, faults)
  }
}
