/** What the doctor says, line by line, and the rule that no check ends in a stack. */
import { Unusable } from '../../src/core/core.ts'
import { StoreFailure, type Place } from '../../src/store/store.ts'
import type { Config } from '../../src/config.ts'
import type { Instant } from '../../src/core/core.ts'

/** One thing that was looked at. `todo` says what to do, and stands with every warning and error. */
export interface Line { readonly level: 'ok' | 'warning' | 'error', readonly about: string, readonly says: string, readonly todo: string | null }

/** What is looked over: the settings that could be read, and the moment. */
export interface Patient {
  readonly settings: Readonly<Partial<Config>>
  /** The database's file; null when none is named, or it is on a server. */
  readonly path: string | null
  /** How its server is spoken to; null when it is a file, none is named, it does not let us in, or what is said of it cannot be used. */
  readonly server: Exclude<Place, { readonly path: string }> | null
  readonly now: Instant
  /** Read everything, however large. */
  readonly full: boolean
}

export type Check = (patient: Patient) => readonly Line[] | Promise<readonly Line[]>

export const ok = (about: string, says: string): Line => ({ level: 'ok', about, says, todo: null })
export const warning = (about: string, says: string, todo: string): Line => ({ level: 'warning', about, says, todo })
export const error = (about: string, says: string, todo: string): Line => ({ level: 'error', about, says, todo })

/** @returns the sentence of an error that has one of ours; else its code */
export function sentenceOf (thrown: unknown): string {
  if (thrown instanceof Unusable || thrown instanceof StoreFailure) return thrown.message
  if (thrown instanceof Error) return 'code' in thrown ? String(thrown.code) : thrown.name
  return 'unknown'
}

/** @returns the check's lines, or one that says that it could not be made */
export async function made (about: string, check: Check, patient: Patient): Promise<readonly Line[]> {
  try { return await check(patient) } catch (thrown) {
    return [error(about, `could not be checked: ${sentenceOf(thrown)}`, 'mend what stands above first, then ask again')]
  }
}
