// SPDX-License-Identifier: Apache-2.0
// The byte areas of ring and storage (common/core/bytes/byte_area.hpp) as a model of its own for Spin: one producer and
// two consumers push, claim, save, flush and release items with bytes, and are killed at any moment.
// `tools/check-model` runs it beside the model of the whole protocol (pipeline.pml), which has no bytes.
//
// What must hold in each run: A cell stands for some bytes, and holds the number of the item that wrote it last. Each
// reader finds its item's number in all cells of its span. Readers are a save, which copies the id out of the ring; the
// flush leader, which writes a record into the ledger; and the producer, which tells the source of a durable record.
// Every item becomes one row of the ledger, and nobody is stuck for lack of bytes. An item's number is its index in
// the ring + 1. (A consumer also reads its cells while it processes. If they are overwritten by then, its save notices.)
//
// Steps. They are as in pipeline.pml: an `atomic` is one access to a word that others may change meanwhile. An area is
// written in one step with the commit that covers it, because nobody may read these cells before that. A store of
// `told` is put together with the store that it tells of: a later one would only wake the producer once more. A kill
// may nevertheless fall between any two stores: MAY_DIE. The successor begins at once or at any time later.
//
// Not in it, because the other model has it: the supervisor, adoption, orphans, the end of the ring, how a waiter sleeps
// and is woken, a kill between the ledger's COMMIT and `durable`. A waiter for slots, receipts or room in the storage
// goes on here as soon as it can. A producer that lacks bytes goes on only when it is told, or when there are receipts;
// its wait has no bound. Also not in it: the slots and records without spans that the code remembers to have passed
// (`first_spanned_`), and the checks for damaged memory.

// ---- sizes
#ifndef ITEMS
#define ITEMS 4
#endif
#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef RECORDS
#define RECORDS 2
#endif
#ifndef BATCH
#define BATCH 1
#endif
#ifndef CONSUMERS
#define CONSUMERS 2
#endif
#ifndef KILLS
#define KILLS 1
#endif

// An area holds any span once it is empty (least_capacity_for): 2 cells, and less than 2 cells of padding.
#define LONGEST 2
#ifndef RING_CELLS
#define RING_CELLS 3
#endif
#ifndef STORAGE_CELLS
#define STORAGE_CELLS 3
#endif

// The first offset in both areas, less one round: so 0 can say that no offset is known.
#ifndef PHASE
#define PHASE 0
#endif

// The cells of a record's span. By default it has the item's id and nothing else. With RESULTS items without bytes
// (0) have a result of 2 cells, ids (1) have a result of 1 cell beside them, and bodies (2) are not in the record.
#ifdef RESULTS
#define RECORD_LENGTH(cells) (cells == 2 -> 1 : 2)
#else
#define RECORD_LENGTH(cells) (cells)
#endif

byte kills;
#define MAY_DIE if :: true :: kills > 0 -> kills--; goto killed fi
#define DIE_WAITING kills > 0 -> kills--; goto killed

// ---- the ring and the hands
byte slot_at[SLOTS], slot_length[SLOTS];  // the span in a slot; length 0: none
byte tail, head;
byte ring_cell[RING_CELLS];
byte ring_end = RING_CELLS + PHASE;  // RingArea::bytes_tail
byte first[2], count[2], done[2];    // the words of the two hands; each is read and written whole
byte item_at[2 * BATCH], item_length[2 * BATCH];
#ifdef BYTES_AHEAD_STAY_IN_USE
byte named_end = RING_CELLS + PHASE;  // the end of the newest span that was pushed
#endif
bit told;                            // the producer has been notified since it last began to wait for bytes

// ---- the storage
byte record_number[RECORDS], record_place[RECORDS], record_at[RECORDS], record_length[RECORDS];
byte stored, durable, released;
byte storage_cell[STORAGE_CELLS];
byte storage_end = STORAGE_CELLS + PHASE;  // StorageArea::bytes_tail
bit row[ITEMS + 1];                        // the ledger, by an item's number

byte left;  // the processes that have left

#define place (me - 1)
#define END(p) (first[p] + count[p])
#define NUMBER(k) (first[place] + done[place] + (k) + 1)
#define HELD(k) (place * BATCH + done[place] + (k))
#define HALF_FREE (tail - head <= SLOTS / 2)
#define FREE (RECORDS - (stored - released))
#define UNFLUSHED (durable != stored)
#define RECEIPTS (durable != released)
#define LAST ((stored - 1) % RECORDS)
#define FINISHED (released == ITEMS)

// Consumers are alike: leave out the mirror images of runs in which the first one is the first to claim.
#define MAY_POP (me == 1 || head > 0)

