import { defineErrors } from '@maestro-dataflow/core'

/** The errors of OpenAI and compatible servers that are not those of every serving. */
export const openaiErrors = {
  MAESTRO_OPENAI_KEY_MISSING: {
    message: (d: { host: string; variable: string }) => `There is no key for ${d.host}.`,
    hint: (d: { host: string; variable: string }) =>
      `Set the environment variable ${d.variable}, or give the serving \`apiKey: env('NAME')\`.`,
  },
  MAESTRO_OPENAI_TOKEN_VECTORS: {
    message: (d: { serving: string; tokens: number }) =>
      `${d.serving} gave ${d.tokens} vectors for one text: one for each of its tokens.`,
    hint: () => 'Start the server with pooling, such as `llama-server --pooling mean`, or use an embedding model.',
    stopsRun: true,
  },
  MAESTRO_OPENAI_MEDIA: {
    message: (d: { model: string; type: string }) =>
      `The model ${d.model} is not known to take a part of type ${d.type}.`,
    hint: (d: { model: string; type: string }) =>
      d.type === 'file'
        ? 'Files go with turns of the user only.'
        : `If it does, say so: \`capabilities: { ${d.type === 'audio' ? 'audio' : 'images'}: true }\`. Else use another model.`,
  },
  MAESTRO_OPENAI_MEDIA_ROLE: {
    message: (d: { role: string; type: string }) => `A part of type ${d.type} cannot stand in a turn of the ${d.role}.`,
    hint: () => 'Put it into a turn of the user.',
  },
  MAESTRO_OPENAI_AUDIO: {
    message: (d: { mediaType: string }) => `A recording of type ${d.mediaType} is not taken.`,
    hint: () => 'Recordings in prompts are WAV or MP3. `openai.transcription` takes other types too.',
  },
  MAESTRO_OPENAI_IMAGE: {
    message: (d: { reason: string }) => `The image cannot be made smaller or converted: ${d.reason}`,
    hint: () => 'Look whether the file is whole, or convert it to PNG or JPEG before.',
  },
  MAESTRO_OPENAI_SHARP_MISSING: {
    message: (d: { need: string }) => `The image ${d.need}, and the package sharp is not installed.`,
    hint: () => 'Run `npm install sharp`, or give PNG, JPEG, WebP or GIF images within the limit.',
  },
} as const

export const openaiError = defineErrors(openaiErrors)
