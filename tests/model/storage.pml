// SPDX-License-Identifier: Apache-2.0
// The storage and the ledger (common/core/storage.cpp, common/ledger/flush.cpp). A row of the ledger says which record became it: a
// second record of the same item is an error, the same record again is not.

byte record_place[RECORDS], record_index[RECORDS], record_item[RECORDS];
byte stored = STORED;  // Storage::tail, commit word of a save
byte durable = DURABLE;          // commit word of a flush
byte released;         // commit word of a receipt
byte row[ITEMS + 1];   // the record's index + 1

#define FREE (RECORDS - (stored - released))
#define UNFLUSHED (durable != stored)
#define FLUSH_IS_DUE (stored - durable >= (RECORDS + 1) / 2)  // Flush::due_in, as far as it is no matter of time
#define RECEIPTS (durable != released)
#define LAST ((stored - 1) % RECORDS)
#define LAST_DONE (record_index[LAST] - first[record_place[LAST]] + 1)

#ifdef SAVE_OVER_EVIDENCE
#define MOST_SAVED RECORDS
#else
#define MOST_SAVED (RECORDS - 1)
#endif

// The `unsaved` results of the hand's next items become records, as many as there is room for. Within the save lock.
inline save() {
    n = (FREE < MOST_SAVED -> FREE : MOST_SAVED);
    n = (unsaved < n -> unsaved : n);
    k = 0;
#ifdef DONE_BEFORE_STORED
    done[place] = done[place] + n;
    MAY_DIE;
    done[place] = done[place] - n;
#endif
#ifdef STORED_BEFORE_RECORDS
    stored = stored + n;
    MAY_DIE;
    stored = stored - n;
#endif
    do
    :: k < n ->
        record_place[(stored + k) % RECORDS] = place;
        record_index[(stored + k) % RECORDS] = first[place] + done[place] + k;
        record_item[(stored + k) % RECORDS] = HELD(done[place] + k);
        MAY_DIE;
        k++
    :: else -> break
    od;
    stored = stored + n;
    PROGRESS;
    MAY_DIE;
    done[place] = done[place] + n;
    MAY_DIE;
    unsaved = unsaved - n;
    n = 0; k = 0
}

// The last record says how far its hand is.
inline settle_hand() {
#ifdef HAND_NOT_SETTLED
    skip
#else
    if
    :: stored > 0 && record_index[LAST] >= first[record_place[LAST]] &&
       record_index[LAST] < END(record_place[LAST]) && LAST_DONE > done[record_place[LAST]] ->
        done[record_place[LAST]] = LAST_DONE
    :: else
    fi
#endif
}

// One transaction of the ledger: the records below `mark`.
inline write_rows() {
    k = durable;
    do
    :: k < mark ->
        assert(row[record_item[k % RECORDS]] == 0 || row[record_item[k % RECORDS]] == k + 1);
        row[record_item[k % RECORDS]] = k + 1;
        k++
    :: else -> break
    od;
    k = 0
}

// The flush lock is held and `mark` read; others may save meanwhile.
inline commit() {
#ifdef NOTIFY_BEFORE_COMMIT
    notify(PRODUCER);
#endif
    atomic {
        MAY_DIE;
#ifdef DURABLE_BEFORE_ROWS
        k = durable;
        durable = mark;
        MAY_DIE;
        durable = k;
#endif
        write_rows();
        MAY_DIE;
        durable = mark; mark = 0;
        PROGRESS;
        MAY_DIE;
        unlock(FLUSH)
    };
#ifndef NOTIFY_BEFORE_COMMIT
    notify(PRODUCER)
#endif
}
