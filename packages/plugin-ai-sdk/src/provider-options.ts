import { z } from 'zod'

/** How the options of every serving of this plugin name a model. */
export const namedModel = {
  /** The provider package, such as `@ai-sdk/anthropic`, or a file relative to the config. */
  provider: z.string().min(1),
  /** The name of the model at the provider. */
  model: z.string().min(1),
  /** The export of the package that creates the provider. @default the one whose name fits the package */
  factory: z.string().min(1).optional(),
  /** The argument of that function, such as `apiKey`, `baseURL`, or `headers`. Values may come from the environment. */
  options: z.record(z.string(), z.unknown()).default({}),
}

/** What the provider receives with every request, by the name of the provider, such as `{ anthropic: { ... } }`. */
export const providerOptions = z.record(z.string(), z.record(z.string(), z.json())).optional()

/** A model by the name of its provider's package. */
export interface NamedModel {
  readonly provider: string
  readonly model: string
  readonly factory?: string | undefined
  readonly options: Readonly<Record<string, unknown>>
}

/** Whether a value is a model of the AI SDK: it has a specification and the method of its kind. */
export function isModel(value: unknown, method: string): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'specificationVersion') === 'string' &&
    typeof Reflect.get(value, method) === 'function'
  )
}
