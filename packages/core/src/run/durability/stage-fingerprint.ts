import { createHash } from 'node:crypto'
import { Operator } from '../../contracts/operator.js'
import type { PlannedStage } from '../../contracts/plan.js'
import type { ServingKind } from '../../contracts/serving.js'
import type { CompiledPipeline, CompiledSink, CompiledStep } from '../../pipeline/compile/compiled-pipeline.js'
import { describeOptions } from '../../pipeline/compile/describe-options.js'

/** Everything that the rows of a stage depend on, by a name for people. A part is a hash or a short text. */
export type FingerprintParts = Readonly<Record<string, string>>

/** What a fingerprint needs besides the plan. */
export interface FingerprintContext {
  /** What the source would read: the parts of its input by name; undefined if it cannot say. */
  readonly input: FingerprintParts | undefined
  /** What the sources in the options of steps would read, by step. */
  readonly others: ReadonlyMap<string, FingerprintParts>
  readonly limit: number | undefined
  /** The settings of a serving that affect its answers. */
  describeServing(name: string, kind: ServingKind): unknown
}

/** The parts of the fingerprint of each stage, in the order of the plan. */
export function fingerprintStages(
  compiled: CompiledPipeline,
  context: FingerprintContext,
): readonly FingerprintParts[] {
  const known: FingerprintParts[] = []
  for (const stage of compiled.plan.stages) known.push(partsOf(stage, compiled, context, known))
  return known
}

/** The names of the parts that differ. */
export function changedParts(before: FingerprintParts, now: FingerprintParts): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)])
  return [...names].filter((name) => before[name] !== now[name])
}

export const hashOf = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(value) ?? 'undefined')
    .digest('hex')
    .slice(0, 32)

/** Identifies how a sink writes its rows. */
export const identifySink = ({ node, shown, columns }: CompiledSink): string => hashOf([node.use, shown, columns])

function partsOf(
  stage: PlannedStage,
  compiled: CompiledPipeline,
  context: FingerprintContext,
  before: readonly FingerprintParts[],
): FingerprintParts {
  const steps = stage.steps.flatMap((id) => compiled.steps.get(id) ?? [])
  const { params, source } = compiled.plan
  const usesCode = steps.some((step) => step.definition === undefined)
  return {
    'the steps': hashOf(stage.steps),
    ...(usesCode ? { 'the parameters': hashOf(params) } : {}),
    ...Object.assign({}, ...steps.map((step) => partsOfStep(step, context))),
    ...Object.assign({}, ...steps.map(({ node }) => compiled.code?.get(node.id))),
    ...(stage.input === 'source'
      ? { 'the source': hashOf([source, context.limit ?? null]), ...context.input, ...compiled.code?.get('source') }
      : { 'an earlier stage': hashOf(before[stage.input]) }),
  }
}

/** What the results of a step depend on besides its rows. */
export function partsOfStep(
  { node, planned }: CompiledStep,
  context: Pick<FingerprintContext, 'others' | 'describeServing'>,
): FingerprintParts {
  const { id, use, kind, version, options, servings, vectorStores = [], effects, where } = planned
  const object = node.use instanceof Operator ? describeOptions({ ...node.use }) : undefined
  const size = typeof node.use === 'object' && 'size' in node.use ? node.use.size : undefined
  const asked = servings.map(({ name, kind: of }) => [name, context.describeServing(name, of)])
  return {
    [use === 'function' ? `the function ${id}` : `the operator of ${id}`]: hashOf([use, kind, version, effects, size]),
    ...context.others.get(id),
    [`the options of ${id}`]: hashOf([options ?? null, object ?? null, node.onError ?? null, vectorStores]),
    ...(where === undefined ? {} : { [`the condition of ${id}`]: hashOf(where) }),
    ...(asked.length === 0 ? {} : { [`the servings of ${id}`]: hashOf(asked) }),
  }
}
