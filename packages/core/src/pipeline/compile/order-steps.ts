import type { PipelineDefinition, StepNode } from '../../contracts/pipeline-definition.js'
import { didYouMean } from '../../errors/did-you-mean.js'
import { maestroError } from '../../errors/error-table.js'
import type { Faults } from './compile-context.js'

/**
 * Orders the steps so that each comes after the one that it follows. Unknown and repeated ids and cycles are faults;
 * steps in a cycle are left out.
 */
export function orderSteps(definition: PipelineDefinition, faults: Faults): readonly StepNode[] {
  const byId = new Map<string, StepNode>()
  const seen = new Set(['source'])
  for (const step of [...definition.steps, ...definition.sinks.map((sink) => ({ ...sink, sink: true }))]) {
    if (seen.has(step.id)) faults.add(maestroError('MAESTRO_PIPELINE_STEP_DUPLICATE', { step: step.id }))
    else if (!('sink' in step)) byId.set(step.id, step)
    seen.add(step.id)
  }
  const known = ['source', ...byId.keys()]
  for (const { id, input } of [...definition.steps, ...definition.sinks]) {
    if (known.includes(input)) continue
    faults.add(
      maestroError('MAESTRO_PIPELINE_STEP_UNKNOWN', {
        step: id,
        name: input,
        known,
        suggestion: didYouMean(input, known),
      }),
    )
  }
  const ordered: StepNode[] = []
  const placed = new Set(['source'])
  let waiting = [...byId.values()]
  while (waiting.length > 0) {
    // A step that follows an unknown id is checked too, because it may have more faults.
    const ready = waiting.filter((step) => placed.has(step.input) || !known.includes(step.input))
    if (ready.length === 0) break
    for (const step of ready) {
      placed.add(step.id)
      ordered.push(step)
    }
    waiting = waiting.filter((step) => !placed.has(step.id))
  }
  const cycle = findCycle(waiting, byId)
  if (cycle.length > 0) faults.add(maestroError('MAESTRO_PIPELINE_CYCLE', { steps: cycle }))
  return inGivenOrder(ordered, definition.steps)
}

/** Breadth-first order puts parents first. Among those, the user's order reads best. */
function inGivenOrder(ordered: readonly StepNode[], given: readonly StepNode[]): readonly StepNode[] {
  const position = new Map(given.map((step, index) => [step.id, index]))
  const parentFirst = given.every(
    (step) => step.input === 'source' || (position.get(step.input) ?? 0) < (position.get(step.id) ?? 0),
  )
  return parentFirst ? given.filter((step) => ordered.includes(step)) : ordered
}

function findCycle(waiting: readonly StepNode[], byId: ReadonlyMap<string, StepNode>): readonly string[] {
  for (const start of waiting) {
    const path: string[] = []
    let step: StepNode | undefined = start
    while (step !== undefined && !path.includes(step.id)) {
      path.push(step.id)
      step = byId.get(step.input)
    }
    if (step !== undefined)
      return [
        ...path.slice(path.indexOf(step.id)).reverse(),
        ...path.slice(path.indexOf(step.id)).reverse().slice(0, 1),
      ]
  }
  return []
}
