/** Who is asking: decided from the client certificate in the first hook of every request, before any body is read. */
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import { fingerprint, instant, Refusal, type Clock, type Fingerprint, type Instant } from '../../core/core.ts'
import type { Parties, Who } from '../../party/party.ts'
import type { Known, Presented, Standing, Trust } from '../../sign/sign.ts'

/** What a connection's certificate says; it cannot change while the connection lives. What takes time is found out once. */
interface Shown {
  readonly fingerprint: Fingerprint
  readonly from: number
  readonly until: number
  readonly socket: TLSSocket
  presented?: Presented | null
  known?: Known | null
  /** Of the pinned certificate, or of the one an authority makes known. */
  standing?: { readonly pinned: boolean, readonly it: Standing }
}

/** What decides; `clock` is the gateway's. */
export interface Deciding { readonly parties: Parties, readonly trust: Trust, readonly clock: Clock }

const shownBy = new WeakMap<object, Shown>()

function read (socket: TLSSocket): Shown | null {
  const certificate = socket.getPeerX509Certificate?.()
  if (certificate === undefined) return null
  const digest = fingerprint(certificate.fingerprint256.replaceAll(':', '').toLowerCase())
  return { fingerprint: digest, from: Date.parse(certificate.validFrom), until: Date.parse(certificate.validTo), socket }
}

function shown (socket: TLSSocket): Shown {
  const known = shownBy.get(socket) ?? read(socket)
  if (known === null) throw new Refusal('ZP_CERTIFICATE', 'geen clientcertificaat / no client certificate')
  shownBy.set(socket, known)
  return known
}

/** @returns the certificates the client sent, its own first; a root, which names itself as its issuer, ends them */
function chainOf (socket: TLSSocket): Uint8Array[] {
  const all: Uint8Array[] = []
  let it: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true)
  while (it?.raw !== undefined && all.length < 10) {
    all.push(it.raw)
    it = it.issuerCertificate === it ? undefined : it.issuerCertificate
  }
  return all
}

function presented (it: Shown, trust: Trust): Presented {
  if (it.presented === undefined) it.presented = trust.read(chainOf(it.socket))
  if (it.presented === null) throw new Refusal('ZP_CERTIFICATE', 'onleesbaar / cannot be read')
  return it.presented
}

const unknown = ({ fingerprint }: Shown, why: string): Refusal => new Refusal('ZP_CERTIFICATE', `niet geregistreerd / not registered: SHA-256 ${fingerprint}${why}`)

/** @throws Refusal ZP_CERTIFICATE when no trusted authority, or no OIN, makes it an active account's */
function byAuthority (it: Shown, { parties, trust }: Deciding, now: Instant): Who {
  const given = presented(it, trust)
  if (it.known === undefined) it.known = trust.known(given, now)
  if (it.known === null) throw unknown(it, '')
  if (!trust.valid(it.known, now)) throw unknown(it, ' (uitgever verlopen / issuer expired)')
  const { oin, subject } = it.known
  const account = oin === null ? null : parties.byOin(oin)
  if (account === null) throw unknown(it, oin === null ? ' (geen OIN / no OIN)' : ' (OIN onbekend / unknown OIN)')
  return { account, certificate: { fingerprint: it.fingerprint, use: 'tls', subject, not_after: instant(it.until), pem: null } }
}

const whyNot: Readonly<Record<Exclude<Standing['why'], null>, string>> = {
  revoked: 'ingetrokken / revoked',
  missing: 'geen intrekkingslijst van de uitgever / no revocation list of its issuer',
  expired: 'intrekkingslijst van de uitgever verlopen / revocation list of its issuer expired',
  unknown: 'intrekkingslijst van de uitgever niet te controleren / revocation list of its issuer cannot be checked'
}

/** @throws Refusal ZP_CERTIFICATE when it is revoked, or that cannot be told and should */
function refuseRevoked (it: Shown, pinned: boolean, trust: Trust, now: Instant): void {
  if (it.standing?.pinned !== pinned || !trust.stands(it.standing.it, now)) {
    it.standing = { pinned, it: pinned || it.known === undefined || it.known === null ? trust.pinnedStanding(presented(it, trust)) : trust.standing(it.known) }
  }
  const { why } = it.standing.it
  if (why !== null) throw new Refusal('ZP_CERTIFICATE', whyNot[why])
}

/**
 * Decided anew at every request, so that switching an account off, or revoking a certificate, also ends what open connections may do.
 * A certificate that is registered is known by that alone, or not at all; another by its authority and OIN.
 * @throws Refusal ZP_CERTIFICATE: none, outside its dates, of no active account, or revoked
 */
export async function identify (request: FastifyRequest, deciding: Deciding): Promise<Who> {
  const { parties, trust, clock } = deciding
  const it = shown(request.raw.socket as TLSSocket)
  const now = clock.now()
  if (now < it.from) throw new Refusal('ZP_CERTIFICATE', `nog niet geldig / not valid before ${new Date(it.from).toISOString()}`)
  if (now > it.until) throw new Refusal('ZP_CERTIFICATE', `verlopen / expired ${new Date(it.until).toISOString()}`)
  await parties.refresh()
  const pinned = parties.byCertificate(it.fingerprint)
  if (pinned === null && parties.registered(it.fingerprint)) throw unknown(it, '')
  const who = pinned ?? byAuthority(it, deciding, now)
  refuseRevoked(it, pinned !== null, trust, now)
  return who
}
