import { createToken } from './token.js'

/** The place of a project, and what it may access. */
export interface ProjectAccess {
  /** The folder of the config file: relative paths start here. */
  readonly directory: string
  /** Whether paths outside `directory` may be used. */
  readonly allowOutsidePaths: boolean
  /** Whether addresses from rows, and web addresses of files, may lie in private networks. */
  readonly allowPrivateAddresses: boolean
}

/** A project as its components see it. */
export interface Project extends ProjectAccess {
  /** Where runs and answers are stored. */
  readonly stateDirectory: string
}

/** The project for which a component is created. */
export const PROJECT = createToken<Project>('project')