// ---- byte areas
#ifdef WRAP_WITHOUT_PADDING
#define PLACE_FOR(cells, end, length) (end)
#else
#define PLACE_FOR(cells, end, length) \
    ((end) % cells + (length) > cells -> (end) + cells - (end) % cells : (end))
#endif
#define HAS_ROOM(cells, oldest, end, length) (PLACE_FOR(cells, end, length) + (length) - (oldest) <= cells)

inline write_ring(offset, length, number) {
    c = 0;
    do
    :: c < length -> ring_cell[offset % RING_CELLS + c] = number; c++
    :: else -> break
    od;
    c = 0
}

inline read_ring(offset, length, number) {
    c = 0;
    do
    :: c < length -> assert(ring_cell[offset % RING_CELLS + c] == number); c++
    :: else -> break
    od;
    c = 0
}

inline write_storage(offset, length, number) {
    c = 0;
    do
    :: c < length -> storage_cell[offset % STORAGE_CELLS + c] = number; c++
    :: else -> break
    od;
    c = 0
}

inline read_storage(offset, length, number) {
    c = 0;
    do
    :: c < length -> assert(storage_cell[offset % STORAGE_CELLS + c] == number); c++
    :: else -> break
    od;
    c = 0
}

#include "robust_mutex.pml"

inline settle(l) {
    if
    :: l == POP -> settle_head()
    :: l == SAVE -> settle_hand()
    :: else
    fi
}

// The slots before the head are the hands'. Once they are behind it, their bytes may be free.
inline settle_head() {
    if :: END(0) > head -> head = END(0) :: else fi;
    if :: END(1) > head -> head = END(1) :: else fi;
#ifndef HEAD_SETTLED_SILENTLY
    MAY_DIE;
    if :: HALF_FREE -> told = 1 :: else fi
#endif
}

// The last record says how far its hand is, and with that, which bytes are free.
inline settle_hand() {
    if
    :: stored > 0 && record_number[LAST] > first[record_place[LAST]] + done[record_place[LAST]] &&
       record_number[LAST] <= END(record_place[LAST]) ->
        done[record_place[LAST]] = record_number[LAST] - first[record_place[LAST]]
    :: else
    fi;
#ifndef HAND_SETTLED_SILENTLY
    MAY_DIE;
    told = 1
#else
    skip
#endif
}

// ---- the producer
#define MOST_PUSHED (SLOTS - 1)
#define UNCHOSEN 3

// The oldest span in the slots. Only the producer writes slots, so all that can change meanwhile is the head.
inline look_at_slots() {
#ifdef SLOTS_LEFT_OUT
    skip
#else
    atomic {
        k = head;
        do
        :: k < tail && slot_length[k % SLOTS] == 0 -> k++
        :: else -> break
        od;
        if
        :: k < tail && slot_at[k % SLOTS] < oldest -> oldest = slot_at[k % SLOTS]
        :: else
        fi;
        k = 0
    }
#endif
}

// The oldest span in a hand, whose consumer may claim and save meanwhile.
inline look_at_hand(p) {
#ifdef HANDS_LEFT_OUT
    skip
#else
    do
    :: atomic { held_first = first[p]; held_count = count[p]; held_done = done[p]; k = held_done };
        do  // each item is loaded after the word, perhaps after a claim has overwritten it
        :: atomic { k < held_count && item_length[p * BATCH + k] == 0 -> k++ }
        :: atomic { k < held_count && item_length[p * BATCH + k] > 0 ->
                in_hand = item_at[p * BATCH + k];
                break
            }
        :: k == held_count -> break
        od;
        atomic {
            if
#ifndef NO_SECOND_LOOK
            :: first[p] != held_first || count[p] != held_count || done[p] != held_done ->
                in_hand = 0; k = 0
#ifdef LOOK_GIVES_UP
                ; held_first = 0; held_count = 0; held_done = 0; oldest = 0; looked = 1;
                goto push
#endif
#endif
            :: else ->
                if
                :: in_hand > 0 && in_hand < oldest -> oldest = in_hand
                :: else
                fi;
                in_hand = 0; k = 0; held_first = 0; held_count = 0; held_done = 0;
                break
            fi
        }
    od
#endif
}

inline acknowledge() {
    atomic {
        k = released;
        do
        :: k < durable ->
            read_storage(record_at[k % RECORDS], record_length[k % RECORDS],
                         record_number[k % RECORDS]);
            k++
        :: else -> break
        od;
        MAY_DIE;
        released = k; k = 0;
        MAY_DIE
    }
}

