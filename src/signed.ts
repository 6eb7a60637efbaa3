/** A sender's own signature at the door: whether it holds, and what is kept of it as evidence. */
import { Refusal, type Instant, type PartyCode } from './core/core.ts'
import type { Parties } from './party/party.ts'
import type { SignatureFault, verifySignature } from './sign/sign.ts'
import type { Family } from './standard/standard.ts'
import type { KeptSignature } from './store/store.ts'

/** What of the certificate is wrong, which somebody must have registered anew; everything else is wrong with the signature. */
const ofSigner: ReadonlySet<SignatureFault> = new Set(['signer', 'key', 'usage', 'validity', 'revoked'])

const why: Readonly<Record<SignatureFault, string>> = {
  size: 'te groot / too large: > 8192 bytes',
  form: 'geen losse CMS in DER / not a detached CMS in DER',
  attached: 'de inhoud staat erin; onderteken los / it holds the content; sign detached',
  signers: 'niet precies één ondertekenaar / not exactly one signer',
  algorithm: 'algoritme / algorithm: SHA-256, SHA-384, SHA-512; RSA, RSASSA-PSS, ECDSA',
  digest: 'gezet over andere bytes / made over other bytes',
  certificate: 'noemt een ander certificaat / names another certificate',
  signature: 'niet met de sleutel van het certificaat gezet / not made with the certificate’s key',
  signer: 'certificaat niet geregistreerd om mee te ondertekenen / certificate not registered for signing',
  key: 'sleutel te zwak of van een andere soort / key weak or of another kind: RSA 2048–8192, P-256, P-384',
  usage: 'certificaat niet voor ondertekenen / certificate not for signing',
  validity: 'certificaat nu niet geldig / certificate not valid now',
  revoked: 'certificaat ingetrokken, of dat is niet na te gaan / certificate revoked, or nobody can tell'
}

/** One message with its signature, as it came. */
interface Signing { readonly signature: Uint8Array, readonly payload: Uint8Array, readonly party: PartyCode, readonly family: Family, readonly at: Instant }

/** @returns what is kept @throws Refusal ZP_SIGNER or ZP_SIGNATURE, saying which check failed */
export function signed ({ signature, payload, party, family, at }: Signing, parties: Pick<Parties, 'signersOf'>, verify: typeof verifySignature): KeptSignature {
  const verdict = verify({ signature, payload, signers: parties.signersOf(party, family, at), at })
  if (verdict.ok) return { cms: signature, signer: verdict.signer, certificate: verdict.certificate, checked: at }
  const { reason, signer } = verdict
  throw new Refusal(ofSigner.has(reason) ? 'ZP_SIGNER' : 'ZP_SIGNATURE', `X-Signature: ${why[reason]}${signer === null ? '' : `: SHA-256 ${signer}`}`)
}
