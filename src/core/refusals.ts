/** The one table of every "no" the gateway says at its door. A code is never reused. */
import type { Finding } from './finding.ts'
import type { MessageId } from './ids.ts'

export interface RefusalKind {
  /** HTTP status. */
  readonly status: number
  /** The chain's own code (BRS…, IB…) that says the same; null where there is none. */
  readonly transportCode: string | null
  /** What the caller does: mend the message, try the same again later, have something configured, or nothing (it is already done). */
  readonly retry: 'mend' | 'later' | 'configure' | 'drop'
  readonly nl: string
  readonly en: string
}

const kind = (status: number, transportCode: string | null, retry: RefusalKind['retry'], nl: string, en: string): RefusalKind =>
  ({ status, transportCode, retry, nl, en })

export const refusals = {
  ZP_REQUEST: kind(400, null, 'mend', 'De aanvraag klopt niet.', 'The request is not well formed.'),
  ZP_REASON: kind(400, null, 'mend', 'Zeg met X-Reason waarom u dit bericht leest; het wordt vastgelegd.', 'Say with X-Reason why you read this message; it is written down.'),
  ZP_QUERY: kind(400, null, 'mend', 'Een zoekparameter of pad klopt niet.', 'A query parameter or path is wrong.'),
  ZP_PARTY: kind(400, null, 'mend', 'Dit account handelt voor meer partijen; noem er een.', 'This account acts for several parties; name one.'),
  ZP_CERTIFICATE: kind(401, null, 'configure', 'Er is geen bruikbaar clientcertificaat meegestuurd.', 'No usable client certificate was presented.'),
  ZP_ACCOUNT_ROLE: kind(403, 'BRS02', 'configure', 'Dit account mag dit niet doen.', 'This account may not do this.'),
  ZP_NOT_SENDER: kind(403, 'BRS03', 'configure', 'Dit account mag niet namens deze partij verzenden.', 'This account may not send on behalf of this party.'),
  ZP_SENDER_FAMILY: kind(403, 'BRS02', 'configure', 'De afzender is niet aangesloten voor deze standaard.', 'The sender is not connected for this standard.'),
  ZP_RECEIVER_FAMILY: kind(403, 'BRS05', 'configure', 'De ontvanger is niet aangesloten voor deze standaard.', 'The receiver is not connected for this standard.'),
  ZP_SIGNER: kind(403, null, 'configure', 'De ondertekenaar is niet geldig geregistreerd voor deze afzender.', 'The signer is not registered for this sender, or not valid.'),
  ZP_NOT_FOUND: kind(404, null, 'mend', 'Dit bestaat niet, of is niet van u.', 'This does not exist, or is not yours.'),
  ZP_SLOW: kind(408, null, 'later', 'De aanvraag kwam te langzaam binnen.', 'The request came in too slowly.'),
  ZP_IDENTIFICATIE_REUSED: kind(409, 'BRS20', 'mend', 'Deze Identificatie is al gebruikt voor een ander bericht van dit type.', 'This Identificatie was used before, for another message of this type.'),
  ZP_REPLACES: kind(422, null, 'mend', 'Wat dit bericht zegt te vervangen, is niet van u, is niet afgewezen, beantwoord of opgegeven, of is al vervangen.', 'What this message says it replaces is not yours, was neither refused, rejected, answered nor given up, or is replaced already.'),
  ZP_RETOUR_SECOND: kind(409, null, 'drop', 'Dit bericht is al beantwoord.', 'This message has been answered already.'),
  ZP_NUMBER: kind(409, 'BRS114', 'mend', 'Onder dit referentienummer (traceerId) kwam al iets anders. Stuur dat ongewijzigd opnieuw (ook tijdstipBericht), of neem voor een ander bericht een nieuw nummer.', 'Something else came under this referentienummer (traceerId) before. Send that again unchanged (tijdstipBericht too), or take a new number for another message.'),
  ZP_DECIDED: kind(409, null, 'drop', 'Hierover is al besloten, of niemand hoeft erover te beslissen.', 'This was decided already, or nobody needs to decide about it.'),
  ZP_PAYLOAD_GONE: kind(410, null, 'drop', 'De inhoud van dit bericht wordt niet meer bewaard.', 'The payload of this message is no longer kept.'),
  ZP_SIZE: kind(413, 'BRS06', 'mend', 'Het bericht is te groot.', 'The message is too large.'),
  ZP_ZIP_MEMBER_SIZE: kind(413, 'BRS19', 'mend', 'Een lid van het ZIP-bestand is te groot.', 'A member of the ZIP is too large.'),
  ZP_ZIP_EXPANDS: kind(413, 'BRS15', 'mend', 'Het ZIP-bestand pakt uit tot te veel.', 'The ZIP unpacks to too much.'),
  ZP_MEDIA_TYPE: kind(415, null, 'mend', 'Stuur wat hier past (een bericht application/xml, een batch application/zip, SOAP text/xml, VSP multipart/form-data), zonder Content-Encoding.', 'Send what fits here (a message application/xml, a batch application/zip, SOAP text/xml, VSP multipart/form-data), without Content-Encoding.'),
  ZP_XML: kind(422, 'BRS14', 'mend', 'Dit is geen bruikbaar XML-document.', 'This is not a usable XML document.'),
  ZP_SCHEMA: kind(422, 'BRS13', 'mend', 'Het bericht voldoet niet aan het schema (controleniveau 1).', 'The message does not meet the schema (control level 1).'),
  ZP_TYPE: kind(422, 'BRS13', 'mend', 'Dit berichttype wordt niet ondersteund, of de Header spreekt het tegen.', 'This message type is not supported, or its Header contradicts it.'),
  ZP_CONTENT: kind(422, 'BRS28', 'mend', 'Het bericht voldoet niet aan de regels binnen het bericht (controleniveau 2).', 'The message breaks rules within the message (control level 2).'),
  ZP_RECEIVER_UNKNOWN: kind(422, 'BRS04', 'configure', 'De ontvanger is niet aangesloten op deze gateway.', 'The receiver is not connected to this gateway.'),
  ZP_TEST_BSN: kind(422, 'BRS18', 'mend', 'Dit is een testgateway: alleen Bsn’s 999900006 tot en met 999999990 die aan de elfproef voldoen.', 'This is a test gateway: only Bsns 999900006 to 999999990 that pass the eleven test.'),
  ZP_SIGNATURE: kind(422, null, 'mend', 'De handtekening in X-Signature klopt niet.', 'The signature in X-Signature does not hold.'),
  ZP_RETOUR_UNKNOWN: kind(422, null, 'mend', 'Dit antwoord hoort bij geen bericht dat aan u is aangeboden.', 'This answer belongs to no message that was offered to you.'),
  ZP_RETOUR_ECHO: kind(422, null, 'mend', 'De Header van het retourbericht herhaalt die van het heenbericht niet ongewijzigd.', 'The Header of the retour does not repeat that of the heenbericht unchanged.'),
  ZP_CROSS: kind(422, null, 'mend', 'Het nummer van het beantwoorde bericht (crossRefnummer, alsAntwoordOp) is dat van een ander bericht, of van geen.', 'The number of the message that is answered (crossRefnummer, alsAntwoordOp) is that of another message, or of none.'),
  ZP_ENVELOPE: kind(422, null, 'mend', 'De envelop (stuurgegevens, parameters, berichtMetadata) klopt niet.', 'The envelope (stuurgegevens, parameters, berichtMetadata) is not right.'),
  ZP_ENVELOPE_PAYLOAD: kind(422, null, 'mend', 'De envelop en het bericht spreken elkaar tegen.', 'The envelope and the message contradict each other.'),
  ZP_ZIP: kind(422, 'BRS15', 'mend', 'Dit is geen bruikbaar ZIP-bestand.', 'This is not a usable ZIP file.'),
  ZP_ZIP_MANY: kind(422, 'BRS16', 'mend', 'Er zitten te veel berichten in het ZIP-bestand.', 'There are too many messages in the ZIP.'),
  ZP_ZIP_PASSWORD: kind(422, 'BRS17', 'mend', 'Het ZIP-bestand is met een wachtwoord beveiligd.', 'The ZIP is protected by a password.'),
  ZP_ZIP_EMPTY: kind(422, 'BRS21', 'mend', 'Er zit geen bericht in het ZIP-bestand.', 'There is no message in the ZIP.'),
  ZP_ZIP_FOLDER: kind(422, 'BRS29', 'mend', 'Het ZIP-bestand bevat mappen; zet alle berichten bovenin.', 'The ZIP has folders; put all messages at its top.'),
  ZP_REGISTER: kind(422, null, 'mend', 'Deze wijziging van het register kan niet.', 'This change of the register cannot be made.'),
  ZP_POISON: kind(422, null, 'mend', 'Dit bericht kon twee keer niet veilig gecontroleerd worden.', 'This message could not be checked safely, twice.'),
  ZP_HEADERS: kind(431, null, 'mend', 'De aanvraag heeft te veel of te grote headers.', 'The request has too many headers, or too large ones.'),
  ZP_RATE: kind(429, null, 'later', 'Er komen te veel aanvragen van dit account; wacht zo lang als Retry-After zegt.', 'This account asks too much; wait as long as Retry-After says.'),
  ZP_INTERNAL: kind(500, null, 'later', 'Er ging bij ons iets mis; probeer het later met dezelfde bytes opnieuw.', 'Something went wrong on our side; try the same bytes again later.'),
  ZP_DAMAGED: kind(500, null, 'later', 'Wat de gateway hiervan bewaart is beschadigd; de beheerder van de gateway moet het herstellen.', 'What the gateway keeps of this is damaged; the operator of the gateway has to restore it.'),
  ZP_SEAL: kind(503, null, 'later', 'De gateway kan nu niet verzegelen: zijn zegelcertificaat is verlopen, of volgens zijn klok nog niet geldig.', 'The gateway cannot seal now: its seal certificate has expired, or is not valid yet by its clock.'),
  ZP_BUSY: kind(503, null, 'later', 'De gateway is te druk; probeer het zo opnieuw.', 'The gateway is too busy; try again shortly.'),
  ZP_DISK: kind(507, null, 'later', 'De opslag van de gateway is vol of niet beschrijfbaar.', 'The gateway’s storage is full or cannot be written.')
} as const satisfies Record<string, RefusalKind>

export type RefusalCode = keyof typeof refusals

/** A "no" on its way to the caller. Its message never holds anything of a payload. */
export class Refusal extends Error {
  readonly code: RefusalCode
  /** What in particular, in Dutch or language-free; safe to show to the caller. */
  readonly detail: string | null
  readonly findings: readonly Finding[]
  /** Under which id the refused message is kept for its sender; null when it is not. */
  readonly kept: MessageId | null
  constructor (code: RefusalCode, detail: string | null = null, findings: readonly Finding[] = [], kept: MessageId | null = null) {
    super(code)
    this.code = code
    this.detail = detail
    this.findings = findings
    this.kept = kept
  }
}
