import { definePlugin, type PluginReference } from '@maestro-dataflow/core'
import { safe } from '../terminal/print.js'
import { styleFor } from '../terminal/style.js'
import { ProgressState } from './progress-state.js'
import { renderProgress, renderProgressLine, renderServings } from './render-progress.js'
import { TerminalBlock } from './terminal-block.js'

const drawEvery = 100
const lineEvery = 5000

/** The visible progress, and the plugin that receives its events. */
export interface ShownProgress {
  readonly plugin: PluginReference
  /** Ends the display. It is safe to call it twice. */
  end(): void
}

/**
 * Shows the progress of a run on standard error: redrawn lines in a terminal, or else a line at intervals.
 *
 * @param options With `verbose`, log lines are also written, so that nothing is redrawn.
 */
export function showProgress({ verbose = false }: { readonly verbose?: boolean }): ShownProgress {
  const state = new ProgressState()
  const stream = process.stderr
  const display =
    stream.isTTY && process.env.TERM !== 'dumb' && !verbose ? drawn(stream, state) : written(stream, state)
  const plugin = definePlugin({
    name: 'maestro-progress',
    observe(hooks) {
      hooks.runStart(({ plan }) => {
        state.begin(plan)
        display.begin()
      })
      hooks.stepStart((event) => state.stepStarted(event))
      hooks.sourceProgress((event) => state.sourceRead(event))
      hooks.batchDone((event) => state.rowsDone(event))
      hooks.requestDone((event) => state.requestDone(event))
      hooks.servingState((event) => state.servingState(event))
      hooks.rowRejected((event) => state.rowRejected(event))
      hooks.stepDone((event) => state.stepDone(event))
      hooks.runDone(() => display.end())
    },
  })
  return { plugin, end: () => display.end() }
}

interface Display {
  begin(): void
  end(): void
}

/** Lines that are redrawn. */
function drawn(stream: NodeJS.WriteStream, state: ProgressState): Display {
  const style = styleFor(stream)
  let block: TerminalBlock | undefined
  let timer: NodeJS.Timeout | undefined
  const draw = () => {
    // Some terminals report a size of zero.
    const screen = { columns: stream.columns || 80, rows: stream.rows || 24 }
    const servings = renderServings(state.servings(), screen, style, Date.now())
    const room = { ...screen, rows: screen.rows - servings.length }
    block?.draw([...renderProgress(state.steps(), room, style), ...servings])
  }
  return {
    begin() {
      block = new TerminalBlock(stream, [process.stdout])
      timer = setInterval(draw, drawEvery).unref()
    },
    end() {
      clearInterval(timer)
      draw()
      block?.end()
      block = undefined
    },
  }
}

/** A line at intervals. */
function written(stream: NodeJS.WritableStream, state: ProgressState): Display {
  let timer: NodeJS.Timeout | undefined
  return {
    begin() {
      const started = Date.now()
      const write = () => {
        const now = Date.now()
        const line = renderProgressLine(state.steps(), state.servings(), { elapsed: now - started, now })
        stream.write(`${safe(line)}\n`)
      }
      timer = setInterval(write, lineEvery).unref()
    },
    end: () => clearInterval(timer),
  }
}
