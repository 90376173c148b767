/** The warning about a reply that does not state its tokens, or not in a form that can be read. */
export const uncountedTokens = 'A reply does not state its tokens. They are estimated, and so is its cost.'
