import type { CountryCode } from 'libphonenumber-js/max'

/** A country by ISO 3166-1 alpha-2. */
export type Region = CountryCode

/** The default countries whose national numbers are recognised. */
export const defaultRegions: readonly Region[] = [
  'US',
  'GB',
  'DE',
  'FR',
  'CN',
  'IN',
  'JP',
  'IT',
  'ES',
  'NL',
  'AT',
  'CH',
  'BE',
  'SE',
  'PL',
  'BR',
  'AU',
  'KR',
  'TW',
  'HK',
]
