import { createToken } from './token.js'

/** Where a project is, and what it may reach. */
export interface ProjectAccess {
  /** The folder of the config file: relative paths start here. */
  readonly directory: string
  /** Whether paths outside `directory` may be used. */
  readonly allowOutsidePaths: boolean
  /** Whether addresses that come from rows may lie in private networks. */
  readonly allowPrivateAddresses: boolean
}

/** A project as what is made for it sees it. */
export interface Project extends ProjectAccess {
  /** Where runs and answers are kept. */
  readonly stateDirectory: string
}

/** The project that something is made for. */
export const PROJECT = createToken<Project>('project')
