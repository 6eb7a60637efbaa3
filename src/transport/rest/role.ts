/** What an account may do by its role, beside what it may for its party. */
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../core/core.ts'
import type { Account } from '../../store/store.ts'
import type { RouteParts } from './parts.ts'

/** @returns the refusal of an account whose role is not one of those that are needed: it tells of the asking account only */
export const wrongRole = ({ id, role }: Account, needed: ReadonlyArray<Account['role']>): Refusal =>
  new Refusal('ZP_ACCOUNT_ROLE', `account ${id}: rol / role ${role}; nodig / needed: ${needed.join(', ')}`)

/** @returns the account that is asking, when it has one of these roles @throws Refusal ZP_ACCOUNT_ROLE */
export const roleIn = ({ who }: Pick<RouteParts, 'who'>, ...roles: ReadonlyArray<Account['role']>) => (request: FastifyRequest): Account => {
  const { account } = who(request)
  if (!roles.includes(account.role)) throw wrongRole(account, roles)
  return account
}
