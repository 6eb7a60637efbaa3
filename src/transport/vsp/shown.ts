/** A message that waits, as the provider door shows it: BerichtMetadata with where its payload is and what it weighs. */
import { Type, type Static } from 'typebox'
import { rfc3339 } from '../../core/core.ts'
import type { Numbers, StoredMessage, View, WireTold } from '../../store/store.ts'
import { closed, metadataMembers, type BerichtMetadata } from './metadata.ts'
import { openPacking, type Facts } from './packing.ts'
import type { VspParts } from './parts.ts'
import { openValues } from './values.ts'

const payloadShape = Type.Object({
  url: Type.String({ description: 'Where it is fetched.' }),
  grootte: Type.Integer({ minimum: 1, description: 'Bytes that will be sent.' }),
  checksum: Type.Object({
    algoritme: Type.Literal('SHA256'),
    waarde: Type.String({ description: 'Of the bytes that will be sent: 64 lower-case hexadecimal digits.' })
  }, { ...closed, $id: 'Checksum' })
}, { ...closed, $id: 'Payload' })

/** What a pull says of a message. */
export const shownShape = Type.Object({
  basisgegevens: Type.Object({ ontvangenOp: Type.String({ format: 'date-time', description: 'When the gateway received it from its sender.' }), payload: payloadShape }, { ...closed, $id: 'Basisgegevens' }),
  ...metadataMembers
}, { ...closed, $id: 'OntvangenBericht' })
export type Shown = Static<typeof shownShape>

/** Below the prefix of the door. */
export const pullPath = '/berichten/rest-pull/v1/berichten'

/** What is told of who sent by another door, or is the gateway itself. */
const unsaid: Pick<WireTold, 'applicatie' | 'applicatieVersie' | 'applicatieSubversie'> = { applicatie: 'Zorgpoort', applicatieVersie: '0001', applicatieSubversie: '0000' }

/** Versions are numbers here: `0004` is 4. */
function contextOf (told: WireTold | null): NonNullable<BerichtMetadata['verwerkingscontext']> {
  const { applicatie, applicatieVersie, applicatieSubversie } = told?.applicatie == null ? unsaid : told
  const its = { Applicatie: applicatie, ApplicatieVersie: applicatieVersie?.replace(/^0+(?=\d)/, ''), ApplicatieSubversie: applicatieSubversie?.replace(/^0+(?=\d)/, '') }
  return Object.entries(its).flatMap(([sleutel, waarde]) => waarde == null ? [] : [{ sleutel, waarde: [waarde] }])
}

/** The name of a ZIP's one file. */
export const fileName = ({ number }: Pick<Numbers, 'number'>): string => `${number}.xml`

export interface Show {
  /** Shows a message to one view; `base` is the address of this door as its client knows it. @returns null where the view has no number for it */
  show (view: View, message: StoredMessage, base: string): Promise<Shown | null>
  /** @returns how many bytes have to be packed before it can be shown */
  toPack (view: View, message: StoredMessage): number
}

export function openShow (parts: Pick<VspParts, 'store' | 'parties' | 'now' | 'values'>): Show {
  const { store } = parts
  const values = openValues(parts.values, parts.parties, parts.now)
  const packing = openPacking()

  /** What is no longer kept cannot be packed: of that its own size and digest are told, and fetching it says so. */
  const plain = (view: View, message: StoredMessage): boolean => values.payload(view.party) === 'xml' || message.payload_gone !== null

  async function factsOf (view: View, message: StoredMessage, numbers: Numbers): Promise<Facts> {
    if (plain(view, message)) return message
    return await packing.facts(message.id, fileName(numbers), () => store.payload(view, message.id)) ?? message
  }

  async function one (view: View, message: StoredMessage, numbers: Numbers, base: string): Promise<Shown> {
    const { size_bytes, sha256 } = await factsOf(view, message, numbers)
    return {
      basisgegevens: { ontvangenOp: rfc3339(message.received), payload: { url: `${base}${pullPath}/${numbers.number}/payload`, grootte: size_bytes, checksum: { algoritme: 'SHA256', waarde: sha256 } } },
      routeringgegevens: { afzender: values.relatie(message.sender), geadresseerden: [values.relatie(message.receiver)], berichtstroom: values.berichtstroom(message.type) },
      referentiegegevens: { conversatieId: numbers.conversatie, traceerId: numbers.number, ...numbers.answers === null ? {} : { alsAntwoordOp: numbers.answers } },
      verwerkingscontext: contextOf(await store.wireTold(message.id))
    }
  }

  return {
    async show (view, message, base) {
      const numbers = (await store.numbers(view.party, [message.id])).get(message.id)
      return numbers === undefined ? null : await one(view, message, numbers, base)
    },
    toPack: (view, message) => plain(view, message) || packing.knows(message.id) ? 0 : message.size_bytes
  }
}
