import { list, meant } from './known-names.js'

/** A fault in the definition of a part of a plugin. */
export interface Definition {
  readonly what: string
  readonly fault: string
  readonly page: string
  readonly property?: string
  readonly known?: readonly string[]
  readonly suggestion?: string | undefined
}

/** The errors of operators, the definitions of parts, and prompts. */
export const operatorErrors = {
  MAESTRO_STEP_FAILED: {
    message: (d: { step: string; reason: string }) => `${d.step} failed: ${d.reason}`,
    hint: () => 'See the row and its error in rejects.jsonl.',
  },
  MAESTRO_STEP_RESULT: {
    message: (d: { step: string; expected: string; found: string }) =>
      `${d.step} returned ${d.found} instead of ${d.expected}.`,
    hint: () => 'Every kind of operator has one form of result. See docs/operators.md.',
  },
  MAESTRO_DEFINITION_INVALID: {
    message: (d: Definition) => `The definition of ${d.what} is wrong: ${d.fault}.`,
    hint: (d: Definition) =>
      `${meant(d.suggestion)}${d.known === undefined ? '' : `It knows: ${d.known.join(', ')}. `}${d.page} shows a whole definition.`,
  },
  MAESTRO_STEP_CONTRACT: {
    message: (d: { step: string; use?: string; fault: string; column?: string }) =>
      `${d.step}${d.use === undefined || d.step.includes(d.use) ? '' : ` (${d.use})`} ${d.fault}.`,
    hint: () =>
      'The operator breaks its contract, so its results cannot be relied on. Correct what it declares or what it returns, or report this to the author of its plugin; docs/checks.md lists the rules.',
    stopsRun: true,
  },
  MAESTRO_STEP_CREATE: {
    message: (d: { step: string; reason: string }) => `${d.step} could not be created: ${d.reason}`,
    hint: () => 'The error is in the operator or its options.',
  },
  MAESTRO_PROMPT_VARIABLE_MISSING: {
    message: (d: { missing: readonly string[]; given: readonly string[] }) =>
      `The prompt needs ${list(d.missing)}, but was given ${list(d.given)}.`,
    hint: () => 'Give every variable a value.',
  },
  MAESTRO_PROMPT_VALUE: {
    message: (d: { name: string; reason: string }) =>
      `The value of {{${d.name}}} cannot be part of a prompt: ${d.reason}.`,
    hint: () =>
      'A prompt can contain texts, numbers, booleans, dates, lists, and plain objects. Convert the value in an earlier step.',
  },
  MAESTRO_PROMPT_MEDIA: {
    message: (d: { name: string; type: string; found: string }) =>
      `{{${d.name}}} holds ${d.found} instead of the path, the address, or the bytes of its ${d.type}.`,
    hint: () =>
      'Give the path of a file of the project, an address, or bytes. Filter out rows without one in an earlier step.',
  },
  MAESTRO_PROMPT_MESSAGES: {
    message: (d: { reason: string }) => `The messages of the prompt cannot be sent: ${d.reason}.`,
    hint: () =>
      'The function `messages` of a prompt returns a list of { role, content }. The role is system, user, or assistant, and the content is a text or a list of parts.',
  },
  MAESTRO_PROMPT_EXAMPLE: {
    message: (d: { example: number; reason: string }) =>
      `Example ${d.example} of the prompt cannot be used: ${d.reason}`,
    hint: () =>
      'An example is { input, output }. Its input is the value of the single variable, or an object with a value for each variable. With `answer`, an example is a row.',
  },
  MAESTRO_PROMPT_TEMPLATE: {
    message: (d: { template: string; reason: string }) =>
      `The prompt template "${d.template}" is not valid: ${d.reason}.`,
    hint: () => 'Variables are written {{name}} or {{name.field}}; a literal {{ is written \\{{.',
  },
  MAESTRO_PROMPT_NOT_ALLOWED: {
    message: (d: { operator: string; prompt: string; allowed: readonly string[] }) =>
      `${d.operator} does not accept a ${d.prompt}.`,
    hint: (d: { operator: string; prompt: string; allowed: readonly string[] }) => `It accepts: ${list(d.allowed)}.`,
  },
} as const
