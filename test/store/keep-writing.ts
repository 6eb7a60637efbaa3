/** Commits to a database as fast as it goes, as a long command beside a gateway that starts, until it is killed; started by a test. */
import Database from 'better-sqlite3'

const db = new Database(process.argv[2] ?? '')
db.pragma('journal_mode = wal')
// The log only grows: whoever reads it sees one log.
db.pragma('wal_autocheckpoint = 0')
db.pragma('synchronous = off')
db.exec('create table filler (nth integer primary key, body blob)')
const insert = db.prepare('insert into filler (body) values (randomblob(3000))')
for (let nth = 0; nth < 10_000; nth++) {
  insert.run()
  if (nth === 500) console.log('writing')
}
