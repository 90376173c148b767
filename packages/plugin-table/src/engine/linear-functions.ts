import type { DuckDBConnection } from '@duckdb/node-api'

/** A pattern that DuckDB compares in a time that grows with the length of the text: no wildcard stands inside it. */
const isPlain = (wildcard: string) => `NOT contains(trim(b, '${wildcard}'), '${wildcard}')`

/** A pattern of LIKE as a regular expression. */
const regexOf = (pattern: string) => String.raw`replace(replace(regexp_escape(${pattern}), '\%', '.*'), '_', '.')`

/** The same with a character that makes the one behind it a plain one. */
const escapedRegexOf = (pattern: string) =>
  `CASE WHEN e = '' THEN ${regexOf(pattern)} ELSE ${joined(
    `regexp_extract_all(${pattern}, '(?s)' || regexp_escape(e) || '?.')`,
    `WHEN t = '%' AND e <> '%' THEN '.*' WHEN t = '_' AND e <> '_' THEN '.'
     WHEN t = e THEN error('Like pattern must not end with escape character!') ELSE regexp_escape(right(t, 1))`,
  )} END`

/** A pattern of GLOB as a regular expression. */
const globRegex = joined(
  String.raw`regexp_extract_all(b, '(?s)\\.|\[!?\]?[^\]]*\]|.')`,
  String.raw`WHEN t = '*' THEN '.*' WHEN t = '?' THEN '.' WHEN length(t) = 2 THEN regexp_escape(right(t, 1))
    WHEN length(t) = 1 THEN regexp_escape(t)
    ELSE '[' || CASE WHEN t[2] = '!' THEN '^' ELSE '' END
      || replace(replace(replace(CASE WHEN t[2] = '!' THEN t[3:-2] ELSE t[2:-2] END, '\', '\\'), '[', '\['), '^', '\^') || ']'`,
)

function joined(pieces: string, cases: string): string {
  return `array_to_string(list_transform(${pieces}, lambda t: CASE ${cases} END), '')`
}

/** The most pairs of characters that a comparison of two texts may take, and for the one that holds them all in memory. */
const [mostPairs, mostHeldPairs] = [1e9, 25e6]

/**
 * Puts macros in front of the functions whose time grows faster than the length of a text, so that one long text of a row
 * cannot hold up the whole step, which nothing could stop: LIKE, ILIKE, and GLOB with several wildcards try every place of
 * each, and the distances of two texts compare every pair of characters.
 */
export async function makeLinear(connection: DuckDBConnection): Promise<void> {
  const like = (name: string, [a, b]: readonly [string, string], not: string) => {
    const matches = `regexp_full_match(${a}, ${regexOf(b)}, 's')`
    return `"${name}"(a, b) AS CASE WHEN ${isPlain('%')} THEN system.main."${name}"(a, b) ELSE ${not} ${matches} END`
  }
  const escaped = (name: string, [a, b]: readonly [string, string], not: string) => {
    const matches = `regexp_full_match(${a}, ${escapedRegexOf(b)}, 's')`
    return `${name}(a, b, e) AS CASE WHEN ${isPlain('%')} THEN system.main.${name}(a, b, e) ELSE ${not} ${matches} END`
  }
  const glob = `CASE WHEN ${isPlain('*')} THEN system.main."~~~"(a, b) ELSE regexp_full_match(a, ${globRegex}, 's') END`
  const distance = (name: string, most: number) =>
    `${name}(a, b) AS CASE WHEN strlen(a)::DOUBLE * strlen(b) > ${most} THEN error('${name} would compare too long texts') ELSE system.main.${name}(a, b) END`
  const [exact, lower] = [['a', 'b'] as const, ['lower(a)', 'lower(b)'] as const]
  const macros = [
    like('~~', exact, ''),
    like('!~~', exact, 'NOT'),
    like('~~*', lower, ''),
    like('!~~*', lower, 'NOT'),
    escaped('like_escape', exact, ''),
    escaped('not_like_escape', exact, 'NOT'),
    escaped('ilike_escape', lower, ''),
    escaped('not_ilike_escape', lower, 'NOT'),
    `"~~~"(a, b) AS ${glob}`,
    distance('levenshtein', mostPairs),
    distance('editdist3', mostPairs),
    distance('damerau_levenshtein', mostHeldPairs),
  ]
  await connection.run(macros.map((macro) => `CREATE TEMP MACRO ${macro}`).join('; '))
}
