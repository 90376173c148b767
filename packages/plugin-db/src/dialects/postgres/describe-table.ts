import { quoteTable, type TableName } from '../../tables/names.js'
import type { TableDescription } from '../../tables/table-description.js'
import type { DatabaseSession } from '../session.js'
import { postgres } from './dialect.js'
import { kindOfTypeName } from './kinds.js'
import { knownTypeName } from './known-type-name.js'
import { moneyFormatOf } from './money.js'

interface Relation {
  readonly oid: string
  readonly relkind: string
  readonly attached: readonly string[]
  readonly inherited: boolean
}

interface ColumnInfo {
  readonly name: string
  readonly base: string
  readonly modifier: number
  readonly type: string
  readonly required: boolean
  readonly optional: boolean
  readonly generated: boolean
}

export async function describePostgresTable(
  session: Pick<DatabaseSession, 'run'>,
  name: TableName,
): Promise<TableDescription | undefined> {
  const rowsOf = async <Row>(sql: string, binding: string) =>
    (await session.run(sql, [binding])).rows as unknown as readonly Row[]
  const [relation] = await rowsOf<Relation>(
    `SELECT oid::int8::text AS oid, relkind::text AS relkind,
       relkind = 'r' AND EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhparent = c.oid) AS inherited,
       array_remove(ARRAY[
         CASE WHEN relacl IS NOT NULL THEN 'rights' END,
         CASE WHEN relrowsecurity THEN 'row security' END,
         CASE WHEN relispartition OR relkind = 'p' THEN 'partitions' END,
         CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = c.oid) THEN 'triggers or foreign keys' END,
         CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.refobjid = c.oid AND d.deptype = 'n'
           AND d.classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass, 'pg_publication_rel'::regclass)) THEN 'views' END,
         CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
           WHERE d.refobjid = c.oid AND d.deptype IN ('a', 'i')) THEN 'sequences' END
       ], NULL) AS attached
     FROM pg_catalog.pg_class c WHERE oid = to_regclass($1) AND relkind IN ('r', 'p', 'v', 'm', 'f')`,
    quoteTable(postgres, name),
  )
  if (relation === undefined) return undefined
  const columns = await rowsOf<ColumnInfo>(
    `SELECT a.attname AS name, base.name AS base, base.modifier AS modifier, format_type(a.atttypid, a.atttypmod) AS type,
       a.attnotnull AS required, a.atthasdef OR a.attidentity <> '' AS optional,
       a.attgenerated <> '' OR a.attidentity = 'a' AS generated
     FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid CROSS JOIN LATERAL (
       WITH RECURSIVE types (name, kind, base, modifier) AS (
         SELECT ${knownTypeName('t')}, t.typtype, t.typbasetype, CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END
         UNION ALL SELECT ${knownTypeName('b')}, b.typtype, b.typbasetype, CASE WHEN b.typtype = 'd' THEN b.typtypmod ELSE d.modifier END
         FROM types d JOIN pg_catalog.pg_type b ON b.oid = d.base WHERE d.kind = 'd'
       ) SELECT name, modifier FROM types WHERE kind <> 'd') AS base
     WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    relation.oid,
  )
  const indexes = await rowsOf<{ primary: boolean; columns: readonly string[] }>(
    `SELECT i.indisprimary AS primary, array_agg(a.attname::text ORDER BY k.place) AS columns
     FROM pg_catalog.pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
       JOIN pg_catalog.pg_attribute a ON a.attnum = k.number
     WHERE i.indrelid = $1::oid AND a.attrelid = i.indrelid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
       AND i.indexprs IS NULL AND k.place <= i.indnkeyatts AND i.indimmediate
     GROUP BY i.indexrelid, i.indisprimary
     -- Texts that differ for the index may be equal for a column whose collation is not deterministic.
     HAVING bool_and(a.attcollation = i.indcollation[k.place - 1] OR coalesce(
       (SELECT collisdeterministic FROM pg_catalog.pg_collation WHERE oid = a.attcollation), true))
     ORDER BY i.indisprimary DESC, i.indexrelid`,
    relation.oid,
  )
  const money = columns.some(({ base }) => /^_?money$/.test(base)) ? await moneyFormatOf(session) : undefined
  const isView = relation.relkind === 'v' || relation.relkind === 'm'
  return {
    kind: isView ? 'view' : 'table',
    columns: columns.map(({ name: column, base, modifier, type, required, optional, generated }) => ({
      name: column,
      type,
      ...kindOfTypeName(base, modifier, money),
      nullable: !required,
      optional,
      generated,
    })),
    primaryKey: indexes.find(({ primary }) => primary)?.columns ?? [],
    uniques: indexes.map((index) => index.columns),
    isShared: relation.inherited,
    attached: relation.attached,
    unsafe: relation.relkind === 'f' ? 'it is a foreign table' : undefined,
  }
}
