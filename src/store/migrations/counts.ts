/** How much each account asks at each of several processes. */
import type { Migration } from '../migrations.ts'

/** The step of `migrations.ts`. Where one process serves, it counts by itself: there is no such table. What is lost with the server counts anew, so no log is written of it. */
export const countsStep: Migration = {
  name: '0023-counts',
  beside: true,
  postgres: [
    `create unlogged table request_count (
      process text not null, -- who counted
      account text not null,
      minute bigint not null, -- requests in the minute that goes on there
      open bigint not null, -- requests that are being answered there
      told_ms bigint not null, -- when it said so, by the clock of the database
      primary key (process, account)
    ) with (fillfactor = 40)` // its rows change all the time: room for their next versions beside them
  ]
}
