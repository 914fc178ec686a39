#!/usr/bin/python3
"""fill.py SMB_CONF SAM_LDB < LINES: adds entries straight to a domain's database, a thousand in a transaction. A line is a JSON object of attributes.
In batch mode an index is not copied for each entry, which among a hundred thousand takes most of the time; a fault ends the whole transaction, and here the run."""
import json
import sys

from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

settings = LoadParm()
settings.load(sys.argv[1])
settings.set("dsdb:schema update allowed", "true")
def opened(options):
    return SamDB(url=sys.argv[2], session_info=system_session(), lp=settings, options=options)


# As "aupd workplace check" says for a large directory: without, each look for a person reads all of them.
domain = opened([])
for attribute in ("Employee-Number", "Admin-Description"):
    domain.modify_ldif(f"dn: CN={attribute},{domain.get_schema_basedn()}\nchangetype: modify\nreplace: searchFlags\nsearchFlags: 1\n")
domain.set_schema_update_now()
domain = opened(["batch_mode:1"])
domain.transaction_start()
for number, line in enumerate(sys.stdin, 1):
    domain.add(json.loads(line))
    if number % 1000 == 0:
        domain.transaction_commit()
        domain.transaction_start()
        if number % 10000 == 0:
            print(number, "entries", flush=True)
domain.transaction_commit()
