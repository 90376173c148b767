import type { ColumnEffects } from '../../contracts/operator.js'
import type {
  FilterFunction,
  FlatMapFunction,
  MapBatchesFunction,
  MapFunction,
} from '../../contracts/operator-functions.js'
import type { StepBase } from './step-base.js'
import type { StepsElsewhere } from './steps-elsewhere.js'

/** A step of a row stage, ready to be called. */
export type RowStep = StepBase &
  (
    | {
        readonly kind: 'map'
        readonly run: MapFunction
        readonly effects?: ColumnEffects | undefined
        readonly isPaid?: boolean
      }
    | { readonly kind: 'filter'; readonly run: FilterFunction }
    | { readonly kind: 'flatMap'; readonly run: FlatMapFunction }
    | { readonly kind: 'mapBatches'; readonly run: MapBatchesFunction; readonly size: number }
  )

export type MapStep = Extract<RowStep, { kind: 'map' }>

/** Map steps that work on the same row in parallel, each as soon as the steps that it depends on are done. */
export interface SideBySide {
  readonly kind: 'sideBySide'
  readonly steps: readonly MapStep[]
  /** For each step, the indexes of the earlier steps of this group that it needs, directly or indirectly. */
  readonly needs: readonly (readonly number[])[]
}

/** The links that a row passes, in order. */
export type ChainLink = RowStep | SideBySide | StepsElsewhere

/**
 * Groups neighboring map steps with declared columns when at least two of them do not depend on each other. All other
 * steps are barriers of their row, so that a row that will be dropped costs nothing in later steps.
 */
export function linkSteps(steps: readonly (RowStep | StepsElsewhere)[]): readonly ChainLink[] {
  const links: ChainLink[] = []
  let group: MapStep[] = []
  const close = () => {
    const needs = dependencies(group)
    const chained = needs.every((earlier, index) => earlier.length === index)
    if (chained) links.push(...group)
    else links.push({ kind: 'sideBySide', steps: group, needs })
    group = []
  }
  for (const step of steps) {
    if (
      step.kind === 'map' &&
      step.where === undefined &&
      step.effects !== undefined &&
      step.effects.opaque !== true &&
      step.effects.keeps === undefined
    ) {
      group.push(step)
      continue
    }
    close()
    links.push(step)
  }
  close()
  return links
}

/** The columns that a step changes: those that it adds, drops, renames, or creates by renaming. */
export function writtenColumns(effects: ColumnEffects): readonly string[] {
  return [...Object.keys(effects.adds ?? {}), ...(effects.drops ?? []), ...Object.entries(effects.renames ?? {}).flat()]
}

function readColumns(effects: ColumnEffects): readonly string[] {
  return [...(effects.reads ?? []), ...Object.keys(effects.renames ?? {})]
}

/**
 * Whether a step needs an earlier one: it reads or writes a column that the earlier one writes, or writes a column that
 * the earlier one reads.
 */
function dependencies(steps: readonly MapStep[]): readonly (readonly number[])[] {
  const needs: Set<number>[] = []
  for (const [index, step] of steps.entries()) {
    const effects = step.effects ?? {}
    const writes = writtenColumns(effects)
    const touches = new Set([...readColumns(effects), ...writes])
    const mine = new Set<number>()
    for (let earlier = 0; earlier < index; earlier++) {
      const other = steps[earlier]?.effects ?? {}
      const depends =
        writtenColumns(other).some((column) => touches.has(column)) ||
        readColumns(other).some((column) => writes.includes(column))
      if (!depends) continue
      mine.add(earlier)
      for (const further of needs[earlier] ?? []) mine.add(further)
    }
    needs.push(mine)
  }
  return needs.map((set) => [...set].sort((a, b) => a - b))
}
