"""What employers disclose: documents, the schema versions they are written in, and the searchable copy.

The room knows form and codes, not law: whether a disclosure is readable, complete and consistent in itself.
It refuses to know what an agreement asks; a breach honestly disclosed is a valid document.

document.py     bytes into a document that can be kept, or every reason why not
schemas.py      the published versions, and the one question: what is wrong here?
outline.py      a schema as a tree to walk beside a document
violations.py   what the JSON Schema says is wrong, piece by piece
survey.py       what it cannot say: codes, identifiers, references, order of dates
wording.py      violations in a coordinator's words
telling.py      the survey's notes in a coordinator's words
codes.py        code lists and the nearest code
identifiers.py  EIDR, ISAN, LEI, countries and subdivisions
moments.py      days, moments with offset, calendar quarters
upgrade.py      older versions in the current shape, one step each
levels.py       the release level of every field, as the schemas mark it (disk, once)
release.py      what of a document a caller may read, field by field
version.py      one version of a disclosure, as stored, listed and told to the judge
receipt.py      what was received, when, and where its entry stands
view.py         what a caller is shown
store.py        the tables: disclosures, versions, contents
act.py          reading what was filed, within the caller's limits
http.py         the door

What must stay true:
1. A published schema version is never edited; a digest holds it.
2. Every fault is told at once, each with its place, and none shows the document.
3. An upgrade loses nothing.
4. A new version is one schema file, one step, examples; its checks stand in the schema itself.
"""
