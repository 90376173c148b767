import type { PipelinePlan, PlannedStep, PlanWarning } from '../../contracts/plan.js'
import type { RunReport } from '../../contracts/report.js'
import { unsupportedSettingIn } from '../../serving/unsupported-settings.js'
import { listRuns } from './run-record.js'

/** What is known about the project of a plan. */
interface Known {
  readonly stateDirectory: string
  /** The servings of the config by their names. */
  readonly servings: Readonly<Record<string, object>>
}

/** A setting that a server refused. */
interface Refused {
  readonly run: string
  readonly setting: string
  readonly message: string
}

/**
 * The plan with a warning for each setting that a server refused in the last run of the pipeline that asked one. Nothing
 * else knows of it before the next run, because the provider has stated nothing about its model.
 */
export async function withSettingsRefusedBefore(plan: PipelinePlan, known: Known): Promise<PipelinePlan> {
  if (plan.steps.every(({ servings }) => servings.length === 0)) return plan
  const refused = await lastRefused(plan.pipeline, known.stateDirectory)
  const warnings = plan.steps.flatMap((step) =>
    refused.filter((one) => isSet(one, step, known.servings)).map((one) => warningOf(one, step)),
  )
  const isKnown = (warning: PlanWarning) =>
    plan.warnings.some(
      ({ step, message }) =>
        step === warning.step && unsupportedSettingIn(message) === unsupportedSettingIn(warning.message),
    )
  const added = warnings.filter((warning) => !isKnown(warning))
  return added.length === 0 ? plan : { ...plan, warnings: [...plan.warnings, ...added] }
}

const warningOf = ({ run, message }: Refused, { id }: PlannedStep): PlanWarning => ({
  step: id,
  message: `${message} Its server refused it in the run ${run}.`,
})

async function lastRefused(pipeline: string, stateDirectory: string): Promise<readonly Refused[]> {
  for (const { runId, plan, report } of await listRuns(stateDirectory))
    if (plan.pipeline === pipeline && report !== undefined && hasAsked(report)) return refusedIn(runId, report)
  return []
}

const hasAsked = ({ servings }: RunReport): boolean => servings.some(({ usage }) => usage.requests > 0)

function refusedIn(run: string, { servings }: RunReport): readonly Refused[] {
  const messages = servings.flatMap(({ warnings }) => warnings.map(({ message }) => message))
  return messages.flatMap((message) => {
    const setting = unsupportedSettingIn(message)
    return setting === undefined ? [] : [{ run, message, setting }]
  })
}

/** Whether the step still asks that model with that setting. */
function isSet({ message, setting }: Refused, step: PlannedStep, servings: Known['servings']): boolean {
  const names = step.servings.flatMap(({ name }) => withFallbacks(name, servings))
  return names.some((name) => {
    const options = servings[name] ?? {}
    const model: unknown = Reflect.get(options, 'model')
    const given = { ...options, ...(step.options as object | undefined) }
    return (typeof model !== 'string' || message.includes(model)) && Reflect.get(given, setting) !== undefined
  })
}

function withFallbacks(name: string, servings: Known['servings']): readonly string[] {
  const names = new Set<string>()
  for (let next: unknown = name; typeof next === 'string' && !names.has(next); ) {
    names.add(next)
    next = Reflect.get(servings[next] ?? {}, 'fallback')
  }
  return [...names]
}
