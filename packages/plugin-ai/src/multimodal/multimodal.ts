import {
  audioPart,
  type ColumnEffects,
  type Columns,
  defineOperator,
  EnhancedTranscriptionServing,
  fieldsOf,
  imagePart,
  type LLMServing,
  MapOperator,
  MEDIA_ACCESS,
  type MediaAccess,
  type OperatorContext,
  type OutputOf,
  optionsSchema,
  type Prompt,
  promptRestrict,
  type Refinement,
  type Row,
  readMedia,
  rowFunction,
  type Schema,
  SERVINGS,
  type TranscriptionServing,
  toJsonSchema,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type Alone, parseOptions } from '../asking/alone.js'
import { answerColumns, describeProperties } from '../asking/answer-columns.js'
import { Asker } from '../asking/asker.js'
import { AskingOptions, askedWith, SharingOptions, WordsOptions } from '../asking/asking-options.js'
import { withAnswer } from '../asking/with-answer.js'
import { aiError } from '../errors.js'
import { labelNames } from '../text/classify.prompt.js'
import { MultimodalPrompt, type MultimodalTask, mediaOf } from './multimodal.prompt.js'
import { MultimodalOptions, type MultimodalWork, multimodalPrompts, transcriptColumn } from './multimodal-options.js'
import type { MultimodalRow } from './multimodal-row.js'
import { TextRecognition } from './text-recognition.js'

const fields = fieldsOf(MultimodalOptions, WordsOptions, AskingOptions, SharingOptions)

type Options = OutputOf<typeof fields>

const refine: Refinement<Options> = ({ task, inputs, question, labels, schema, prompt }, { addIssue }) => {
  const need = (name: string, missing: boolean) => {
    const message = `it is missing, but the task '${task}' needs it`
    if (missing) addIssue({ code: 'custom', path: name.split('.'), message, input: undefined })
  }
  need('inputs.image', task === 'ocr' && inputs.image === undefined)
  need('inputs.audio', task === 'transcribe' && inputs.audio === undefined)
  need('question', task === 'ask' && question === undefined && prompt === undefined)
  need('labels', task === 'classify' && labels === undefined)
  need('schema', task === 'extract' && schema === undefined)
}

const schema = optionsSchema(fields, refine)

/** Options of `MultimodalProcessor`: those of `ai.multimodal`, with the models themselves. */
export type MultimodalProcessorOptions = Omit<
  Alone<
    typeof fields,
    {
      /** The language model for images. `ocr` and `transcribe` do not need it. */
      readonly serving?: LLMServing | undefined
      /** Transcribes recordings. */
      readonly transcription?: TranscriptionServing | undefined
      /**
       * The places from which images and recordings may be read.
       *
       * @default the working directory, and public addresses
       */
      readonly access?: MediaAccess | undefined
    }
  >,
  'inputs'
> & {
  /** The columns of texts, images, and recordings, under the option's name in the Python original. */
  readonly inputColumns: {
    readonly text?: string | undefined
    readonly image?: string | undefined
    readonly audio?: string | undefined
  }
}

const asksModel = (task: MultimodalWork) => task !== 'ocr' && task !== 'transcribe'

const defaultOutput = 'multimodal_result'

