import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { MaestroError } from '@maestro-dataflow/core'
import type { Scheduler } from 'tesseract.js'
import { aiError } from '../errors.js'

/** A recognized word in an image. */
export interface RecognizedWord {
  readonly text: string
  /** 0 to 1. */
  readonly confidence: number
  /** The left, top, right, and bottom edges, in pixels. */
  readonly box: readonly [number, number, number, number]
}

/** The recognized text of an image. */
export interface RecognizedText {
  readonly text: string
  /** 0 to 1. */
  readonly confidence: number
  readonly words: readonly RecognizedWord[]
}

/** The maximum number of pixels of an image: a small file may contain a huge image. */
const mostPixels = 50_000_000
const fromHere = createRequire(import.meta.url)

/**
 * Recognizes printed text with Tesseract, in this process and without a download: languages are npm packages such as
 * `@tesseract.js-data/eng`. Workers start when they are needed; their number is one less than the number of cores.
 */
export class TextRecognition {
  readonly #languages: readonly string[]
  readonly #workers: number
  #scheduler: Promise<Scheduler> | undefined

  /** @param languages The Tesseract names of the languages: `eng`, `chi_sim`, `deu` */
  constructor(languages: readonly string[], workers = Math.max(1, availableParallelism() - 1)) {
    this.#languages = languages
    this.#workers = workers
  }

  /**
   * @param source The name of the image in messages.
   * @throws MAESTRO_AI_LIBRARY, MAESTRO_AI_IMAGE; the signal's reason
   */
  async read(image: Uint8Array, source: string, signal: AbortSignal): Promise<RecognizedText> {
    signal.throwIfAborted()
    await assertImage(image, source)
    this.#scheduler ??= this.#start()
    const scheduler = await this.#scheduler.catch((error) => {
      this.#scheduler = undefined
      throw error
    })
    const reading = scheduler.addJob('recognize', Buffer.from(image), {}, { text: true, blocks: true })
    const { data } = await untilAborted(reading, signal).catch((error: unknown) => {
      if (signal.aborted || MaestroError.is(error)) throw error
      throw aiError('MAESTRO_AI_IMAGE', { source, reason: String((error as Error)?.message ?? error) }, error)
    })
    const lines = (data.blocks ?? []).flatMap(({ paragraphs }) => paragraphs.flatMap((paragraph) => paragraph.lines))
    const words = lines
      .flatMap((line) => line.words)
      .map(({ text, confidence, bbox }): RecognizedWord => {
        return { text, confidence: confidence / 100, box: [bbox.x0, bbox.y0, bbox.x1, bbox.y1] }
      })
    return { text: data.text.trim(), confidence: words.length === 0 ? 0 : data.confidence / 100, words }
  }

  async dispose(): Promise<void> {
    const scheduler = await this.#scheduler?.catch(() => undefined)
    this.#scheduler = undefined
    await scheduler?.terminate()
  }

  async #start(): Promise<Scheduler> {
    const { default: tesseract } = await load(() => import('tesseract.js'), 'tesseract.js')
    const langPath = await languageFolder(this.#languages)
    const scheduler = tesseract.createScheduler()
    try {
      const started = Array.from({ length: this.#workers }, async () => {
        // By default, Tesseract would write files to the working directory and throw an error that cannot be caught.
        const settings = { langPath, cacheMethod: 'none', errorHandler: () => {} }
        scheduler.addWorker(await tesseract.createWorker(this.#languages.join('+'), tesseract.OEM.LSTM_ONLY, settings))
      })
      await Promise.all(started)
      return scheduler
    } finally {
      await rm(langPath, { recursive: true, force: true })
    }
  }
}

/** A folder with the data of all languages, because Tesseract reads them from one folder. @throws MAESTRO_AI_LIBRARY */
async function languageFolder(codes: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'maestro-languages-'))
  for (const code of codes) {
    const library = `@tesseract.js-data/${code}`
    await load(async () => {
      const name = `${code}.traineddata.gz`
      await copyFile(fromHere.resolve(`${library}/4.0.0_best_int/${name}`), join(folder, name))
    }, library)
  }
  return folder
}

async function load<Loaded>(loading: () => Promise<Loaded>, library: string): Promise<Loaded> {
  try {
    return await loading()
  } catch (error) {
    throw aiError('MAESTRO_AI_LIBRARY', { library, work: 'read text on images' }, error)
  }
}

/** @throws MAESTRO_AI_IMAGE for a damaged image, or one with too many pixels */
async function assertImage(image: Uint8Array, source: string): Promise<void> {
  const { imageSize } = await import('image-size')
  let pixels: number
  try {
    const { width, height } = imageSize(image)
    pixels = width * height
  } catch (error) {
    throw aiError('MAESTRO_AI_IMAGE', { source, reason: (error as Error).message }, error)
  }
  if (pixels > mostPixels)
    throw aiError('MAESTRO_AI_IMAGE', { source, reason: `it has ${pixels} pixels, more than ${mostPixels}` })
}

function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
