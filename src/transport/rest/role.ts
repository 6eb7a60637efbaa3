/** What an account may do by its role, beside what it may for its party. */
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../core/core.ts'
import type { Account } from '../../store/store.ts'
import type { RouteParts } from './parts.ts'

/** @returns the account that is asking, when it has one of these roles @throws Refusal ZP_ACCOUNT_ROLE */
export const roleIn = ({ who }: Pick<RouteParts, 'who'>, ...roles: ReadonlyArray<Account['role']>) => (request: FastifyRequest): Account => {
  const { account } = who(request)
  if (!roles.includes(account.role)) throw new Refusal('ZP_ACCOUNT_ROLE', `account ${account.id}`)
  return account
}
