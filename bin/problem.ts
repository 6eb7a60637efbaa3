/** The two ways a command ends badly on purpose. */

/** The command was called wrongly: exit 2. */
export class WrongUse extends Error {}
/** What was asked cannot be done, and why: exit 1. */
export class Problem extends Error {}
