import { defineErrors } from '@maestro-dataflow/core'

interface Place {
  /** The module, as the options name it. */
  readonly from: string
}

/** The errors of LangChain's classes in our form, and ours in LangChain's form. */
export const langchainErrors = {
  MAESTRO_LANGCHAIN_PACKAGE_MISSING: {
    message: (d: Place & { package: string }) => `The package ${d.package} is not installed, but ${d.from} needs it.`,
    hint: (d: Place & { package: string }) => `Install it: npm install ${d.package}`,
  },
  MAESTRO_LANGCHAIN_IMPORT: {
    message: (d: Place & { reason: string }) => `${d.from} could not be imported: ${d.reason}`,
    hint: () =>
      'Write the module as in an import: a package with its path, such as @langchain/openai, or a file beside the config, such as ./models/mine.ts.',
  },
  MAESTRO_LANGCHAIN_EXPORT_MISSING: {
    message: (d: Place & { name: string; suggestion?: string | undefined }) => `${d.from} has no export "${d.name}".`,
    hint: (d: Place & { name: string; suggestion?: string | undefined }) =>
      d.suggestion === undefined ? 'Name a class that the module exports.' : `Did you mean "${d.suggestion}"?`,
  },
  MAESTRO_LANGCHAIN_CREATE: {
    message: (d: Place & { name: string; reason: string }) =>
      `${d.name} of ${d.from} cannot be created with these options: ${d.reason}`,
    hint: () => 'The options are the arguments of its constructor. See its documentation.',
  },
  MAESTRO_LANGCHAIN_WRONG_KIND: {
    message: (d: { found: string; expected: string }) => `${d.found} is not ${d.expected} of LangChain.`,
    hint: (d: { found: string; expected: string }) => `Give ${d.expected}.`,
  },
  MAESTRO_LANGCHAIN_MEDIA: {
    message: (d: { model: string; type: string }) => `${d.model} is not known to accept parts of type ${d.type}.`,
    hint: (d: { model: string; type: string }) =>
      `If it does, set \`${d.type === 'audio' ? 'audio' : 'images'}: true\`. Otherwise, use another model.`,
  },
  MAESTRO_LANGCHAIN_STRUCTURED_OUTPUT: {
    message: (d: { model: string; reason: string }) => `${d.model} does not support schemas natively: ${d.reason}`,
    hint: () => 'Set `structuredOutput: false`. The prompt then describes the schema, and the answer is checked.',
  },
  MAESTRO_LANGCHAIN_NOT_TEXT: {
    message: (d: { column: string; found: string }) =>
      `The column "${d.column}" contains ${d.found} instead of a text.`,
    hint: () => 'Name a column of texts in `input`, or filter out such rows in an earlier step.',
  },
  MAESTRO_LANGCHAIN_LOADER: {
    message: (d: { loader: string; reason: string }) => `${d.loader} could not load: ${d.reason}`,
    hint: () => 'A relative path starts at the working directory of the process, as in LangChain.',
  },
  MAESTRO_LANGCHAIN_STORE_OPERATION: {
    message: (d: { store: string; operation: string }) => `The vector store ${d.store} has no \`${d.operation}\`.`,
    hint: (d: { store: string; operation: string }) =>
      `LangChain's stores differ. Pass \`${d.operation}\` in the options of the store, or use a store that has it.`,
  },
  MAESTRO_LANGCHAIN_DIMENSION: {
    message: (d: { store: string; expected: number; found: number }) =>
      `The vector store ${d.store} holds vectors with ${d.expected} dimensions, but this one has ${d.found}.`,
    hint: () => 'Use the same embedding model for texts and queries.',
  },
  MAESTRO_LANGCHAIN_MESSAGE: {
    message: (d: { found: string }) => `This model does not accept a chat with ${d.found}.`,
    hint: () => 'It accepts system, human, and AI messages with text, images, audio, and files.',
  },
  MAESTRO_LANGCHAIN_TOOLS: {
    message: (d: { model: string }) => `${d.model} does not call tools.`,
    hint: () => 'Ask for data with `withStructuredOutput`, or use a chat model of LangChain for tools.',
  },
} as const

export const langchainError = defineErrors(langchainErrors)
