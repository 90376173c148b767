// What a terminal acts upon, and what turns the direction of the text that follows; a line break and a tab do neither.
const acting = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

/** A text in which everything that a terminal would act upon is written as an escape, such as `\u001b`. */
export function printable(text: string): string {
  return text.replace(acting, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