class Processor extends MapOperator {
  readonly #options: Options
  readonly #prompt: Prompt
  readonly #asker: Asker | undefined
  readonly #schema: Schema | undefined
  readonly #recognition: TextRecognition | undefined
  readonly #transcription: TranscriptionServing | undefined
  readonly #access: MediaAccess

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED, MAESTRO_SERVING_CAPABILITY */
  constructor({ serving, transcription, access = {}, inputColumns, ...given }: MultimodalProcessorOptions) {
    super()
    const checked = parseOptions('MultimodalProcessor', schema, { ...given, inputs: inputColumns })
    const fault = (reason: string) => aiError('MAESTRO_AI_OPTIONS', { operator: 'MultimodalProcessor', reason })
    const { task, inputs, languages } = checked
    this.#options = checked
    this.#access = access
    this.#prompt = promptOf(checked)
    this.#schema = answerOf(checked)
    if (inputs.audio !== undefined && transcription === undefined) throw fault('a transcription serving is required')
    this.#transcription =
      transcription === undefined || transcription instanceof EnhancedTranscriptionServing
        ? transcription
        : new EnhancedTranscriptionServing(transcription)
    if (task === 'ocr') this.#recognition = new TextRecognition(languages)
    if (!asksModel(task)) return
    if (serving === undefined) throw fault('a serving is required')
    this.validatePrompts([this.#prompt])
    for (const need of this.#prompt.needs)
      if (!serving.capabilities[need]) throw fault(`${serving.name} does not accept ${need}`)
    this.#asker = new Asker({ serving, prompt: this.#prompt, schema: this.#schema, ...askedWith(checked) })
  }

  override get columns(): ColumnEffects {
    return effectsOf(this.#options)
  }

  /**
   * @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_AI_MEDIA, MAESTRO_AI_IMAGE, MAESTRO_AI_LIBRARY, MAESTRO_MEDIA_*,
   * MAESTRO_SERVING_*
   */
  async map(row: Row, context: OperatorContext): Promise<Row> {
    const { task } = this.#options
    const answer =
      task === 'ocr'
        ? await this.#readImages(row, context)
        : task === 'transcribe'
          ? { [outputOf(this.#options)]: await this.#transcribe(row, context) }
          : await this.#ask(row, context)
    return withAnswer(row, answer, effectsOf(this.#options).adds)
  }

  override async dispose(): Promise<void> {
    await this.#recognition?.dispose()
  }

  async #ask(row: Row, context: OperatorContext): Promise<Row> {
    const { inputs, task } = this.#options
    const output = outputOf(this.#options)
    const values = {
      ...row,
      ...(await this.#loadedImages(row, context)),
      ...(inputs.audio === undefined ? {} : { [transcriptColumn]: await this.#transcribe(row, context) }),
    }
    const asker = this.#asker as Asker
    if (this.#schema === undefined) return { [output]: await asker.text(values, context) }
    const answer = await asker.data(this.#schema, values, context)
    if (task === 'classify') return { [output]: (answer as { label: string }).label }
    return this.#options.output === undefined ? (answer as Row) : { [output]: answer }
  }

  /** Loads the images of the row as bytes, so that the permissions of this operator apply. */
  async #loadedImages(row: Row, { signal }: OperatorContext): Promise<Row> {
    const { image } = this.#options.inputs
    if (image === undefined) return {}
    const loaded = await Promise.all(
      mediaOf(row[image], image).map(
        async (data) => (await readMedia(imagePart(data), { ...this.#access, signal })).data,
      ),
    )
    return { [image]: Array.isArray(row[image]) ? loaded : loaded[0] }
  }

  async #readImages(row: Row, { signal }: OperatorContext): Promise<Row> {
    const { inputs, words } = this.#options
    const { image = '' } = inputs
    const output = outputOf(this.#options)
    const recognition = this.#recognition as TextRecognition
    const read = await Promise.all(
      mediaOf(row[image], image).map(async (data) => {
        const loaded = await readMedia(imagePart(data), { ...this.#access, signal })
        return recognition.read(loaded.data, data instanceof Uint8Array ? `column "${image}"` : String(data), signal)
      }),
    )
    const confidence = read.reduce((sum, one) => sum + one.confidence, 0) / read.length
    return {
      [output]: read.map(({ text }) => text).join('\n\n'),
      [`${output}_confidence`]: confidence,
      ...(words ? { [`${output}_words`]: read.flatMap((one) => one.words) } : {}),
    }
  }

  /** @throws MAESTRO_AI_EMPTY_ANSWER if the recording contains no speech */
  async #transcribe(row: Row, context: OperatorContext): Promise<string> {
    const { inputs, spoken } = this.#options
    const { audio = '' } = inputs
    const transcription = this.#transcription as TranscriptionServing
    const { signal, step, run, rowId } = context
    const said: string[] = []
    for (const data of mediaOf(row[audio], audio)) {
      const loaded = await readMedia(audioPart(data), { ...this.#access, signal })
      const call = { signal, step, run, rowId, ...(spoken === undefined ? {} : { language: spoken }) }
      said.push((await transcription.transcribe({ data: loaded.data, mediaType: loaded.mediaType }, call)).text.trim())
    }
    const text = said.join('\n\n').trim()
    if (text === '') throw aiError('MAESTRO_AI_EMPTY_ANSWER', { serving: transcription.name })
    return text
  }
}

function promptOf({ prompt, task, inputs, question, labels, schema, language, instructions }: Options): Prompt {
  if (prompt !== undefined) return prompt
  const { text, image, audio } = inputs
  return new MultimodalPrompt({
    task: asksModel(task) ? (task as MultimodalTask) : 'describe',
    text,
    image,
    transcript: audio === undefined ? undefined : transcriptColumn,
    question,
    labels,
    fields: schema === undefined ? undefined : describeProperties(toJsonSchema(schema)),
    language,
    instructions,
  })
}

function answerOf({ task, labels, schema }: Options): Schema | undefined {
  if (task === 'classify' && labels !== undefined) return z.strictObject({ label: z.enum(labelNames(labels)) })
  return task === 'extract' ? schema : undefined
}

const outputOf = ({ output = defaultOutput }: Pick<Options, 'output'>) => output

function effectsOf(given: Options): ColumnEffects & { readonly adds: Columns } {
  const { task, inputs, schema, words } = given
  const output = outputOf(given)
  const asked = asksModel(task) ? promptOf(given).variables.filter((name) => name !== transcriptColumn) : []
  const { image, audio } = inputs
  const media = [task === 'ocr' ? image : undefined, audio].filter((name) => name !== undefined)
  const read: Columns = { [output]: 'string', [`${output}_confidence`]: 'number' }
  const adds =
    task === 'ocr'
      ? { ...read, ...(words ? { [`${output}_words`]: 'json' as const } : {}) }
      : task === 'extract'
        ? answerColumns(schema, given.output)
        : { [output]: 'string' as const }
  return { reads: [...new Set([...asked, ...media])], adds }
}

/**
 * Processes images, recordings, and their texts: describes, classifies, extracts data, answers questions, recognizes
 * text, and transcribes speech.
 *
 * @example
 * await new MultimodalProcessor({ serving, inputColumns: { image: 'photo', text: 'caption' } }).run(storage)
 */
export const MultimodalProcessor = promptRestrict(...multimodalPrompts)(Processor)
export type MultimodalProcessor = Processor

/**
 * `ai.multimodal`: processes images, recordings, and texts.
 *
 * @remarks Cost: One call per row, whose tokens are mostly those of the images; one transcription per recording. Text
 * recognition does not ask a model.
 */
export const multimodal = defineOperator({
  name: 'ai.multimodal',
  kind: 'map',
  description:
    'Describes and classifies images, extracts data from them, answers questions, recognizes text, transcribes speech',
  options: fields,
  refine,
  adds: (given) => effectsOf(given).adds,
  row: rowFunction<MultimodalRow>(),
  deterministic: false,
  servings: (given) => [
    ...(asksModel(given.task)
      ? [{ kind: 'llm' as const, name: given.serving, capabilities: promptOf(given).needs }]
      : []),
    ...(given.inputs.audio === undefined ? [] : [{ kind: 'transcription' as const, name: given.transcription }]),
  ],
  inject: [SERVINGS, MEDIA_ACCESS],
  create: ({ serving, transcription, ...given }, [servings, access]) =>
    new MultimodalProcessor({
      ...given,
      inputColumns: given.inputs,
      access,
      serving: asksModel(given.task) ? servings.get(serving, 'llm') : undefined,
      transcription: given.inputs.audio === undefined ? undefined : servings.get(transcription, 'transcription'),
    }),
})