proctype Producer(byte me) {
    byte length = UNCHOSEN;  // of the next item; it stays what it is until the item is pushed
    byte n, end, at, k, c;
    byte seen, oldest;       // Ring::seen_oldest_byte_, and the one that a look is about
    byte held_first, held_count, held_done, in_hand;
    bit looked, lacks;
start:
    do
    :: tail < ITEMS && tail - head < SLOTS -> goto push
    :: RECEIPTS -> acknowledge()
    :: FINISHED -> break
    :: atomic { DIE_WAITING }
    od;
    atomic { seen = 0; left++ };
    goto gone;
push:
    atomic {
        do
        :: n > 0 -> break  // the source may have no more for now
        :: n < MOST_PUSHED && tail + n < ITEMS && tail + n - head < SLOTS ->
            if
            :: length == UNCHOSEN ->
                if
                :: length = 0
                :: length = 1
                :: length = LONGEST
                fi
            :: else
            fi;
            if
            :: length > 0 ->
                if :: end == 0 -> end = ring_end :: else fi;
                if
                :: HAS_ROOM(RING_CELLS, seen, end, length) ->
                    at = PLACE_FOR(RING_CELLS, end, length);
                    write_ring(at, length, tail + n + 1);
                    end = at + length
                :: else -> goto lacking
                fi
            :: else
            fi;
            slot_at[(tail + n) % SLOTS] = at; slot_length[(tail + n) % SLOTS] = length;
            at = 0; length = UNCHOSEN; n++;
            MAY_DIE
        :: else -> break
        od;
commit:
        looked = 0;
#if !defined(RING_END_AFTER_COMMIT) && !defined(RING_END_NOT_STORED)
        if :: end > 0 -> ring_end = end :: else fi;
        MAY_DIE;
#endif
        tail = tail + n; n = 0;
#ifdef BYTES_AHEAD_STAY_IN_USE
        if :: end > 0 -> named_end = end :: else fi;
#endif
        MAY_DIE;
#ifdef RING_END_AFTER_COMMIT
        if :: end > 0 -> ring_end = end :: else fi;
        MAY_DIE;
#endif
        end = 0
    };
    goto start;
lacking:
    atomic {
        if
        :: !looked -> told = 0; goto look
        :: looked && n > 0 -> goto commit
        :: else -> looked = 0; end = 0
        fi
    };
    if
    :: atomic { told || RECEIPTS -> skip }
    :: atomic { DIE_WAITING }
    fi;
    if
    :: RECEIPTS -> acknowledge()
    :: else
    fi;
    goto push;
look:
#ifdef BYTES_AHEAD_STAY_IN_USE
    atomic { MAY_DIE; oldest = named_end };
#else
    atomic { MAY_DIE; oldest = ring_end };
#endif
#ifdef HANDS_BEFORE_SLOTS
    look_at_hand(0);
    look_at_hand(1);
    look_at_slots();
#else
    look_at_slots();
    look_at_hand(0);
    look_at_hand(1);
#endif
    atomic {
        if :: oldest > seen -> seen = oldest :: else fi;
        oldest = 0; looked = 1;
        goto push
    };
killed:
    atomic {
        length = UNCHOSEN; n = 0; end = 0; at = 0; k = 0; c = 0; seen = 0; oldest = 0;
        held_first = 0; held_count = 0; held_done = 0; in_hand = 0; looked = 0;
        goto start
    };
gone:
    skip
}

// ---- a consumer
// Within the pop lock, for `n` items. (After it has settled the head there may be none.)
inline claim() {
    do
    :: atomic { k < n ->
            item_at[place * BATCH + k] = slot_at[(head + k) % SLOTS];
            item_length[place * BATCH + k] = slot_length[(head + k) % SLOTS];
            k++;
            MAY_DIE
        }
    :: k == n -> break
    od;
    if
    :: atomic { n > 0 -> first[place] = head; count[place] = n; done[place] = 0; MAY_DIE }
    :: n == 0
    fi;
    atomic {
        head = head + n; unsaved = n; n = 0; k = 0;
        MAY_DIE;
        unlock(POP);
        if :: unsaved > 0 && HALF_FREE -> told = 1 :: else fi
    }
}

// The oldest span of a record that is not released. Within the save lock, so that only `released` can change.
inline look_at_records() {
#ifdef FREE_AT_DURABLE
    k = durable;
#else
    k = released;
#endif
    do
    :: k < stored && record_length[k % RECORDS] == 0 -> k++
    :: else -> break
    od;
    oldest = (k < stored -> record_at[k % RECORDS] : storage_end);
    if :: oldest > seen -> seen = oldest :: else fi;
    oldest = 0; k = 0
}

