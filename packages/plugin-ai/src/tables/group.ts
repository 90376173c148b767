import {
  type AllRows,
  assertPromptsAllowed,
  type Batch,
  type ColumnEffects,
  defineOperator,
  type EmbeddingServing,
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
import { dot } from '../vectors/metrics.js'
import { nameGroups } from '../vectors/name-groups.js'
import { toUnit } from '../vectors/unit-vectors.js'
import { embedTexts } from './embed-texts.js'
import { GroupPrompt } from './group.prompt.js'
import { readTable } from './read-table.js'

/** How a `Grouper` groups. */
export interface GrouperOptions extends SamplingOptions {
  /** The column of the texts. */
  readonly input: string
  /** Embeds the texts. */
  readonly embedder: EmbeddingServing
  /** Names the groups. */
  readonly serving: LLMServing
  /** The least cosine of a text and the middle of its group. @default 0.6 */
  readonly threshold?: number | undefined
  /** @default 'group' */
  readonly output?: string | undefined
  readonly prompt?: Prompt | undefined
  readonly language?: 'en' | 'zh' | undefined
}

const shownTexts = 8
const longestShown = 300
const prompts = promptsOf(GroupPrompt)

/**
 * Puts rows that mean the same kind of thing into groups, as many as there are, and gives each a name. A text goes to the
 * group whose middle is nearest, or begins one.
 */
export class Grouper extends GlobalOperator {
  readonly #options: GrouperOptions

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(options: GrouperOptions) {
    super()
    if (options.serving === undefined || options.embedder === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', { operator: 'Grouper', reason: 'a serving and an embedder are expected' })
    if (options.prompt !== undefined) assertPromptsAllowed('Grouper', prompts, [options.prompt])
    this.#options = options
  }

  override get columns(): ColumnEffects {
    return groupColumns(this.#options)
  }

  /** @throws MAESTRO_SERVING_*; rows without a text are rejected */
  async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { input, embedder, threshold = 0.6, output = 'group', serving, prompt, language } = this.#options
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
    const asked = { serving, prompt: prompt ?? new GroupPrompt({ language }), sampling }
    const names = await nameGroups(shown, asked, context)
    // Groups that got one name are one.
    const spelt = new Map<string, string>()
    for (const name of names) if (!spelt.has(name.toLowerCase())) spelt.set(name.toLowerCase(), name)
    const of = new Map(groups.flatMap((members, group) => members.map((index) => [index, names[group] ?? ''] as const)))
    yield {
      ids: table.map(({ id }) => id),
      rows: table.map(({ row }, index) => ({ ...row, [output]: spelt.get((of.get(index) ?? '').toLowerCase()) ?? '' })),
    }
  }
}

/** The places of each group's members, in order. */
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
 * `ai.group`: rows in groups by meaning.
 *
 * @remarks
 * Cost: Each text is embedded once, and one call a group names it.
 */
export const group = defineOperator({
  name: 'ai.group',
  kind: 'opaque',
  description: 'Puts rows into groups by meaning, as many as there are, with names by a model',
  options: z.strictObject({
    input: nameOption,
    threshold: z.number().min(-1).max(1).default(0.6),
    output: nameOption.default('group'),
    embedder: nameOption.default('embedder'),
    serving: nameOption.default('default'),
    prompt: promptOption.optional(),
    language: languageOption,
    ...samplingOptions,
  }),
  columns: (given) => groupColumns(given),
  deterministic: false,
  prompts: filledPrompt('prompt', prompts, ['texts']),
  servings: ({ serving, embedder }) => [
    { kind: 'llm', name: serving },
    { kind: 'embedding', name: embedder },
  ],
  inject: [SERVINGS],
  create: ({ serving, embedder, ...given }, [servings]) =>
    new Grouper({ ...given, serving: servings.get(serving, 'llm'), embedder: servings.get(embedder, 'embedding') }),
})
