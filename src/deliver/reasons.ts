/** The codes of why a push did not succeed: what is wrong, and who does what about it. */

/** Whose operator can do something: ours, the other side's, or whoever finds the cause first. */
export type Side = 'gateway' | 'receiver' | 'both'
/** `wrong`: within a sentence. `mend`: sentences of their own. */
interface Told { readonly wrong: string, readonly mend: string }
export interface Reason { readonly side: Side, readonly nl: Told, readonly en: Told }

const reason = (side: Side, wrong: string, mend: string, wrongEn: string, mendEn: string): Reason =>
  ({ side, nl: { wrong, mend }, en: { wrong: wrongEn, mend: mendEn } })

/** What comes about without an answer; all of it is tried again. */
const unanswered = {
  timeout: reason('receiver',
    'het endpoint antwoordde niet binnen de tijd (ms_max van de aansluiting, push_ms_max)', 'Beheerder van de ontvanger: kijk waar het op wacht, en antwoord zodra het bericht is opgeslagen.',
    'the endpoint did not answer in time (ms_max of the connection, push_ms_max)', 'Operator of the receiver: see what it waits for, and answer as soon as the message is stored.'),
  refused_connection: reason('receiver',
    'op dit adres en deze poort luistert niets', 'Beheerder van de ontvanger: start het endpoint, of laat de URL aanpassen.',
    'nothing listens at this address and port', 'Operator of the receiver: start the endpoint, or have the URL changed.'),
  unreachable: reason('both',
    'er kwam geen verbinding tot stand (push_connect_ms_max)', 'Beide beheerders: kijk naar de firewalls en de route tussen de gateway en het endpoint, en of de machine aanstaat.',
    'no connection came about (push_connect_ms_max)', 'Both operators: look at the firewalls and the route between gateway and endpoint, and whether the machine is on.'),
  name: reason('both',
    'de naam in de URL heeft geen adres', 'Beheerder van de ontvanger: kijk of de naam in DNS staat; beheerder van de gateway: of deze machine namen kan opzoeken.',
    'the name in the URL has no address', 'Operator of the receiver: see whether the name stands in DNS; operator of the gateway: whether this machine can resolve names.'),
  address: reason('gateway',
    'de naam in de URL leidt naar een adres dat niet op het openbare internet ligt, en dat dus niet wordt benaderd', 'Beheerder van de gateway: hoort het zo, neem dan het netwerk op in push_networks; zo niet, laat de URL of DNS verbeteren.',
    'the name in the URL leads to an address that is not on the public internet, and is not connected to', 'Operator of the gateway: if it is meant to, name its network in push_networks; if not, have the URL or DNS mended.'),
  url: reason('gateway',
    'de URL van de aansluiting mag niet (meer): alleen https, zonder gebruiker, op een poort van push_ports', 'Beheerder van de gateway: pas de aansluiting of push_ports aan.',
    'the URL of the connection is not allowed (any more): https only, without a user, at a port of push_ports', 'Operator of the gateway: change the connection or push_ports.'),
  'certificate.authority': reason('both',
    'het certificaat van het endpoint leidt niet naar een uitgever die wordt vertrouwd (ca van de aansluiting, anders push_ca, anders die van Node)', 'Beheerder van de ontvanger: stuur de tussenliggende certificaten mee; beheerder van de gateway: neem de uitgever op.',
    'the endpoint’s certificate leads to no authority that is believed (ca of the connection, else push_ca, else those of Node)', 'Operator of the receiver: send the intermediate certificates along; operator of the gateway: add the authority.'),
  'certificate.name': reason('receiver',
    'het certificaat van het endpoint is niet voor de naam in de URL', 'Beheerder van de ontvanger: neem de naam op in het certificaat, of laat de URL aanpassen.',
    'the endpoint’s certificate is not for the name in the URL', 'Operator of the receiver: put the name in the certificate, or have the URL changed.'),
  'certificate.dates': reason('receiver',
    'het certificaat van het endpoint, of een erboven, is verlopen of nog niet geldig', 'Beheerder van de ontvanger: vernieuw het. Is het nog geldig, dan staat de klok van de gateway verkeerd.',
    'the endpoint’s certificate, or one above it, has expired or is not valid yet', 'Operator of the receiver: renew it. If it is valid, the gateway’s clock is wrong.'),
  'certificate.pin': reason('gateway',
    'het endpoint toont een ander certificaat dan het vastgelegde (pin)', 'Beheerder van de gateway: vraag de ontvanger langs een andere weg naar de SHA-256 van het nieuwe certificaat en leg die vast.',
    'the endpoint shows another certificate than the pinned one', 'Operator of the gateway: ask the receiver by another way for the SHA-256 of his new certificate, and pin that.'),
  no_certificate: reason('gateway',
    'de gateway heeft geen certificaat waaraan een endpoint haar herkent', 'Beheerder van de gateway: haal er een binnen met "zorgpoort keys import --use push", neem push_key en push_certificate op en herstart.',
    'the gateway has no certificate by which an endpoint knows it', 'Operator of the gateway: bring one in with "zorgpoort keys import --use push", set push_key and push_certificate, and restart.'),
  own_certificate: reason('both',
    'het endpoint wil ons certificaat niet', 'Beheerder van de gateway: kijk of push_certificate geldig is en voor cliënten; beheerder van de ontvanger: vertrouw dat certificaat of zijn uitgever.',
    'the endpoint does not take our certificate', 'Operator of the gateway: see whether push_certificate is valid and serves clients; operator of the receiver: trust that certificate or its authority.'),
  tls: reason('receiver',
    'het endpoint is er, maar er kwam geen TLS-verbinding tot stand: het spreekt geen TLS 1.2 of 1.3, heeft geen algoritme met ons gemeen, of verbrak de verbinding', 'Beheerder van de ontvanger: kijk naar de TLS-instellingen en het logboek van het endpoint.',
    'the endpoint is there, but no TLS connection came about: it speaks neither TLS 1.2 nor 1.3, has no algorithm in common with us, or broke it off', 'Operator of the receiver: look at the endpoint’s TLS settings and log.'),
  no_http: reason('receiver',
    'wat terugkwam is geen HTTP/1.1', 'Beheerder van de ontvanger: kijk of op deze poort het endpoint luistert, en niet iets anders.',
    'what came back is no HTTP/1.1', 'Operator of the receiver: see whether it is the endpoint that listens at this port, and not something else.'),
  cut: reason('receiver',
    'de verbinding werd verbroken voordat er een antwoord was; of het bericht is opgeslagen, is niet bekend, en daarom komt het met hetzelfde id nog eens', 'Beheerder van de ontvanger: kijk in het logboek van het endpoint en van wat ervoor staat (tijdslimieten, grootste bericht, certificaat van de gateway).',
    'the connection was broken off before there was an answer; whether the message was stored is not known, so it comes again with the same id', 'Operator of the receiver: look in the log of the endpoint and of what stands before it (time limits, largest message, the gateway’s certificate).'),
  connection: reason('both',
    'de verbinding mislukte om een andere reden', 'Beheerder van de gateway: probeer het endpoint met curl vanaf deze machine.',
    'the connection failed for another reason', 'Operator of the gateway: try the endpoint with curl from this machine.')
} as const satisfies Record<string, Reason>

