/** The assessor: judges a message against earlier ones and external sources (levels 3 and 4) for who has it judged in full, and answers in its name. */
import { dutchDate, type Terms } from '../calendar/calendar.ts'
import { isRejecting } from '../core/core.ts'
import { lateFindings, voids } from '../history/history.ts'
import { levelFor } from '../party/party.ts'
import { judgeInTurns, type Weights } from '../rules/rules.ts'
import { answerTo, judgedNumbers, models, modelOf, type Answer } from '../standard/standard.ts'
import type { Handler, Outcome, Tools } from './handle.ts'
import type { Finding } from '../core/core.ts'

const judged = models.filter(({ number }) => judgedNumbers.some(it => it === number)).map(it => it.type)

/**
 * It may make the answer that the receiver would make, and only where the receiver lets it: another handler that answers such a message is
 * for receivers who answer themselves.
 * @param weights of rules that may do another thing than reject @param terms by which what comes late is told to its sender
 */
export const assessor = (weights: Weights, terms: Terms): Handler => ({
  name: 'assessor',
  on: [{ message: judged, when: ({ origin, type }, receiver) => origin === 'party' && levelFor(receiver, modelOf(type)) === 'full' }],
  async handle ({ type, received }, tools) {
    const [model, message] = [modelOf(type), await tools.message()]
    const outside = { history: await tools.history(), sources: await tools.sources(), today: dutchDate(tools.clock.now()) }
    const findings = [...await judgeInTurns(model, message, outside, weights), ...lateFindings(model, message, outside.history, { received, terms })]
    // A 325 has no answer: what is found in it is told to its sender and holds nothing up.
    if (model.answeredBy === null) return { kind: 'done', findings }
    return concluded(findings, answerTo(model, message, findings, { identificatie: tools.identificatie(), dagtekening: outside.today }), tools)
  }
})

/** What is rejected is answered by us; what is good by us only where its receiver asks that. A claim of which a part is granted is accepted, and the 325 tells the rest. */
function concluded (findings: readonly Finding[], answer: Answer, { receiver }: Tools): Outcome {
  const send = [{ type: answer.model.type, message: answer.message }]
  if (!findings.some(isRejecting)) return { kind: 'done', findings, send: receiver?.judging.answers === 'automatic' ? send : [] }
  if (!voids(answer.model, answer.message)) return { kind: 'done', findings, send }
  return { kind: 'reject', findings, send, deliver: receiver?.judging.rejected === 'deliver' }
}
