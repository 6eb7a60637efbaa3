/** Who is asking: decided from the client certificate in the first hook of every request, before any body is read. */
import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import { fingerprint, Refusal, type Clock, type Fingerprint } from '../../core/core.ts'
import type { Parties, Who } from '../../party/party.ts'

/** What a connection's certificate says; it cannot change while the connection lives. */
interface Shown { readonly fingerprint: Fingerprint, readonly from: number, readonly until: number }

const shownBy = new WeakMap<object, Shown>()

function read (socket: TLSSocket): Shown | null {
  const certificate: X509Certificate | undefined = socket.getPeerX509Certificate?.()
  if (certificate === undefined) return null
  const digest = fingerprint(certificate.fingerprint256.replaceAll(':', '').toLowerCase())
  return { fingerprint: digest, from: Date.parse(certificate.validFrom), until: Date.parse(certificate.validTo) }
}

function shown (socket: TLSSocket): Shown {
  const known = shownBy.get(socket) ?? read(socket)
  if (known === null) throw new Refusal('ZP_CERTIFICATE', 'geen clientcertificaat / no client certificate')
  shownBy.set(socket, known)
  return known
}

/**
 * Decided anew at every request, so that switching an account off also ends what its open connections may do.
 * @throws Refusal ZP_CERTIFICATE: none, outside its dates, or of no active account
 */
export async function identify (request: FastifyRequest, parties: Parties, clock: Clock): Promise<Who> {
  const { fingerprint, from, until } = shown(request.raw.socket as TLSSocket)
  const now = clock.now()
  if (now < from) throw new Refusal('ZP_CERTIFICATE', `nog niet geldig / not valid before ${new Date(from).toISOString()}`)
  if (now > until) throw new Refusal('ZP_CERTIFICATE', `verlopen / expired ${new Date(until).toISOString()}`)
  await parties.refresh()
  const who = parties.byCertificate(fingerprint)
  if (who === null) throw new Refusal('ZP_CERTIFICATE', `niet geregistreerd / not registered: SHA-256 ${fingerprint}`)
  return who
}
