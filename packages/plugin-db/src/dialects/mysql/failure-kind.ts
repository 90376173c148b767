import { type DriverError, type FailureKind, kindByWords } from '../../connection/failure-kind.js'

/** The error numbers of MySQL and MariaDB. */
const numbers: Readonly<Partial<Record<FailureKind, readonly number[]>>> = {
  unreachable: [1040, 1129, 1130, 1203],
  authentication: [1045, 1698, 1251],
  permission: [1044, 1142, 1143, 1227, 1370, 1410],
  database: [1049],
  lost: [1053, 1152, 1159, 1160, 1161, 1184, 1317, 1927, 2006, 2013],
  conflict: [1020, 1213],
  locked: [1205, 3572],
  timeout: [1969, 3024],
  full: [1021, 1114],
  table: [1146],
  query: [1054, 1064, 1149, 1222, 1305, 1792],
  row: [
    1048, 1062, 1118, 1138, 1216, 1217, 1263, 1264, 1265, 1292, 1364, 1366, 1367, 1406, 1411, 1416, 1451, 1452, 1526,
    1557, 1586, 1644, 1690, 1761, 1762, 3140, 3141, 3819, 4025, 4078,
  ],
}

const numbered = new Map(
  Object.entries(numbers).flatMap(([kind, all]) => all.map((number) => [number, kind as FailureKind] as const)),
)

/** The driver's errors without a number. */
const codes: Readonly<Record<string, FailureKind>> = {
  PROTOCOL_CONNECTION_LOST: 'lost',
  HANDSHAKE_NO_SSL_SUPPORT: 'ssl',
  HANDSHAKE_SSL_ERROR: 'ssl',
}

const words: readonly (readonly [RegExp, FailureKind])[] = [
  [/syntax error/, 'query'],
  [/Errcode: 28/, 'full'],
]

export function mysqlFailureKind(error: DriverError): FailureKind | undefined {
  const { code, errno } = error
  const byCode = typeof code === 'string' ? codes[code] : undefined
  const byNumber = typeof errno === 'number' ? numbered.get(errno) : undefined
  return byCode ?? byNumber ?? kindByWords(error, words)
}

/** Whether a failure concerns single rows, so that others may succeed. */
export const aboutRows = (error: unknown): boolean => mysqlFailureKind(error as DriverError) === 'row'
