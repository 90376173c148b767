import type { ModelProgress, ModelProgressEvent } from './fetch-model.js'

/** Where progress is shown: `process.stderr`, or anything that accepts lines. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
}

/** Shows the progress of a download to people. */
export interface ProgressDisplay {
  readonly onProgress: ModelProgress
  /** Clears the bar. Call it when the model is present or has failed. */
  end(): void
}

const everyMilliseconds = { bar: 100, line: 10_000 } as const
const barWidth = 24
const clear = '\u001b[K'

/**
 * Shows the progress of a model's download: a bar that is redrawn on a terminal; otherwise, a line at the start and
 * every ten seconds. The bar has no color if NO_COLOR is set.
 */
export function showProgress(stream: ProgressStream = process.stderr, now: () => number = Date.now): ProgressDisplay {
  const onTerminal = stream.isTTY === true
  const every = everyMilliseconds[onTerminal ? 'bar' : 'line']
  let source: string | undefined
  let started = 0
  let shown = 0
  return {
    onProgress(event) {
      const time = now()
      const isNew = event.source !== source
      if (isNew && onTerminal) stream.write(`\r${clear}fetching ${event.model} from ${event.source}\n`)
      if (isNew) [source, started] = [event.source, time]
      const isDone = onTerminal && event.bytesDone === event.bytesTotal
      if (!isNew && !isDone && time - shown < every) return
      shown = time
      if (onTerminal) stream.write(`\r${bar(event, (time - started) / 1000, stream.columns || 80)}${clear}`)
      else stream.write(`fetching ${event.model} from ${event.source}: ${numbers(event)}\n`)
    },
    end() {
      if (onTerminal && source !== undefined) stream.write(`\r${clear}`)
    },
  }
}

/** Only as much as fits: a line wider than the terminal would wrap and could not be redrawn. */
function bar(event: ModelProgressEvent, seconds: number, columns: number): string {
  const { bytesDone, bytesTotal } = event
  const speed = seconds > 0 && bytesDone > 0 ? `  ${megabytes(bytesDone / seconds)} MB/s` : ''
  const text = `${numbers(event)}${speed}`
  if (bytesTotal === undefined || barWidth + 2 + text.length >= columns) return text.slice(0, columns - 1)
  const full = Math.round(share(bytesDone, bytesTotal) * barWidth)
  const done = '█'.repeat(full)
  const coloured = (process.env.NO_COLOR ?? '') === '' ? `\u001b[32m${done}\u001b[39m` : done
  return `${coloured}${'░'.repeat(barWidth - full)}  ${text}`
}

function numbers({ bytesDone, bytesTotal }: ModelProgressEvent): string {
  if (bytesTotal === undefined) return `${megabytes(bytesDone)} MB`
  const percent = Math.floor(share(bytesDone, bytesTotal) * 100)
  return `${percent}%, ${megabytes(Math.min(bytesDone, bytesTotal))} of ${megabytes(bytesTotal)} MB`
}

/** An archive may be slightly larger than the file in it. */
const share = (done: number, total: number): number => (total === 0 ? 1 : Math.min(1, done / total))
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)
