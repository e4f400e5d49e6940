#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A folder that others own as a source: each file in it is an invoice, known by its inode number.
#
#     supervisor --consumers 4 --source 'exec:listing.sh /srv/inbox' --every 30s
#
# Guarantees: each file is processed once, as long as it keeps name and inode; files stay where they are. It reads no
# receipts: the next listing names all files again, and the ledger recognises those it has. A file that is replaced has
# another inode and is another invoice (a duplicate, if its name is booked). Names with a newline are left out.
exec <&-
find "${1:?a directory is missing}" -maxdepth 1 -type f ! -name '.*' ! -name '*
*' -printf '%i\t%p\n'
