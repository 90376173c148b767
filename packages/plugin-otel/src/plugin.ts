import { definePlugin } from '@maestro-dataflow/core'
import { z } from 'zod'
import { OpenRequests } from './open-requests.js'
import { RequestMetrics } from './request-metrics.js'
import { RunSpans } from './run-spans.js'

const options = z
  .strictObject({
    /** Whether spans include prompts, row ids, and error messages, which may contain values of rows. @default false */
    content: z.boolean().default(false),
  })
  .prefault({})

/** The options of the plugin. */
export type OpenTelemetryOptions = z.input<typeof options>

/**
 * Reports runs, steps, and model calls as OpenTelemetry spans and metrics, with the SDK that the process has
 * registered.
 */
export default definePlugin({
  name: '@maestro-dataflow/plugin-otel',
  manifest: new URL('../package.json', import.meta.url),
  options,
  observe(hooks, { options: { content } }) {
    const spans = new RunSpans(content)
    const metrics = new RequestMetrics()
    const requests = content ? new OpenRequests() : undefined
    hooks.runStart((event) => spans.startRun(event))
    hooks.stepStart((event) => spans.startStep(event))
    if (requests !== undefined)
      hooks.requestStart((event) => (spans.observes(event.run) ? requests.start(event) : event))
    hooks.requestDone((event) => {
      spans.addRequest(event, requests?.end(event))
      metrics.record(event)
    })
    hooks.taskSent((event) => spans.sendTask(event))
    hooks.partitionStart((event) => spans.startPartition(event))
    hooks.partitionDone((event) => spans.endPartition(event))
    hooks.rowRejected((event) => spans.addReject(event))
    hooks.stepDone((event) => spans.endStep(event))
    hooks.runDone((event) => spans.endRun(event))
  },
})
