import type { Span } from './personal-data.js'

/** Longer URLs are truncated here; the rest is treated as text. */
const pattern = /(?:https?:\/\/|ftp:\/\/|www\.)[^\s<>"'，。；）]{1,2000}/gi

/** Finds the URLs in a text. */
export function findUrls(text: string): readonly Span[] {
  return Array.from(text.matchAll(pattern), (match) => ({ start: match.index, end: match.index + match[0].length }))
}

/** The URL that contains a position. */
export function urlAt(urls: readonly Span[], place: number): Span | undefined {
  let [low, high] = [0, urls.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const url = urls[middle] as Span
    if (place < url.start) high = middle - 1
    else if (place >= url.end) low = middle + 1
    else return url
  }
  return undefined
}
