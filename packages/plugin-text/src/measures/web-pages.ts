import { countMatches, type TextParts } from './text-parts.js'

/** Marks of web pages, as in C4 (Raffel et al. 2020), and of templates. Each is a count. */

/** Curly brackets, which are a sign of code. */
export const curlyBrackets = ({ text }: TextParts): number => countMatches(text, /[{}]/gu)
/** Entities of HTML that were not decoded, such as `&nbsp;`. */
export const htmlEntities = ({ text }: TextParts): number =>
  countMatches(text, /&(?:[a-z][a-z0-9]{1,30}|#\d{1,7}|#x[\da-f]{1,6});/giu)
/** Tags of HTML. */
export const htmlTags = ({ text }: TextParts): number => countMatches(text, /<\/?[a-z][a-z0-9-]{0,30}(?=[\s/>])/giu)
/** Addresses of web pages. */
export const urls = ({ text }: TextParts): number => countMatches(text, /\bhttps?:\/\/[^\s<>"']/giu)
/** Occurrences of "lorem ipsum". */
export const loremIpsum = ({ text }: TextParts): number => countMatches(text, /lorem\s{1,9}ipsum/giu)
/** Lines that mention JavaScript. */
export const javascriptLines = ({ lines }: TextParts): number =>
  lines.filter((line) => /javascript/iu.test(line)).length
/** Lines with a notice about terms, privacy, or cookies. */
export const policyLines = ({ lines }: TextParts): number => lines.filter(isPolicy).length
/** Notices of copyright and confidentiality, which are printed over or below pages. */
export const watermarks = ({ text }: TextParts): number =>
  countMatches(
    text,
    /©|\(c\)(?=\s{0,3}\d{4})|\b(?:copyright|all rights reserved|watermark|confidential)\b|版权所有|版權所有|保留所有权利|保留所有權利|水印|浮水印|机密|機密/giu,
  )
/** Replacement characters and the usual signs of text that was decoded with a wrong encoding. */
export const brokenCharacters = ({ text }: TextParts): number =>
  countMatches(text, /\uFFFD|Ã[\u0080-\u00BF]|â€[\u0080-\u00BF™œž]|锟斤拷/gu)

const policies =
  /terms of use|privacy policy|cookie policy|uses cookies|use of cookies|use cookies|使用条款|隐私政策|隱私權政策|使用cookie/iu

/** Whether a line is a notice about terms, privacy, or cookies. */
export function isPolicy(line: string): boolean {
  return policies.test(line)
}
