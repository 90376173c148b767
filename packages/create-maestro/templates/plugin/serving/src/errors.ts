import { defineErrors } from '@maestro-dataflow/core'

/** The errors of this plugin besides those that every serving has. */
export const pluginError = defineErrors({
  ACME_MEDIA: {
    message: (d: { model: string; type: string }) => `The model ${d.model} cannot read the part of type ${d.type}.`,
    hint: () => 'Send text only, or use a serving whose capabilities include this type.',
  },
})
