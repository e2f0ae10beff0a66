"""Backups that check themselves: written whole or not at all, restored and recounted before anything serves.

manifest.py   what a backup is, its signed note, and what is said after a restore (pure)
store.py      what is read of the database for it
act.py        write a dump, check a backup; the embedded server's, or of one of one's own
restoring/    bring one back, and look at all of it before anything serves
places/       where a restore works, marked until all of it has been looked at
programs/     PostgreSQL's own programs, found and run
continuous/   base backups and the archive of write-ahead logs: any instant, where the server is ours

What must stay true:
1. A folder with a manifest is a whole backup: it is moved to its place when everything in it is written, and
   a file that is missing, damaged or added is named before anything is restored.
2. A backup names the tree it is of: size, root, newest signed checkpoint; a restored database has exactly
   that tree, recounted from its entries' bytes, or the restore fails.
3. Nothing outside the database is turned back: the mark of what was let out, the folder of tiles and what
   witnesses have signed stay, and a restored copy that is older than they are refuses to start, in words.
4. What was redacted after a backup does not come back with it: redactions are kept beside the backups, and
   done again; a restore that fails at that leaves the ledger halted.
5. A restore marks its place first and takes the mark away last: a start, a migration and a backup refuse a
   place with the mark, in words, however the restore ended. In the embedded server's folder the next restore
   clears away what the first one left; in a database of one's own a person drops it.
6. No private key is in a backup. Keep `log.pem` apart, and as safe.

Known gaps: a redaction made after the newest backup is done again only if the worker of the same data folder
had two seconds to write its order to `redactions/` there, and that folder outlived the database. What was
taken stands in older backups and in the archive until they are deleted. An instant of a base backup is of the
server's own clock, not of REGISTRY_CLOCK_FILE.
"""
