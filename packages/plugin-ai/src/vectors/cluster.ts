import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  column,
  defineOperator,
  fieldsOf,
  type GlobalContext,
  GlobalOperator,
  type LLMServing,
  newColumn,
  type Prompt,
  promptOption,
  when,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import type { Alone } from '../asking/alone.js'
import { AskingOptions, samplingOf, WordsOptions } from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { allowedPrompt, promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { ClusterPrompt } from './cluster.prompt.js'
import { type Clusters, kMeans } from './k-means.js'
import { mapRows } from './map-rows.js'
import { dot } from './metrics.js'
import { nameGroups } from './name-groups.js'
import { readUnitVectors } from './unit-vectors.js'
import { checkVectors } from './vector.js'

const prompts = promptsOf(ClusterPrompt)

const count = z.number().int().positive()

class SeededOptions extends AskingOptions {
  /** The same seed gives the same clusters. The model that names the clusters receives it too. @default 0 */
  override seed = z.number().int().optional()
}

const fields = fieldsOf(
  {
    /** The column of the vectors, as `ai.embed` makes them. */
    input: column(),
    /** The number of clusters, or a range, `[2, 8]`, in which the operator chooses the number that fits best. */
    clusters: z.union([count, z.tuple([count, count]).refine(([from, to]) => from <= to, 'from is larger than to')]),
    /**
     * The column of the cluster's number, from 0. `<output>_distance` holds the distance to its center.
     *
     * @default 'cluster'
     */
    output: newColumn('cluster'),
    /** The column of the texts by which a model names each cluster, in the column `<output>_name`. @default no names */
    nameBy: column().optional(),
    /** A prompt that replaces the operator's own. Its variable is `texts`, the texts of one cluster. */
    prompt: promptOption({ allowed: prompts, variables: ['texts'], overRow: false }).optional(),
  },
  WordsOptions,
  SeededOptions,
)

/** Options of `Clusterer`: those of `ai.cluster`, with the model itself as `serving`. */
export type ClustererOptions = Alone<typeof fields, { readonly serving?: LLMServing | undefined }>

/** The number of texts of a cluster that the model sees: those nearest to the center. */
const shownTexts = 8
const longestShown = 300

/** Clusters rows by their vectors. */
export class Clusterer extends GlobalOperator {
  readonly #options: ClustererOptions
  readonly #prompt: Prompt | undefined

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(options: ClustererOptions) {
    super()
    const { nameBy, serving } = options
    if (nameBy !== undefined && serving === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', {
        operator: 'Clusterer',
        reason: 'a serving that names the clusters is required',
      })
    this.#prompt = allowedPrompt('Clusterer', prompts, options.prompt)
    this.#options = options
  }

  override get columns(): ColumnEffects {
    return clusterColumns(this.#options)
  }

  /** Rows without a vector are rejected with MAESTRO_AI_VECTOR or MAESTRO_AI_DIMENSIONS. */
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
    const { serving, language, instructions, seed = 0 } = this.#options
    if (serving === undefined) return []
    const sampling = samplingOf({ ...this.#options, seed })
    const texts = shown.map((members) => members.map(({ text }) => text))
    const withTexts = texts.filter((members) => members.length > 0)
    const asked = { serving, prompt: this.#prompt ?? new ClusterPrompt({ language, instructions }), sampling }
    const given = (await nameGroups(withTexts, asked, context)).values()
    return texts.map((members) => (members.length === 0 ? '' : (given.next().value ?? '')))
  }
}

/** Numbers the clusters by their first rows and skips empty ones, so that the numbers do not depend on chance. */
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

/**
 * `ai.cluster`: clusters rows.
 *
 * @remarks
 * Cost: No call without `nameBy`; with it, one call per cluster.
 */
export const cluster = defineOperator({
  name: 'ai.cluster',
  kind: 'opaque',
  description: 'Clusters rows by their vectors; a model can name the clusters',
  options: fields,
  adds: { '{output}': 'integer', '{output}_distance': 'number', '{output}_name': when('nameBy', 'string') },
  ...asksModel,
  servings: (given) => (given.nameBy === undefined ? [] : asksModel.servings(given)),
  check: ({ options, columns }) => checkVectors(columns, [options.input]),
  create: ({ serving, ...given }, [servings]) =>
    new Clusterer({ ...given, serving: given.nameBy === undefined ? undefined : servings.get(serving, 'llm') }),
})
