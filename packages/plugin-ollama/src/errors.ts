import { defineErrors } from '@maestro-dataflow/core'

/** The errors of Ollama's models. */
export const ollamaErrors = {
  MAESTRO_OLLAMA_MEDIA: {
    message: (d: { model: string; type: string }) =>
      `The model ${d.model} does not accept ${d.type === 'image' ? 'images' : `parts of type ${d.type}`}.`,
    hint: (d: { model: string; type: string }) =>
      d.type === 'image'
        ? 'Use a model that accepts images, such as gemma3 or llava. `ollama show NAME` lists the capabilities of a model.'
        : 'Ollama accepts texts and images. Use another serving for this part.',
  },
  MAESTRO_OLLAMA_PULL: {
    message: (d: { model: string; host: string; reason: string }) =>
      `The model ${d.model} could not be pulled to ${d.host}: ${d.reason}`,
    hint: (d: { model: string; host: string; reason: string }) =>
      `Check the name at https://ollama.com/library, and check that ${d.host} can access the internet. \`ollama pull ${d.model}\` on that machine shows more.`,
  },
} as const

export const ollamaError = defineErrors(ollamaErrors)
