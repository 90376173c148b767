import type {
  LLMRequest,
  PartitionDoneEvent,
  PartitionEvent,
  RejectEvent,
  RequestDoneEvent,
  RunDoneEvent,
  RunEvent,
  StepCounts,
  StepDoneEvent,
  StepEvent,
  TaskEvent,
} from '@maestro-dataflow/core'
import {
  type Attributes,
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { inputMessages, requestAttributes, requestName } from './request-attributes.js'

/** The parent of a span's children. */
interface Open {
  readonly span: Span
  readonly context: Context
}

interface OpenRun extends Open {
  /** The operator of each step. */
  readonly uses: ReadonlyMap<string, string>
  readonly steps: Map<string, Open>
}

/** The spans of the runs in progress: a run contains its steps, and a step its model calls. */
export class RunSpans {
  readonly #runs = new Map<string, OpenRun>()
  /** In a worker. */
  readonly #partitions = new Map<string, Span>()
  readonly #content: boolean

  constructor(content: boolean) {
    this.#content = content
  }

  startRun({ runId, plan }: RunEvent): void {
    const attributes = {
      'gen_ai.operation.name': 'invoke_workflow',
      'gen_ai.workflow.name': plan.pipeline,
      'maestro.run.id': runId,
    }
    const open = start(`invoke_workflow ${plan.pipeline}`, attributes, context.active())
    const uses = new Map(plan.steps.map(({ id, use }) => [id, use]))
    this.#runs.set(runId, { ...open, uses, steps: new Map() })
  }

  startStep({ runId, step, stage }: StepEvent): void {
    const run = this.#runs.get(runId)
    if (run === undefined) return
    const use = run.uses.get(step) ?? 'function'
    const attributes = { 'maestro.step': step, 'maestro.operator': use, 'maestro.stage': stage }
    run.steps.set(step, start(`step ${step}`, attributes, run.context))
  }

  /** Whether a run, of which a request tells, is observed here. The run of a worker is observed elsewhere. */
  observes(run: string | undefined): boolean {
    return run === undefined || this.#runs.has(run)
  }

  /** The trace of the run goes to the workers, in the form that the SDK uses between processes. */
  sendTask(event: TaskEvent): TaskEvent {
    const carrier = { ...event.carrier }
    const run = this.#runs.get(event.runId)
    if (run !== undefined) propagation.inject(run.context, carrier)
    return { ...event, carrier }
  }

  startPartition(event: PartitionEvent): void {
    const { runId, stage, steps, partition, attempt, rows, carrier } = event
    const parent = propagation.extract(context.active(), carrier)
    const attributes = {
      'maestro.run.id': runId,
      'maestro.stage': stage,
      'maestro.steps': [...steps],
      'maestro.partition': partition,
      'maestro.attempt': attempt,
      'maestro.rows.in': rows,
    }
    this.#partitions.set(keyOf(event), start(`partition ${partition}`, attributes, parent).span)
  }

  endPartition(event: PartitionDoneEvent): void {
    const span = this.#partitions.get(keyOf(event))
    this.#partitions.delete(keyOf(event))
    if (event.error !== undefined && span !== undefined) this.#fail(span, event.error)
    span?.end()
  }

  /** A request is reported when it is done. Its span is created then and starts in the past. */
  addRequest(event: RequestDoneEvent, request: LLMRequest | undefined): void {
    const { run = '', step = '', rowId, error, durationMs, from } = event
    const known = this.#runs.get(run)
    const parent = known?.steps.get(step) ?? known
    const end = Date.now()
    const span = tracer().startSpan(
      requestName(event),
      {
        kind: from === 'provider' ? SpanKind.CLIENT : SpanKind.INTERNAL,
        startTime: new Date(end - durationMs),
        attributes: {
          ...requestAttributes(event),
          ...(this.#content && rowId !== undefined ? { 'maestro.row.id': rowId } : {}),
          ...(request === undefined ? {} : { 'gen_ai.input.messages': inputMessages(request) }),
        },
      },
      parent?.context ?? context.active(),
    )
    if (error !== undefined) this.#fail(span, error)
    span.end(new Date(end))
  }

  addReject({ runId, step, rowId, error, tries }: RejectEvent): void {
    const run = this.#runs.get(runId)
    // A record that the source cannot read belongs to no step.
    const { span } = run?.steps.get(step) ?? run ?? {}
    span?.addEvent('maestro.row.rejected', {
      'error.type': error.code,
      'maestro.row.tries': tries,
      ...(this.#content ? { 'maestro.row.id': rowId, 'error.message': error.message } : {}),
    })
  }

  endStep({ runId, step, counts }: StepDoneEvent): void {
    const run = this.#runs.get(runId)
    const span = run?.steps.get(step)?.span
    run?.steps.delete(step)
    span?.setAttributes(countAttributes(counts))
    span?.end()
  }

  endRun({ runId, report }: RunDoneEvent): void {
    const run = this.#runs.get(runId)
    if (run === undefined) return
    this.#runs.delete(runId)
    // Steps that a failure ended early report no end themselves.
    for (const { span } of run.steps.values()) span.end()
    const { status, counts, usage, error } = report
    run.span.setAttributes({
      ...countAttributes(counts),
      'maestro.run.status': status,
      'maestro.usage.requests': usage.requests,
      'maestro.usage.input_tokens': usage.inputTokens,
      'maestro.usage.output_tokens': usage.outputTokens,
      ...(usage.cost === undefined ? {} : { 'maestro.usage.cost_usd': usage.cost }),
    })
    if (status !== 'done')
      this.#fail(run.span, { code: String(error?.code ?? status), message: String(error?.message) })
    run.span.end()
  }

  /** The message of an error may contain values of a row; its code does not. */
  #fail(span: Span, { code, message }: { readonly code: string; readonly message: string }): void {
    span.setAttribute('error.type', code)
    span.setStatus({ code: SpanStatusCode.ERROR, message: this.#content ? message : code })
  }
}

/** Requested each time, because an SDK may be registered after the plugin is loaded. */
const tracer = () => trace.getTracer('@maestro-dataflow/plugin-otel')

function start(name: string, attributes: Attributes, parent: Context): Open {
  const span = tracer().startSpan(name, { attributes }, parent)
  return { span, context: trace.setSpan(parent, span) }
}

const keyOf = ({ runId, stage, steps, partition, attempt }: PartitionEvent): string =>
  JSON.stringify([runId, stage, steps, partition, attempt])

function countAttributes({ rowsIn, rowsOut, rejected, dropped, merged, created }: StepCounts): Attributes {
  return {
    'maestro.rows.in': rowsIn,
    'maestro.rows.out': rowsOut,
    'maestro.rows.rejected': rejected,
    'maestro.rows.dropped': dropped,
    'maestro.rows.merged': merged,
    'maestro.rows.created': created,
  }
}
