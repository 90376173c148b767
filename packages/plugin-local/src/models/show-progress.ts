import type { ModelProgress, ModelProgressEvent } from './fetch-model.js'

/** Where progress is shown: `process.stderr`, or anything that takes lines. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
}

export interface ProgressDisplay {
  readonly onProgress: ModelProgress
  /** Clears the bar. Call it when the model is there or has failed. */
  end(): void
}

const everyMilliseconds = { bar: 100, line: 10_000 } as const
const barWidth = 24

/**
 * Shows how far a model is: a bar that is drawn anew on a terminal, elsewhere a line at the start and every ten seconds.
 * The bar has no colour when NO_COLOR is set.
 */
export function showProgress(stream: ProgressStream = process.stderr, now: () => number = Date.now): ProgressDisplay {
  const bar = stream.isTTY === true
  const colour = bar && (process.env.NO_COLOR ?? '') === ''
  let source: string | undefined
  let started = 0
  let shown = Number.NEGATIVE_INFINITY
  return {
    onProgress(event) {
      const time = now()
      const isNew = event.source !== source
      if (isNew) {
        source = event.source
        started = time
      }
      const isDone = event.bytesDone === event.bytesTotal
      if (!isNew && !(bar && isDone) && time - shown < everyMilliseconds[bar ? 'bar' : 'line']) return
      shown = time
      if (bar) {
        const line = drawn(event, (time - started) / 1000, colour)
        stream.write(`\r${fits(line, stream.columns) ? line : numbers(event)}\u001b[K`)
      } else stream.write(`fetching ${event.model} from ${event.source}: ${numbers(event)}\n`)
    },
    end() {
      if (bar && source !== undefined) stream.write('\r\u001b[K')
    },
  }
}

function drawn(event: ModelProgressEvent, seconds: number, colour: boolean): string {
  const { model, source, bytesDone, bytesTotal } = event
  const speed = seconds > 0 && bytesDone > 0 ? `  ${megabytes(bytesDone / seconds)} MB/s` : ''
  const text = `${model} from ${source}  `
  if (bytesTotal === undefined) return `${text}${numbers(event)}${speed}`
  const full = Math.round(share(bytesDone, bytesTotal) * barWidth)
  const done = '█'.repeat(full)
  const rest = '░'.repeat(barWidth - full)
  return `${text}${colour ? `\u001b[32m${done}\u001b[39m` : done}${rest}  ${numbers(event)}${speed}`
}

function numbers({ bytesDone, bytesTotal }: ModelProgressEvent): string {
  if (bytesTotal === undefined) return `${megabytes(bytesDone)} MB`
  const percent = Math.floor(share(bytesDone, bytesTotal) * 100)
  return `${percent}%, ${megabytes(Math.min(bytesDone, bytesTotal))} of ${megabytes(bytesTotal)} MB`
}

/** An archive can be a little larger than the file in it. */
const share = (done: number, total: number): number => (total === 0 ? 1 : Math.min(1, done / total))
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)

/** A line that is wider than the terminal would wrap, and could not be drawn over. */
function fits(line: string, columns = 80): boolean {
  return line.replace('\u001b[32m', '').replace('\u001b[39m', '').length < columns
}
