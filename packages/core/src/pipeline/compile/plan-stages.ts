import type { SinkNode } from '../../contracts/pipeline-definition.js'
import type { PlannedStage, PlannedStep } from '../../contracts/plan.js'

/**
 * Cuts the graph of steps into stages. Neighboring row steps run together if nothing else reads the rows between them,
 * and so do neighboring table steps without a condition. An opaque step or a branch ends a stage.
 *
 * @param cuts Further steps that end a stage, whose rows are kept.
 */
export function planStages(
  steps: readonly PlannedStep[],
  sinks: readonly SinkNode[],
  cuts: ReadonlySet<string> = new Set(),
): readonly PlannedStage[] {
  const stages: PlannedStage[] = []
  const followers = (id: string) => steps.filter((step) => step.input === id)
  const written = (id: string) => sinks.filter((sink) => sink.input === id).map((sink) => sink.id)

  const add = (
    kind: PlannedStage['kind'],
    chain: readonly PlannedStep[],
    input: PlannedStage['input'],
    end: string,
  ): void => {
    const index = stages.length
    const next = followers(end)
    const name = chain.length === 0 ? 'source' : chain.map((step) => step.use).join('+')
    stages.push({
      index,
      name,
      kind,
      steps: chain.map((step) => step.id),
      input,
      sinks: written(end),
      materialized: next.length > 0 || cuts.has(end),
    })
    for (const step of next) start(step, index)
  }

  const start = (first: PlannedStep, input: PlannedStage['input']): void => {
    const kind = stageKind(first)
    const chain = [first]
    for (;;) {
      const last = chain.at(-1) ?? first
      const end = last.id
      const [next, ...others] = followers(end)
      if (
        next === undefined ||
        others.length > 0 ||
        written(end).length > 0 ||
        cuts.has(end) ||
        kind === 'opaque' ||
        stageKind(next) !== kind ||
        (kind === 'table' && [last, next].some(isConditional))
      ) {
        add(kind, chain, input, end)
        return
      }
      chain.push(next)
    }
  }

  const [first, ...others] = followers('source')
  if (first !== undefined && others.length === 0 && written('source').length === 0) start(first, 'source')
  else add('rows', [], 'source', 'source')
  return stages
}

/** Whether some rows may pass a step by. A table step then runs alone. */
const isConditional = ({ where }: PlannedStep): boolean => where !== undefined

function stageKind({ kind }: PlannedStep): PlannedStage['kind'] {
  return kind === 'table' || kind === 'opaque' ? kind : 'rows'
}
