/** What software of providers sends: BerichtMetadata, and bodies as .NET, Java and curl write them. */
import { randomUUID } from 'node:crypto'
import { modelOf, type MessageType } from '../../src/standard/standard.ts'
import { aanbieder, gemeente } from '../flow/world.ts'

/** Where a push goes. */
export const pushPath = '/berichtenservice/berichten/rest-push/v1/berichten'

/** JSON that tests may put anything into. */
export interface Json { [name: string]: unknown }

/** Who sends messages of this type. */
export const byProvider = (type: MessageType): boolean => ['02', '05', '07', '15', '17', '20', '23'].includes(type.slice(-2))

/** BerichtMetadata that is right for a message between the gemeente and the aanbieder of the tests. */
export function metadata (type: MessageType = 'WMO305', references: Json = {}) {
  const { versie, subversie } = modelOf(type)
  const parties = [{ rol: 'Instelling', code: String(aanbieder) }, { rol: 'Gemeente', code: String(gemeente) }] as const
  const [afzender, geadresseerde] = byProvider(type) ? parties : [parties[1], parties[0]]
  const traceerId = String(references['traceerId'] ?? randomUUID())
  return {
    routeringgegevens: {
      afzender: { ...afzender },
      geadresseerden: [{ ...geadresseerde }],
      berichtstroom: { berichttype: type.replace(/\d+/, ''), berichtsubtype: type, berichtversie: versie, berichtsubversie: subversie, actie: 'Melding' }
    },
    referentiegegevens: { conversatieId: traceerId, traceerId, ...references },
    verwerkingscontext: [{ sleutel: 'Applicatie', waarde: ['Zorgpakket'] }, { sleutel: 'ApplicatieVersie', waarde: ['12'] }, { sleutel: 'ApplicatieSubversie', waarde: ['3'] }]
  }
}
export type Metadata = ReturnType<typeof metadata>

/** A request as it is written. */
export interface Written { readonly type: string, readonly body: Buffer }
type Bytes = Uint8Array | string

const written = (type: string, ...lines: readonly Bytes[]): Written =>
  ({ type: `multipart/form-data; boundary=${type}`, body: Buffer.concat(lines.map(it => Buffer.from(it))) })
const textOf = (it: unknown): Bytes => typeof it === 'string' || it instanceof Uint8Array ? it : JSON.stringify(it)

/** Parts as somebody gives them, header lines and all. */
export function bodyOf (parts: ReadonlyArray<readonly [headers: readonly string[], content: Bytes]>, border = 'grens', end = `--${border}--\r\n`): Written {
  return written(border, ...parts.flatMap(([headers, content]) => [`--${border}\r\n${headers.map(it => `${it}\r\n`).join('')}\r\n`, content, '\r\n']), end)
}

/** HttpClient of .NET: names unquoted, the boundary quoted, type before disposition, and file names twice. */
export const dotnet = (metadata: unknown, payload: Bytes, border: string = randomUUID()): Written => written(`"${border}"`,
  `--${border}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Disposition: form-data; name=berichtMetadata\r\n\r\n`, textOf(metadata),
  `\r\n--${border}\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data; name=payload; filename=bericht.xml; filename*=utf-8''bericht.xml\r\n\r\n`, payload,
  `\r\n--${border}--\r\n`)

/** Apache HttpClient of Java, its payload first. */
export const java = (metadata: unknown, payload: Bytes, border = 'pPQ3Y7J2m1s-lOqXNmQ0m_4Rz'): Written => written(`${border}; charset=UTF-8`,
  `--${border}\r\nContent-Disposition: form-data; name="payload"; filename="bericht.xml"\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n`, payload,
  `\r\n--${border}\r\nContent-Disposition: form-data; name="berichtMetadata"\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`, textOf(metadata),
  `\r\n--${border}--\r\n`)

/** curl -F 'berichtMetadata=…;type=application/json' -F 'payload=@bericht.xml;type=application/octet-stream' */
export const curl = (metadata: unknown, payload: Bytes, border = '------------------------d74496d66958873e'): Written => written(border,
  `--${border}\r\nContent-Disposition: form-data; name="berichtMetadata"\r\nContent-Type: application/json\r\n\r\n`, textOf(metadata),
  `\r\n--${border}\r\nContent-Disposition: form-data; name="payload"; filename="bericht.xml"\r\nContent-Type: application/octet-stream\r\n\r\n`, payload,
  `\r\n--${border}--\r\n`)
