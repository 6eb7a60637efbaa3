/** Accepts messages at the database named first until it strikes its own process, at the point named second; started by a test. */
import { openStore, type Db, type Session } from '../../src/store/store.ts'
import { heen, roots } from '../store/sample.ts'

const [url = '', point] = process.argv.slice(2)
const strike = (): void => { process.kill(process.pid, 'SIGKILL') }

/** Every linking transaction is struck at after its last statement, or when it is committed. */
const wrap = (db: Db): Db => ({
  ...db,
  write: async (work, weight) => {
    let links = false
    const run = (session: Session): Session['run'] => async (statement, values) => {
      const done = await session.run(statement, values)
      links ||= /delete from audit_new/.test(statement.sql)
      if (links && point === 'linking') strike()
      return done
    }
    const value = await db.write(session => work({ ...session, run: run(session) }), weight)
    if (point === (links ? 'linked' : 'written')) strike()
    return value
  }
})

let armed = false
const store = await openStore({ url, mode: 'test', roots, wrap: db => ({ ...db, write: (work, weight) => (armed ? wrap(db) : db).write(work, weight) }) })
// Opening writes too.
armed = true
for (;;) await store.accept([heen(), heen(), heen()])
