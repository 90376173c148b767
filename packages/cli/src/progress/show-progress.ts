import { definePlugin, type PluginReference } from '@maestro-dataflow/core'
import { safe } from '../terminal/print.js'
import { styleFor } from '../terminal/style.js'
import { ProgressState } from './progress-state.js'
import { renderProgress, renderProgressLine, renderServings } from './render-progress.js'
import { TerminalBlock } from './terminal-block.js'

const drawEvery = 100
const lineEvery = 5000

/** Progress that is being shown, and the plugin that hears of it. */
export interface ShownProgress {
  readonly plugin: PluginReference
  /** Shows no more; safe to call twice. */
  end(): void
}

/**
 * Shows on standard error how far a run is: lines that are drawn over in a terminal, else a line now and then.
 *
 * @param options `verbose`: log lines are coming too, so that nothing is drawn over.
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

/** Lines that are drawn over. */
function drawn(stream: NodeJS.WriteStream, state: ProgressState): Display {
  const style = styleFor(stream)
  let block: TerminalBlock | undefined
  let timer: NodeJS.Timeout | undefined
  const draw = () => {
    // Some terminals say that they have no size.
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

/** A line now and then. */
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
