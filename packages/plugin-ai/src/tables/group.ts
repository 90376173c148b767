import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  column,
  defineOperator,
  type EmbeddingServing,
  fieldsOf,
  type GlobalContext,
  GlobalOperator,
  type LLMServing,
  newColumn,
  type Prompt,
  promptOption,
  servingOption,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import type { Alone } from '../asking/alone.js'
import { AskingOptions, samplingOf, WordsOptions, withServing } from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { allowedPrompt, promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { dot } from '../vectors/metrics.js'
import { nameGroups } from '../vectors/name-groups.js'
import { toUnit } from '../vectors/unit-vectors.js'
import { embedTexts } from './embed-texts.js'
import { GroupPrompt } from './group.prompt.js'
import { readTable } from './read-table.js'

const prompts = promptsOf(GroupPrompt)

const fields = fieldsOf(
  {
    /** The column of the texts. */
    input: column(),
    /**
     * The lowest cosine similarity between a text and the center of its group, -1 to 1. A higher value leads to more
     * groups.
     *
     * @default 0.6
     */
    threshold: z.number().min(-1).max(1).default(0.6),
    /** The column of the group's name. @default 'group' */
    output: newColumn('group'),
    /** The name of the embedding model in the config. @default 'embedder' */
    embedder: servingOption().default('embedder'),
    /** A prompt that replaces the operator's own. Its variable is `texts`, the texts of one group. */
    prompt: promptOption({ allowed: prompts, variables: ['texts'], overRow: false }).optional(),
  },
  WordsOptions,
  AskingOptions,
)

/** Options of `Grouper`: those of `ai.group`, with the models themselves as `serving` and `embedder`. */
export type GrouperOptions = Alone<typeof fields, { readonly serving: LLMServing; readonly embedder: EmbeddingServing }>

const shownTexts = 8
const longestShown = 300
/**
 * Groups rows by meaning and names each group. A text joins the group with the nearest center, or begins a new group if
 * no center is near enough.
 */
export class Grouper extends GlobalOperator {
  readonly #options: GrouperOptions
  readonly #prompt: Prompt | undefined

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(options: GrouperOptions) {
    super()
    if (options.serving === undefined || options.embedder === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', { operator: 'Grouper', reason: 'a serving and an embedder are expected' })
    this.#prompt = allowedPrompt('Grouper', prompts, options.prompt)
    this.#options = options
  }

  override get columns(): ColumnEffects {
    return groupColumns(this.#options)
  }

  /** @throws MAESTRO_SERVING_*; rows without a text are rejected */
  async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { input, embedder, threshold = 0.6, output = 'group', serving } = this.#options
    const { language, instructions } = this.#options
    const table = await readTable(all, input, context)
    if (table.length === 0) return
    const units = await embedTexts(
      table.map(({ text }) => text),
      embedder,
      context,
    )
    const groups = grouped(units, threshold)
    const shown = groups.map((members) =>
      members.slice(0, shownTexts).map((index) => (table[index]?.text ?? '').slice(0, longestShown)),
    )
    const sampling = samplingOf(this.#options)
    const asked = { serving, prompt: this.#prompt ?? new GroupPrompt({ language, instructions }), sampling }
    const names = await nameGroups(shown, asked, context)
    // Groups with the same name are merged.
    const spelt = new Map<string, string>()
    for (const name of names) if (!spelt.has(name.toLowerCase())) spelt.set(name.toLowerCase(), name)
    const of = new Map(groups.flatMap((members, group) => members.map((index) => [index, names[group] ?? ''] as const)))
    yield {
      ids: table.map(({ id }) => id),
      rows: table.map(({ row }, index) => ({ ...row, [output]: spelt.get((of.get(index) ?? '').toLowerCase()) ?? '' })),
    }
  }
}

/** The positions of the members of each group, in order. */
function grouped(units: readonly Float32Array[], threshold: number): readonly (readonly number[])[] {
  const groups: { sum: Float32Array; middle: Float32Array; members: number[] }[] = []
  for (const [index, unit] of units.entries()) {
    let best: (typeof groups)[number] | undefined
    let most = threshold
    for (const group of groups) {
      const near = dot(group.middle, unit)
      if (near >= most) [best, most] = [group, near]
    }
    if (best === undefined) groups.push({ sum: Float32Array.from(unit), middle: unit, members: [index] })
    else {
      best.sum = best.sum.map((value, at) => value + (unit[at] ?? 0))
      best.middle = toUnit(best.sum)
      best.members.push(index)
    }
  }
  return groups.map(({ members }) => members)
}

function groupColumns({ input, output = 'group' }: Pick<GrouperOptions, 'input' | 'output'>): ColumnEffects {
  return { reads: [input], adds: { [output]: 'string' } }
}

/**
 * `ai.group`: groups rows by meaning.
 *
 * @remarks
 * Cost: Each text is embedded once, and one call per group names it.
 */
export const group = defineOperator({
  name: 'ai.group',
  kind: 'opaque',
  description: 'Groups rows by meaning; a model names each group',
  options: fields,
  adds: { '{output}': 'string' },
  ...asksModel,
  servings: (given) => [...asksModel.servings(given), { kind: 'embedding', name: given.embedder }],
  create: (given, [servings]) =>
    new Grouper({ ...withServing(given, servings), embedder: servings.get(given.embedder, 'embedding') }),
})
