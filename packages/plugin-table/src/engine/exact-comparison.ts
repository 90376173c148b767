/** A number that an expression compares: its SQL type, and whether it is a constant or a column of whole numbers. */
export interface ComparedNumber {
  readonly sql: string
  readonly type: string
  /** Whether it is certainly a whole number that a fraction of 64 bits holds. */
  readonly isSmall: boolean
}

const fraction = /^(DOUBLE|FLOAT)$/
const decimal = /^DECIMAL\((\d+), *(\d+)\)$/

/** The most digits of whole numbers of each SQL type. */
const wholeDigits: Readonly<Record<string, number>> = {
  ...{ TINYINT: 3, SMALLINT: 5, INTEGER: 10, BIGINT: 19, HUGEINT: 39 },
  ...{ UTINYINT: 3, USMALLINT: 5, UINTEGER: 10, UBIGINT: 20, UHUGEINT: 39, BIGNUM: 1000 },
}

/** The digits that every fraction of 64 bits keeps. */
const keptDigits = 15
/** The most digits of a decimal number of SQL. */
export const mostDigits = 38

/** Whether an SQL type is one of numbers. */
export const isNumberType = (type: string) => fraction.test(type) || decimal.test(type) || type in wholeDigits

/** Whether an SQL type holds all digits of its numbers. */
export const isExactType = (type: string) => isNumberType(type) && !fraction.test(type)

/** Whether numbers of an SQL type can have more digits than a fraction of 64 bits. */
export function isUnsafe({ type, isSmall }: Pick<ComparedNumber, 'type' | 'isSmall'>): boolean {
  if (isSmall || !isExactType(type)) return false
  const [whole, scale] = digitsIn(type)
  return whole + scale > keptDigits
}

/** Whether SQL, which brings numbers to one type, would round some of them or fail. */
export function losesDigits(numbers: readonly Pick<ComparedNumber, 'type' | 'isSmall'>[]): boolean {
  if (numbers.some(({ type }) => fraction.test(type))) return numbers.some(isUnsafe)
  if (!numbers.some(({ type }) => decimal.test(type))) return false
  const digits = numbers.map(({ type, isSmall }) => (isSmall ? [keptDigits, 0] : digitsIn(type)))
  const [whole, scale] = [0, 1].map((at) => Math.max(...digits.map((pair) => pair[at] ?? 0)))
  return (whole ?? 0) + (scale ?? 0) > mostDigits
}

function digitsIn(type: string): readonly [whole: number, scale: number] {
  const [, width, scale] = decimal.exec(type) ?? []
  return scale === undefined ? [wholeDigits[type] ?? 0, 0] : [Number(width) - Number(scale), Number(scale)]
}

/** A text whose code point order is the order of the numbers, whatever their SQL types. */
export function numberKey({ sql, type }: ComparedNumber): string {
  return fraction.test(type)
    ? `maestro_double_key(CAST(CAST(${sql} AS DOUBLE) AS VARCHAR))`
    : `maestro_decimal_key(CAST(${sql} AS VARCHAR))`
}

/**
 * A comparison of two numbers by all their digits. Numbers that differ as fractions of 64 bits, with a margin for their
 * rounding, need no key.
 */
export function exactComparison(operator: string, left: ComparedNumber, right: ComparedNumber): string {
  const [a, b] = [left, right].map(({ sql }) => `TRY_CAST(${sql} AS DOUBLE)`)
  const differ = `abs(${a} - ${b}) > 1e-12 * abs(${b})`
  return `CASE WHEN ${differ} THEN ${a} ${operator} ${b} ELSE ${numberKey(left)} ${operator} ${numberKey(right)} END`
}