/** Answers of which more can be said than of their kind. */
const answered = {
  http_401: reason('both',
    'het endpoint kent de gateway niet en neemt het bericht niet aan', 'Beheerder van de ontvanger: sta het certificaat van de gateway (push_certificate) toe; beheerder van de gateway: zet het bericht daarna weer in gang (redrive).',
    'the endpoint does not know the gateway and does not take the message', 'Operator of the receiver: allow the gateway’s certificate (push_certificate); operator of the gateway: redrive the message then.'),
  http_403: reason('both',
    'het endpoint staat de gateway niet toe wat zij doet', 'Beheerder van de ontvanger: geef het certificaat van de gateway toegang; beheerder van de gateway: zet het bericht daarna weer in gang (redrive).',
    'the endpoint does not allow the gateway what it does', 'Operator of the receiver: give the gateway’s certificate access; operator of the gateway: redrive the message then.'),
  http_404: reason('gateway',
    'onder deze URL is geen endpoint', 'Beheerder van de gateway: vraag de ontvanger naar de juiste URL, pas de aansluiting aan, en zet het bericht weer in gang (redrive).',
    'there is no endpoint under this URL', 'Operator of the gateway: ask the receiver for the right URL, change the connection, and redrive the message.'),
  http_408: reason('receiver',
    'het bericht kwam het endpoint te langzaam binnen', 'Beheerder van de ontvanger: geef een bericht van 25 MB de tijd.',
    'the message came in too slowly for the endpoint', 'Operator of the receiver: give a message of 25 MB its time.'),
  http_413: reason('receiver',
    'het bericht is het endpoint te groot', 'Beheerder van de ontvanger: neem berichten tot 26 MB aan; daarna kan het weer in gang worden gezet (redrive).',
    'the message is too large for the endpoint', 'Operator of the receiver: take messages of up to 26 MB; then it can be redriven.'),
  http_425: reason('receiver',
    'het endpoint kan het bericht nog niet behandelen', 'Er hoeft niets te gebeuren; het wordt opnieuw geprobeerd.',
    'the endpoint cannot deal with the message yet', 'Nothing needs to be done; it is tried again.'),
  http_429: reason('receiver',
    'het endpoint vraagt om te wachten', 'Er is niets mis: per_minute_max van de aansluiting kan voorkomen dat het nodig is.',
    'the endpoint asks us to wait', 'Nothing is wrong: per_minute_max of the connection can make that unnecessary.'),
  http_503: reason('receiver',
    'het endpoint kan nu niets aannemen', 'Beheerder van de ontvanger: kijk wat eraan scheelt.',
    'the endpoint cannot take anything now', 'Operator of the receiver: see what is wrong with it.')
} as const satisfies Record<string, Reason>

