import ipaddr from 'ipaddr.js'
import { urlAt } from './find-urls.js'
import type { Span } from './personal-data.js'
import type { RuleContext } from './rule-context.js'

const version4 = /(?<![\p{Script=Latin}\p{N}.])(?:\d{1,3}\.){3}\d{1,3}(?![\p{Script=Latin}\p{N}])(?!\.\d)/gu
const version6 =
  /(?<![\p{Script=Latin}\p{N}:.])(?:[0-9a-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{1,4})?(?:%\w{1,16})?(?![\p{Script=Latin}\p{N}:])/giu
/** "Version 1.2.3.4" and "section 1.2.3.4" are not addresses. */
const otherNumber =
  /(?:(?<!\p{L})(?:v|ver|vers|versi|version|versión|versão|versione|versie|versjon|versionen|verze|verzia|verzió|versiune|wersj[aię]|wersję|sürüm|phiên bản|верси[яию]|версії|вер|έκδοση|release|revision|rev|draft|patch|hotfix|driver|kernel|bios|step|item|rule|table|figure|build|firmware|section|sect|sec|chapter|clause|paragraph|kapitel|abschnitt|ziffer|sección|capítulo|seção|sezione|capitolo|hoofdstuk|paragraaf|avsnitt|luku|rozdział|rozdziale|rozdz|punkt|раздел|разделе|глава|пункт|κεφάλαιο|bölüm|chương|bab|إصدار|الإصدار|نسخه|גרסה|संस्करण)|§|版本|版|第|章|バージョン|버전|เวอร์ชัน)[.:：]?\s{0,3}$/iu

/** Finds IPv4 and IPv6 addresses. In a URL, only the host counts. */
export function* findIps(text: string, { urls }: RuleContext): Generator<Span> {
  // IPv6 comes first, because an IPv6 address may end in an IPv4 address.
  const found = [...candidates(text, version6), ...candidates(text, version4)].sort((a, b) => a.start - b.start)
  for (const span of found) {
    const url = urlAt(urls, span.start)
    const before = text.slice(url === undefined ? Math.max(0, span.start - 24) : url.start, span.start)
    if (url === undefined ? !otherNumber.test(before) : /^[a-z]+:\/\/(?:[^/?#]*@)?\[?$/i.test(before)) yield span
  }
}

function* candidates(text: string, pattern: RegExp): Generator<Span> {
  for (const { 0: candidate, index } of text.matchAll(pattern)) {
    // "::" and "a::b" are more often program code than an address.
    if (!/\d|[0-9a-f]{4}/i.test(candidate)) continue
    if (isAddress(candidate)) yield { start: index, end: index + candidate.length }
  }
}

function isAddress(text: string): boolean {
  return text.includes(':') ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text)
}
