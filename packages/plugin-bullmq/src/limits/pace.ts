/** How far rates may run ahead: what processes lose between their exchanges is made up within this time. */
export const slackMs = 500
/** How soon a call looks again when other processes make as many calls as are allowed at once. */
export const busyWaitMs = 50
