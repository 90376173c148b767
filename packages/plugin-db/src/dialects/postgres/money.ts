import type { MoneyFormat } from '../../values/value-kind.js'
import type { DatabaseSession } from '../session.js'

/**
 * How this connection writes amounts of money: by the locale `lc_monetary`, in which `1.234,50 €` and `¥1,235` are amounts.
 *
 * @throws MAESTRO_DB_QUERY
 */
export async function moneyFormatOf(session: Pick<DatabaseSession, 'run'>): Promise<MoneyFormat> {
  const { rows } = await session.run('SELECT 1234.5::numeric::money::text AS amount')
  return formatOfAmount(String(rows[0]?.amount))
}

/** The format in which 1234.5 is written as this text. */
export function formatOfAmount(amount: string): MoneyFormat {
  const digits = amount.replaceAll(/\D/g, '').length - '1234'.length
  const point = digits === 0 ? undefined : new RegExp(`(\\D)\\d{${digits}}\\D*$`).exec(amount)?.[1]
  return { digits, point: point ?? '.' }
}

/** The decimal of an amount: `1234.50` for `$1,234.50`. */
export function decimalOfAmount(amount: string, { digits }: MoneyFormat): string {
  const all = amount.replaceAll(/\D/g, '').padStart(digits + 1, '0')
  const whole = all.slice(0, all.length - digits)
  const sign = /[-(]/.test(amount) ? '-' : ''
  return digits === 0 ? `${sign}${whole}` : `${sign}${whole}.${all.slice(-digits)}`
}
