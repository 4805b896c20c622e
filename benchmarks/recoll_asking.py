"""Questions asked of a Recoll index, by Debian's python3-recoll and so by the system's own Python: no import of ours.

`/usr/bin/python3 recoll_asking.py CONFIGURATION < questions.json` prints, for each question, the first file found, and
the seconds to its first ten files without and with their excerpts.
"""

import json
import sys
import time

from recoll import recoll

_SHOWN = 10
_WARMING = 20


def main() -> None:
    """Ask, time, print JSON."""
    database = recoll.connect(confdir=sys.argv[1])
    questions = json.load(sys.stdin)
    for text in questions[:_WARMING]:
        _asked(database, text)
    json.dump([_asked(database, text) for text in questions], sys.stdout)


def _asked(database: "recoll.Db", text: str) -> dict[str, object]:
    began = time.perf_counter()
    query = database.query()
    query.execute(text, stemming=1, stemlang="french")
    found = query.fetchmany(_SHOWN)
    listed = time.perf_counter() - began
    for each in found:
        query.makedocabstract(each)
    excerpted = time.perf_counter() - began
    return {"first": found[0].url if found else "", "listed": listed, "excerpted": excerpted}


if __name__ == "__main__":
    main()