/** What a StUF-GGk endpoint answers besides; a code of the chain's lists may stand behind the dot. */
const stuf = {
  no_bv03: reason('receiver',
    'het endpoint antwoordde iets dat geen Bv03 is, en dus geen ontvangst bevestigt', 'Beheerder van de ontvanger: kijk of onder deze URL het koppelvlak OntvangAsynchroon (StUF-GGk 2.1) antwoordt, en niet iets wat ervoor staat.',
    'the endpoint answered something that is no Bv03, and so confirms no receipt', 'Operator of the receiver: see whether it is the port type OntvangAsynchroon (StUF-GGk 2.1) that answers under this URL, and not something that stands before it.'),
  'fo03.StUF016': reason('both',
    'het endpoint zegt met een Fo03 dat het onder dit referentienummer al een ander bericht van deze afzender heeft', 'Beheerder van de ontvanger: zoek het bericht met dit nummer op. Brak een eerdere poging af, dan kan het dit bericht zelf zijn, en hoeft er niets te gebeuren; is het een ander, dan moet de afzender het opnieuw sturen.',
    'the endpoint says by an Fo03 that it has another message of this sender under this referentienummer', 'Operator of the receiver: look up the message with this number. Where an earlier try broke off it may be this very message, and nothing needs to be done; where it is another one, the sender must send his anew.'),
  fo03: reason('receiver',
    'het endpoint nam het bericht met een Fo03 niet aan; een code achter de punt is die van StUF of van de lijst van de keten', 'Beheerder van de ontvanger: zoek de code op en verhelp de oorzaak; is het bericht al opgegeven, laat het daarna weer in gang zetten (redrive).',
    'the endpoint did not take the message, by an Fo03; a code behind the dot is StUF’s or of the chain’s list', 'Operator of the receiver: look the code up and mend the cause; where the message was given up, have it redriven then.')
} as const satisfies Record<string, Reason>

