/** What `enrich` tells a model that is to fill one cell, unless something else is said. */
export const terse = 'Answer in as few words as possible.'
