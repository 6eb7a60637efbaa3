/** Why a change of the register cannot be made. */
import { Unusable } from '../core/core.ts'

/** A sentence for the operator that says what is wrong and what to do. */
export class RegisterFault extends Unusable {}

/** What is wrong within something larger is told with its place there. @throws RegisterFault */
export function placed<T> (where: string, work: () => T): T {
  try { return work() } catch (error) {
    throw error instanceof Unusable ? new RegisterFault(`${where}: ${error.message}`) : error
  }
}
