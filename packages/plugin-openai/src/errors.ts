import { defineErrors } from '@maestro-dataflow/core'

/** The errors that are specific to OpenAI and compatible servers. */
export const openaiErrors = {
  MAESTRO_OPENAI_KEY_MISSING: {
    message: (d: { host: string; variable: string }) => `The key for ${d.host} is missing.`,
    hint: (d: { host: string; variable: string }) =>
      `Set the environment variable ${d.variable}, or set \`apiKey: env('NAME')\` in the options of the serving.`,
  },
  MAESTRO_OPENAI_TOKEN_VECTORS: {
    message: (d: { serving: string; tokens: number }) =>
      `${d.serving} returned ${d.tokens} vectors for one text, one for each of its tokens.`,
    hint: () => 'Start the server with pooling, such as `llama-server --pooling mean`, or use an embedding model.',
    stopsRun: true,
  },
  MAESTRO_OPENAI_MEDIA: {
    message: (d: { model: string; type: string }) =>
      `The model ${d.model} is not known to accept parts of type ${d.type}.`,
    hint: (d: { model: string; type: string }) =>
      d.type === 'file'
        ? 'Files can only be part of user messages.'
        : `If it does, set \`capabilities: { ${d.type === 'audio' ? 'audio' : 'images'}: true }\`. Otherwise, use another model.`,
  },
  MAESTRO_OPENAI_MEDIA_ROLE: {
    message: (d: { role: string; type: string }) =>
      `A part of type ${d.type} cannot be in a message of the role ${d.role}.`,
    hint: () => 'Put it into a user message.',
  },
  MAESTRO_OPENAI_AUDIO: {
    message: (d: { mediaType: string }) => `Recordings of type ${d.mediaType} are not supported.`,
    hint: () => 'Recordings in prompts must be WAV or MP3. `openai.transcription` accepts other types too.',
  },
  MAESTRO_OPENAI_IMAGE: {
    message: (d: { reason: string }) => `The image cannot be reduced or converted: ${d.reason}`,
    hint: () => 'Check whether the file is complete, or convert it to PNG or JPEG first.',
  },
  MAESTRO_OPENAI_SHARP_MISSING: {
    message: (d: { need: string }) => `The image ${d.need}, but the package sharp is not installed.`,
    hint: () => 'Run `npm install sharp`, or use PNG, JPEG, WebP, or GIF images within the limit.',
  },
} as const

export const openaiError = defineErrors(openaiErrors)
