import type { ServingNeed } from '../../contracts/operator-definition.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompileContext, Faults } from './compile-context.js'

/** Checks that each serving of a step is configured, of the right kind, and capable of what the step needs. */
export function checkServings(
  use: string,
  step: string,
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
  }
}
