import type Database from 'libsql'

/** A connection of the driver. */
export type Sqlite = InstanceType<typeof Database>

/** A prepared statement of the driver. */
export type Statement = ReturnType<Sqlite['prepare']>
