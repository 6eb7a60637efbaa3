/** What a push says of its message, as the gateway knows it. */
import { hash } from 'node:crypto'
import { partyCode, sha256Hex, type PartyCode } from '../../core/core.ts'
import type { Wire, WireTold } from '../../store/store.ts'
import type { BerichtMetadata } from './metadata.ts'

/** The same whatever the order of members and the letters of a UUID: software that writes its request anew says the same. */
function canonical (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1).map(([name, it]) => [name, canonical(it)]))
}

const padded = (version: string | null): string | null => version?.padStart(4, '0') ?? null

function toldIn ({ routeringgegevens: { berichtstroom: { actie } }, referentiegegevens: { referentieId }, verwerkingscontext = [] }: BerichtMetadata): WireTold {
  const valueOf = (sleutel: string): string | null => verwerkingscontext.find(it => it.sleutel === sleutel)?.waarde[0] ?? null
  return {
    applicatie: valueOf('Applicatie'),
    applicatieVersie: padded(valueOf('ApplicatieVersie')),
    applicatieSubversie: padded(valueOf('ApplicatieSubversie')),
    referentieId: referentieId ?? null,
    actie
  }
}

/** @returns who says he sends it: `readMetadata` has seen to it that he is named */
export const senderIn = ({ routeringgegevens: { afzender } }: BerichtMetadata): PartyCode => partyCode(afzender?.code ?? '')
/** @returns the one who is to get it */
const receiverIn = ({ routeringgegevens: { geadresseerden } }: BerichtMetadata): PartyCode => partyCode(geadresseerden?.[0]?.code ?? '')

/** @param content the message itself: a ZIP that is packed anew around the same message is the same */
export function wireOf (metadata: BerichtMetadata, content: Uint8Array): Wire {
  const { routeringgegevens: { berichtstroom: { berichtsubtype = '', berichtversie, berichtsubversie } }, referentiegegevens } = metadata
  const [number, conversatie, answers] = [referentiegegevens.traceerId, referentiegegevens.conversatieId, referentiegegevens.alsAntwoordOp].map(it => it?.toLowerCase() ?? null)
  const said = JSON.stringify(canonical({ ...metadata, referentiegegevens: { ...referentiegegevens, traceerId: number, conversatieId: conversatie, alsAntwoordOp: answers } }))
  return {
    number: number ?? '',
    conversatie: conversatie === number ? null : conversatie ?? null,
    answers: answers ?? null,
    digest: sha256Hex(hash('sha256', `${said}\n${hash('sha256', content, 'hex')}`, 'hex')),
    says: { sender: senderIn(metadata), receiver: receiverIn(metadata), type: berichtsubtype, versie: berichtversie, subversie: berichtsubversie },
    told: toldIn(metadata)
  }
}
