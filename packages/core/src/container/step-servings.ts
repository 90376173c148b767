import type { CallOptions, Serving } from '../contracts/serving.js'

/** The step of a run that calls servings. */
export type CallingStep = Pick<CallOptions, 'run' | 'step'>

/** Where the options stand among the parameters of each call. */
const optionsAt: Readonly<Record<string, number>> = {
  generate: 1,
  stream: 1,
  generateBatch: 1,
  generateAsCompleted: 1,
  generateWithPrompt: 2,
  batchGenerateWithPrompts: 2,
  embed: 1,
  rerank: 2,
  transcribe: 1,
}

/**
 * A serving as a step of a run gets it. A call that does not say which step it belongs to belongs to this one, so that
 * its budget, its usage, and the version of its prompt count although the operator has not passed on its context.
 */
export function servingOfStep<S extends Serving>(serving: S, step: CallingStep): S {
  const calls = new Map<PropertyKey, unknown>()
  return new Proxy(serving, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target)
      if (typeof value !== 'function' || property === 'constructor') return value
      const known = calls.get(property)
      if (known !== undefined) return known
      const at = typeof property === 'string' && Object.hasOwn(optionsAt, property) ? optionsAt[property] : undefined
      const call = (...parameters: unknown[]): unknown => {
        if (at !== undefined) parameters[at] = withStep(parameters[at] as CallOptions | undefined, step)
        return Reflect.apply(value, target, parameters)
      }
      calls.set(property, call)
      return call
    },
  })
}

function withStep(options: CallOptions | undefined, step: CallingStep): CallOptions {
  return options?.run === undefined || options.step === undefined ? { ...step, ...defined(options) } : options
}

function defined({ run, step, ...options }: CallOptions = {}): CallOptions {
  return { ...options, ...(run === undefined ? {} : { run }), ...(step === undefined ? {} : { step }) }
}
