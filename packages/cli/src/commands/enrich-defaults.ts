/** The instruction with which `enrich` has a model fill one cell, unless another one is set. */
export const terse = 'Answer in as few words as possible.'
