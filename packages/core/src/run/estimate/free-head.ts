import type { PlannedStep } from '../../contracts/plan.js'
import type { Row } from '../../contracts/row.js'
import { SERVINGS } from '../../contracts/serving-definition.js'
import { VECTOR_STORES } from '../../contracts/vector-store.js'
import type { CompiledPipeline, CompiledStep } from '../../pipeline/compile/compiled-pipeline.js'
import { planStages } from '../../pipeline/compile/plan-stages.js'

const AsyncFunction = (async () => undefined).constructor

/**
 * The steps at the start of a pipeline that cost nothing, so that they can be run for all rows: up to the first step that
 * may ask a model, a store, or a server, and up to the first branch.
 */
export function freeHead({ plan, steps }: CompiledPipeline): readonly string[] {
  const head: string[] = []
  for (;;) {
    const end = head.at(-1) ?? 'source'
    const [next, ...others] = plan.steps.filter(({ input }) => input === end)
    const step = next === undefined ? undefined : steps.get(next.id)
    if (next === undefined || step === undefined || others.length > 0 || !isFree(step)) return head
    head.push(next.id)
  }
}

function isFree({ node, definition, planned }: CompiledStep): boolean {
  if (planned.kind === 'opaque' || planned.servings.length > 0 || planned.vectorStores !== undefined) return false
  if (definition !== undefined)
    return !(definition.inject ?? []).some(({ id }) => id === SERVINGS.id || id === VECTOR_STORES.id)
  // An operator object may ask a model of its own; a table operator only describes its work.
  const isFunction = typeof node.use === 'object' && 'run' in node.use && typeof node.use.run === 'function'
  if (planned.use !== 'function' || !isFunction) return planned.kind === 'table'
  return !(node.use.run instanceof AsyncFunction)
}

/** The pipeline up to the end of its head, without sinks. */
export function headOf(compiled: CompiledPipeline, head: readonly string[]): CompiledPipeline {
  const end = head.at(-1)
  return withSteps(compiled, new Set(head), end === undefined ? {} : { end })
}

/** The rest of the pipeline, on rows that its head ended with. */
export function tailOf(compiled: CompiledPipeline, head: readonly string[], rows: readonly Row[]): CompiledPipeline {
  const { plan, steps, source, definition } = compiled
  const cut = head.at(-1)
  if (cut === undefined) return onRows(compiled, rows)
  const rest = withSteps(compiled, new Set([...steps.keys()].filter((id) => !head.includes(id))), {
    ...(definition.end === undefined || head.includes(definition.end) ? {} : { end: definition.end }),
    from: cut,
  })
  const columns = steps.get(cut)?.planned.columnsOut ?? source.columns
  return onRows(
    { ...rest, source: { ...source, columns }, plan: { ...rest.plan, source: { ...plan.source, columns } } },
    rows,
  )
}

function onRows(compiled: CompiledPipeline, rows: readonly Row[]): CompiledPipeline {
  const { source, plan } = compiled
  return {
    ...compiled,
    source: { ...source, node: { rows, columns: source.columns }, definition: undefined, options: undefined },
    plan: { ...plan, source: { ...plan.source, use: 'rows', options: undefined } },
  }
}

/** Some of the steps as a pipeline of their own. @param from The step whose rows they begin with. */
function withSteps(
  compiled: CompiledPipeline,
  kept: ReadonlySet<string>,
  { end, from }: { readonly end?: string; readonly from?: string },
): CompiledPipeline {
  const input = (given: string) => (given === from ? 'source' : given)
  const steps = new Map(
    [...compiled.steps].flatMap(([id, step]): readonly [string, CompiledStep][] => {
      const { node, planned } = step
      if (!kept.has(id)) return []
      return [
        [
          id,
          {
            ...step,
            node: { ...node, input: input(node.input) },
            planned: { ...planned, input: input(planned.input) },
          },
        ],
      ]
    }),
  )
  const planned: readonly PlannedStep[] = [...steps.values()].map((step) => step.planned)
  const { end: _, ...definition } = compiled.definition
  return {
    ...compiled,
    steps,
    sinks: new Map(),
    definition: {
      ...definition,
      steps: [...steps.values()].map(({ node }) => node),
      sinks: [],
      ...(end === undefined ? {} : { end }),
    },
    plan: { ...compiled.plan, steps: planned, sinks: [], stages: planStages(planned, []) },
  }
}
