export type * from './component-types.js'
export { dbErrors } from './errors.js'
export { default } from './plugin.js'
export { DBStorage, type DBStorageOptions } from './storage/database-storage.js'
