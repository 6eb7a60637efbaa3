/** A Di01 or Du01 at the municipal door: what it says, as the flow of both doors of the chain takes it. */
import { partyCode, partyKind, Refusal, type PartyCode } from '../../core/core.ts'
import type { Arriving } from '../../arrivals.ts'
import type { Who } from '../../party/party.ts'
import type { Envelop } from '../../stuf/stuf.ts'
import type { GgkParts } from './parts.ts'

/** @returns the party, when the account may send anything for it @throws Refusal ZP_NOT_SENDER */
export function senderOf (organisatie: string, { account }: Who, { parties, now }: Pick<GgkParts, 'parties' | 'now'>): PartyCode {
  const party = partyKind(organisatie) === null ? null : partyCode(organisatie)
  const view = party === null ? null : parties.view(account, party, now())
  if (party === null || view === null || view.send.length === 0) throw new Refusal('ZP_NOT_SENDER', `account ${account.id}: zender.organisatie`)
  return party
}

function wireOf ({ stuurgegevens, parameters, digest }: Envelop): Arriving['by']['wire'] {
  const { zender, ontvanger, functie, referentienummer: number, crossRefnummer } = stuurgegevens
  return {
    number,
    conversatie: null,
    answers: crossRefnummer,
    digest,
    says: { sender: zender.organisatie, receiver: ontvanger.organisatie, type: functie, versie: Number(parameters?.functieVersie ?? 0), subversie: Number(parameters?.functieSubversie ?? 0) },
    told: { applicatie: zender.applicatie, applicatieVersie: parameters?.applicatieVersie ?? null, applicatieSubversie: parameters?.applicatieSubversie ?? null, referentieId: null, actie: null }
  }
}

/** @returns what came, for the flow; an envelope that cannot be used comes without its payload */
export function arrivingOf (envelop: Envelop, party: PartyCode, { account, certificate }: Who, notice: GgkParts['notice']): Arriving {
  const { objection, payload } = envelop
  return {
    door: 'ggk',
    payload: payload ?? new Uint8Array(),
    by: { account: account.id, party, certificate: certificate.fingerprint, wire: wireOf(envelop) },
    wrong: objection === null ? null : new Refusal(objection.refusal, objection.omschrijving),
    notice: refusal => notice(envelop, party, refusal)
  }
}
