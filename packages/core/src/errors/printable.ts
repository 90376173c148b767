// What a terminal acts upon, and what turns the direction of the text that follows; a line break and a tab do neither.
const acting = /(?![\n\t])[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** A text in which everything that a terminal would act upon is written as an escape, such as `\u001b`. */
export function printable(text: string): string {
  return text.replace(acting, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
