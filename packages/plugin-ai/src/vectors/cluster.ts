import {
  type AllRows,
  assertPromptsAllowed,
  type Batch,
  type ColumnEffects,
  defineOperator,
  type GlobalContext,
  GlobalOperator,
  type LLMServing,
  type Prompt,
  SERVINGS,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import {
  languageOption,
  nameOption,
  promptOption,
  type SamplingOptions,
  samplingOf,
  samplingOptions,
} from '../asking/asking-options.js'
import { filledPrompt, promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { ClusterPrompt } from './cluster.prompt.js'
import { type Clusters, kMeans } from './k-means.js'
import { mapRows } from './map-rows.js'
import { dot } from './metrics.js'
import { nameGroups } from './name-groups.js'
import { readUnitVectors } from './unit-vectors.js'
import { checkVectors } from './vector.js'

/** How a `Clusterer` clusters. */
export interface ClustererOptions extends SamplingOptions {
  /** A column with vectors. */
  readonly input: string
  /** How many clusters; or from and to, of which the best is taken. */
  readonly clusters: number | readonly [from: number, to: number]
  /** @default 0 */
  readonly seed?: number | undefined
  /** @default 'cluster' */
  readonly output?: string | undefined
  /** The column of the texts that clusters are named by. @default no names */
  readonly nameBy?: string | undefined
  /** Names clusters. */
  readonly serving?: LLMServing | undefined
  readonly prompt?: Prompt | undefined
  readonly language?: 'en' | 'zh' | undefined
}

/** Texts of a cluster that a model is shown, those nearest to its center. */
const shownTexts = 8
const longestShown = 300
const prompts = promptsOf(ClusterPrompt)

/** Puts rows into clusters by their vectors. */
export class Clusterer extends GlobalOperator {
  readonly #options: ClustererOptions

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(options: ClustererOptions) {
    super()
    const { nameBy, serving, prompt } = options
    if (nameBy !== undefined && serving === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', { operator: 'Clusterer', reason: 'there is no serving to name clusters' })
    if (prompt !== undefined) assertPromptsAllowed('Clusterer', prompts, [prompt])
    this.#options = options
  }

  override get columns(): ColumnEffects {
    return clusterColumns(this.#options)
  }

  /** Rows without a vector are rejected, with MAESTRO_AI_VECTOR or MAESTRO_AI_DIMENSIONS. */
  async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { input, output = 'cluster', nameBy } = this.#options
    const units = await readUnitVectors(all, input, context)
    if (units.size === 0) return
    const vectors = [...units.values()]
    const places = [...units.keys()]
    const { of, centers } = inOrderOfFirst(this.#best(vectors, context.signal))
    const indexes = new Map(places.map((place, index) => [place, index]))
    const near = (index: number) => dot(vectors[index] ?? [], centers[of[index] ?? 0] ?? [])
    const named =
      nameBy === undefined ? undefined : await this.#name(all, nameBy, indexes, of, near, centers.length, context)
    yield* mapRows(all, (row, place) => {
      const index = indexes.get(place)
      if (index === undefined) return undefined
      const cluster = of[index] ?? 0
      return {
        ...row,
        [output]: cluster,
        [`${output}_distance`]: Math.max(0, 1 - near(index)),
        ...(named === undefined ? {} : { [`${output}_name`]: named[cluster] ?? null }),
      }
    })
  }

  #best(vectors: readonly Float32Array[], signal: AbortSignal): Clusters {
    const { clusters, seed = 0 } = this.#options
    const [from, to] = typeof clusters === 'number' ? [clusters, clusters] : clusters
    const tried = Array.from({ length: to - from + 1 }, (_, index) => kMeans(vectors, from + index, seed, signal))
    return tried.reduce((best, one) => (one.silhouette > best.silhouette ? one : best))
  }

  async #name(
    all: AllRows,
    column: string,
    indexes: ReadonlyMap<number, number>,
    of: Uint32Array,
    near: (index: number) => number,
    count: number,
    context: GlobalContext,
  ): Promise<readonly string[]> {
    const shown = Array.from({ length: count }, (): { text: string; near: number }[] => [])
    for await (const _ of mapRows(all, (row, place) => {
      const index = indexes.get(place)
      const text = row[column]
      if (index === undefined || typeof text !== 'string' || text.trim() === '') return undefined
      const members = shown[of[index] ?? 0] ?? []
      members.push({ text: text.slice(0, longestShown), near: near(index) })
      members.sort((one, other) => other.near - one.near).splice(shownTexts)
      return undefined
    }));
    const { serving, prompt, language } = this.#options
    if (serving === undefined) return []
    const sampling = samplingOf(this.#options)
    const texts = shown.map((members) => members.map(({ text }) => text))
    const withTexts = texts.filter((members) => members.length > 0)
    const asked = { serving, prompt: prompt ?? new ClusterPrompt({ language }), sampling }
    const given = (await nameGroups(withTexts, asked, context)).values()
    return texts.map((members) => (members.length === 0 ? '' : (given.next().value ?? '')))
  }
}

/** Numbers by the first row of each cluster, without those that are empty: they do not depend on chance. */
function inOrderOfFirst({ of, centers }: Clusters): Pick<Clusters, 'of' | 'centers'> {
  const numbers = new Map<number, number>()
  for (const cluster of of) if (!numbers.has(cluster)) numbers.set(cluster, numbers.size)
  return {
    of: of.map((cluster) => numbers.get(cluster) ?? 0),
    centers: [...numbers.keys()].map((cluster) => centers[cluster] ?? new Float32Array()),
  }
}

function clusterColumns({
  input,
  output = 'cluster',
  nameBy,
}: Pick<ClustererOptions, 'input' | 'output' | 'nameBy'>): ColumnEffects {
  return {
    reads: nameBy === undefined ? [input] : [input, nameBy],
    adds: {
      [output]: 'integer',
      [`${output}_distance`]: 'number',
      ...(nameBy === undefined ? {} : { [`${output}_name`]: 'string' as const }),
    },
  }
}

const count = z.number().int().positive()

/**
 * `ai.cluster`: rows in clusters.
 *
 * @remarks
 * Cost: None without `nameBy`; with them one call a cluster.
 */
export const cluster = defineOperator({
  name: 'ai.cluster',
  kind: 'opaque',
  description: 'Puts rows into clusters by their vectors, with names by a model',
  options: z.strictObject({
    input: nameOption,
    clusters: z.union([count, z.tuple([count, count]).refine(([from, to]) => from <= to, 'from is larger than to')]),
    output: nameOption.default('cluster'),
    nameBy: nameOption.optional(),
    serving: nameOption.default('default'),
    prompt: promptOption.optional(),
    language: languageOption,
    ...samplingOptions,
    seed: z.number().int().default(0),
  }),
  columns: (given) => clusterColumns(given),
  deterministic: false,
  prompts: filledPrompt('prompt', prompts, ['texts']),
  servings: ({ nameBy, serving }) => (nameBy === undefined ? [] : [{ kind: 'llm', name: serving }]),
  check: ({ options, columns }) => checkVectors(columns, [options.input]),
  inject: [SERVINGS],
  create: ({ serving, ...given }, [servings]) =>
    new Clusterer({ ...given, serving: given.nameBy === undefined ? undefined : servings.get(serving, 'llm') }),
})