inline save() {
    atomic {
        lock(SAVE);
#ifdef DONE_BEFORE_COPY
        n = (FREE < unsaved -> FREE : unsaved);
        n = (RECORDS - 1 < n -> RECORDS - 1 : n);
        done[place] = done[place] + n
    };
    atomic {
        done[place] = done[place] - n;
        n = 0;
#endif
        do
        :: n < unsaved && n < RECORDS - 1 && n < FREE ->
            read_ring(item_at[HELD(n)], item_length[HELD(n)], NUMBER(n));
            length = RECORD_LENGTH(item_length[HELD(n)]);
            if
            :: length > 0 ->
                if :: end == 0 -> end = storage_end :: else fi;
                if
                :: HAS_ROOM(STORAGE_CELLS, seen, end, length)
                :: else -> look_at_records()
                fi;
                if
                :: HAS_ROOM(STORAGE_CELLS, seen, end, length) ->
                    at = PLACE_FOR(STORAGE_CELLS, end, length);
                    write_storage(at, length, NUMBER(n));
                    end = at + length
                :: else -> break
                fi
            :: else
            fi;
            record_number[(stored + n) % RECORDS] = NUMBER(n);
            record_place[(stored + n) % RECORDS] = place;
            record_at[(stored + n) % RECORDS] = at;
            record_length[(stored + n) % RECORDS] = length;
            frees = frees || item_length[HELD(n)] > 0;
            at = 0; length = 0; n++;
            MAY_DIE
        :: else -> break
        od;
        length = 0;
        if
        :: n == 0 -> end = 0; saw = released; unlock(SAVE); goto lacking
        :: else
        fi;
#if !defined(STORAGE_END_AFTER_COMMIT) && !defined(STORAGE_END_NOT_STORED)
        if :: end > 0 -> storage_end = end :: else fi;
        MAY_DIE;
#endif
        stored = stored + n;
#ifdef STORAGE_END_AFTER_COMMIT
        MAY_DIE;
        if :: end > 0 -> storage_end = end :: else fi;
#endif
        end = 0;
        MAY_DIE
    };
    atomic {
        done[place] = done[place] + n; unsaved = unsaved - n; n = 0;
        MAY_DIE;
        unlock(SAVE);
        MAY_DIE;
#ifndef SAVED_SILENTLY
        if :: frees -> told = 1 :: else fi;
#endif
        frees = 0
    }
}

// The flush lock is held and `mark` read; others may save meanwhile.
inline flush() {
    atomic {
        MAY_DIE;
        k = durable;
        do
        :: k < mark ->
            read_storage(record_at[k % RECORDS], record_length[k % RECORDS],
                         record_number[k % RECORDS]);
            assert(!row[record_number[k % RECORDS]]);
            row[record_number[k % RECORDS]] = 1;
            k++
        :: else -> break
        od;
        durable = k; k = 0; mark = 0;
        MAY_DIE;
        unlock(FLUSH)
    }
}

proctype Consumer(byte me) {
    byte unsaved, n, end, at, k, c, length, mark, saw;
    byte seen, oldest;  // Storage::seen_oldest_byte_, and the one that a look is about
    bit frees;
start:
    atomic { lock(SAVE); unlock(SAVE); unsaved = count[place] - done[place] };
    do
    :: unsaved > 0 ->
        save();
        goto again;
lacking:
        if
        :: atomic { UNFLUSHED && owner[FLUSH] == 0 -> saw = 0; own(FLUSH); mark = stored }; flush()
        :: atomic { released != saw -> saw = 0 }
        :: atomic { DIE_WAITING }
        fi;
again:
        skip
    :: atomic {
            unsaved == 0 && tail != head && owner[POP] == 0 && MAY_POP ->
            own(POP);
            n = (tail - head < BATCH -> tail - head : BATCH)
        };
        claim()
    :: atomic { unsaved == 0 && UNFLUSHED && owner[FLUSH] == 0 -> own(FLUSH); mark = stored }; flush()
    :: unsaved == 0 && FINISHED -> break
    :: atomic { DIE_WAITING }
    od;
    atomic { lock(POP); unlock(POP); seen = 0; left++ };
    goto gone;
killed:
    atomic {
        abandon(POP); abandon(SAVE); abandon(FLUSH);
        unsaved = 0; n = 0; end = 0; at = 0; k = 0; c = 0; length = 0; mark = 0; saw = 0; seen = 0; oldest = 0;
        frees = 0;
#ifndef NO_REWAKE
        told = 1;
#endif
        goto start
    };
gone:
    skip
}

// All is released and everybody has left: nothing is in use.
inline check() {
    assert(head == ITEMS && tail == ITEMS && stored == ITEMS && durable == ITEMS);
    assert(done[0] == count[0] && done[1] == count[1]);
    i = 0;
    do
    :: i < ITEMS -> i++; assert(row[i])
    :: else -> break
    od
}

init {
    byte i;
    atomic {
        do  // a run with fewer kills is a run of its own: what is stuck in it must not be saved by another kill
        :: kills < KILLS -> kills++
        :: break
        od;
        run Producer(0); run Consumer(1);
#if CONSUMERS > 1
        run Consumer(2)
#else
        left++
#endif
    };
    left == 3;
    d_step { check() }
}