/** Why nothing was sent at all; no try would help. */
const unsent = {
  no_ggk: reason('gateway',
    'de partij heeft geen aansluiting ggk (meer) waar een Fo01 heen kan', 'Beheerder van de gateway: komt de aansluiting terug, zet het dan weer in gang (zorgpoort notices again); zo niet, zeg de partij langs een andere weg wat er met het bericht is.',
    'the party has no ggk connection (any more) to which an Fo01 can go', 'Operator of the gateway: when the connection comes back, put it back on its way (zorgpoort notices again); if not, tell the party by another way what became of the message.'),
  no_cross: reason('gateway',
    'een Du01 noemt het bericht dat hij beantwoordt, en de gateway weet niet bij welk nummer de ontvanger dat kent', 'Beheerder van de gateway: neem de aansluiting ggk weg (zorgpoort parties add CODE --no-ggk) en breng het bericht weer op gang (zorgpoort redrive), dan haalt de ontvanger het op (REST); voor een 325 kan de aansluiting, of ggk_325, op Di01.',
    'a Du01 names the message it answers, and the gateway does not know by which number the receiver knows that', 'Operator of the gateway: take the ggk connection away (zorgpoort parties add CODE --no-ggk) and drive the message again (zorgpoort redrive), then the receiver fetches it (REST); for a 325 the connection, or ggk_325, can say Di01.'),
  too_large: reason('gateway',
    'het bericht is te groot voor een Di01 of Du01 (ggk_bytes_max): het is aangenomen toen de ontvanger nog een andere aansluiting had', 'Beheerder van de gateway: neem de aansluiting ggk weg (zorgpoort parties add CODE --no-ggk) en breng het bericht weer op gang (zorgpoort redrive), dan haalt de ontvanger het op (REST).',
    'the message is too large for a Di01 or Du01 (ggk_bytes_max): it was taken when its receiver had another connection', 'Operator of the gateway: take the ggk connection away (zorgpoort parties add CODE --no-ggk) and drive the message again (zorgpoort redrive), then the receiver fetches it (REST).')
} as const satisfies Record<string, Reason>

/** The rest of the answers, by their first digit. */
const kinds = {
  http_3xx: reason('receiver',
    'het endpoint verwijst door, en dat wordt nooit gevolgd', 'Beheerder van de ontvanger: laat de URL van de aansluiting aanpassen, of neem berichten aan op deze URL.',
    'the endpoint redirects, and that is never followed', 'Operator of the receiver: have the URL of the connection changed, or take messages at this URL.'),
  http_4xx: reason('receiver',
    'het endpoint neemt dit bericht niet aan; een code achter de punt is die van de ontvanger', 'Beheerder van de ontvanger: zoek dit antwoord op, verhelp het, en laat het bericht weer in gang zetten (redrive).',
    'the endpoint does not take this message; a code behind the dot is the receiver’s own', 'Operator of the receiver: look this answer up, mend the cause, and have the message redriven.'),
  http_5xx: reason('receiver',
    'er ging bij het endpoint iets mis', 'Beheerder van de ontvanger: kijk in zijn logboek.',
    'something went wrong at the endpoint', 'Operator of the receiver: look in its log.')
} as const satisfies Record<string, Reason>

/** Every reason for which a push is tried again or given up, by its code; `http_4xx` and such stand for all others of their kind. */
export const reasons: Readonly<Record<string, Reason>> = { ...unanswered, ...answered, ...stuf, ...unsent, ...kinds }

/** @returns what to say of a reason of a push, also one with a code of the receiver behind it (`http_422.CODE`, `fo03.CODE`); null when it is no such reason */
export function reasonFor (code: string): Reason | null {
  if (Object.hasOwn(reasons, code)) return reasons[code] ?? null
  const [own = ''] = /^http_\d{3}|^fo03(?=\.)/.exec(code) ?? [code]
  const kind = own.replace(/^(http_[345])\d\d$/, '$1xx')
  return [own, kind].flatMap(name => Object.hasOwn(reasons, name) ? reasons[name] ?? [] : [])[0] ?? null
}
