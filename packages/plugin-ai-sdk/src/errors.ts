import { defineErrors } from '@maestro-dataflow/core'

interface Place {
  /** The provider package, as the options name it. */
  readonly provider: string
}

interface MissingPackage extends Place {
  readonly package: string
  /** The package that is probably meant. */
  readonly suggestion?: string | undefined
}

interface FactoryChoice extends Place {
  readonly factory?: string
  /** The exports that create a provider. */
  readonly factories: readonly string[]
  readonly suggestion?: string | undefined
}

/** The errors that are specific to provider packages of the AI SDK. */
export const aiSdkErrors = {
  MAESTRO_AI_SDK_PACKAGE_MISSING: {
    message: (d: MissingPackage) =>
      d.package === d.provider
        ? `The provider package ${d.package} is not installed.`
        : `The package ${d.package} is not installed, but ${d.provider} needs it.`,
    hint: (d: MissingPackage) =>
      d.suggestion === undefined
        ? `Install it: npm install ${d.package}`
        : `Did you mean "${d.suggestion}"? Set it as the \`provider\`, and install it: npm install ${d.suggestion}`,
    stopsRun: true,
  },
  MAESTRO_AI_SDK_IMPORT: {
    message: (d: Place & { reason: string }) => `${d.provider} could not be imported: ${d.reason}`,
    hint: () => 'Set `provider` to a provider package, such as @ai-sdk/anthropic, or to a file beside the config.',
    stopsRun: true,
  },
  MAESTRO_AI_SDK_FACTORY: {
    message: (d: FactoryChoice) =>
      d.factory === undefined
        ? `It is not clear which export of ${d.provider} creates the provider.`
        : `${d.provider} does not export a function "${d.factory}".`,
    hint: (d: FactoryChoice) =>
      d.suggestion !== undefined
        ? `Did you mean "${d.suggestion}"?`
        : d.factories.length === 0
          ? 'The module must export a function that creates a provider, such as `createAnthropic`.'
          : `Set \`factory\` to one of: ${d.factories.join(', ')}.`,
    stopsRun: true,
  },
  MAESTRO_AI_SDK_CREATE: {
    message: (d: Place & { factory: string; reason: string }) =>
      `${d.factory} of ${d.provider} does not accept these options: ${d.reason}`,
    hint: () => '`options` is the argument of this function. The documentation of the package lists its properties.',
    stopsRun: true,
  },
  MAESTRO_AI_SDK_OPTION: {
    message: (d: Place & { option: string; suggestion: string }) => `${d.provider} has no option "${d.option}".`,
    hint: (d: Place & { option: string; suggestion: string }) => `Its name is "${d.suggestion}".`,
    stopsRun: true,
  },
  MAESTRO_AI_SDK_KIND: {
    message: (d: Place & { kind: string }) => `${d.provider} has no ${d.kind} models.`,
    hint: (d: Place & { kind: string }) => `Use a provider package that has ${d.kind} models.`,
    stopsRun: true,
  },
  MAESTRO_AI_SDK_SPECIFICATION: {
    message: (d: { model: string; version: string }) =>
      `${d.model} has the specification ${d.version} of the AI SDK, which is not supported.`,
    hint: () =>
      'The specifications v2 to v4 are supported: those of AI SDK 5 and later. Install the newest version of the provider package, or of this plugin.',
    stopsRun: true,
  },
  MAESTRO_AI_SDK_KEY_MISSING: {
    message: (d: { serving: string; reason: string }) => `${d.serving} has no key: ${d.reason}`,
    hint: () =>
      "Set the environment variable that the message names, or set `options: { apiKey: env('NAME') }` in the serving.",
    stopsRun: true,
  },
  MAESTRO_AI_SDK_SETTING_MISSING: {
    message: (d: { serving: string; reason: string }) => `${d.serving} lacks a setting: ${d.reason}`,
    hint: () => 'Set the environment variable that the message names, or the parameter in `options` of the serving.',
    stopsRun: true,
  },
  MAESTRO_AI_SDK_UNSUPPORTED: {
    message: (d: { serving: string; reason: string }) => `${d.serving} does not support the request: ${d.reason}`,
    hint: () => 'Leave out what the provider does not support, or use another model.',
  },
  MAESTRO_AI_SDK_MEDIA: {
    message: (d: { model: string; type: string }) => `${d.model} is not known to accept parts of type ${d.type}.`,
    hint: (d: { model: string; type: string }) =>
      `If it does, set \`${d.type === 'audio' ? 'audio' : d.type === 'file' ? 'files' : 'images'}: true\`. Otherwise, use another model.`,
  },
} as const

export const aiSdkError = defineErrors(aiSdkErrors)
