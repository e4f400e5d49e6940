// SPDX-License-Identifier: Apache-2.0
// The ring and the hands (common/core/ring.cpp, common/core/hand.hpp). Items are the numbers 1, 2, ... of the source; what they
// say of themselves besides is left out.

byte slot[SLOTS];
byte tail = PUSHED;                    // commit word of a push
byte head = HEAD;                    // derived word of a claim
bit closed = (PUSHED == ITEMS);
bit stop;
byte first[2], count[2], done[2];      // the words of the two hands; each is read and written whole
byte item[2 * BATCH];                  // what is in the hands

#define place (me - 1)
#define END(p) (first[p] + count[p])
#define HELD(i) item[place * BATCH + (i)]
#define HAS_ROOM (tail - head <= SLOTS / 2)

#ifdef PUSH_OVER_EVIDENCE
#define MOST_PUSHED SLOTS
#else
#define MOST_PUSHED (SLOTS - 1)
#endif

// Items next.. go into the ring, as many as there is room for. Within the push lock.
inline push() {
    n = (SLOTS - (tail - head) < MOST_PUSHED -> SLOTS - (tail - head) : MOST_PUSHED);
    n = (ITEMS + 1 - next < n -> ITEMS + 1 - next : n);
    k = 0;
#ifdef TAIL_BEFORE_SLOTS
    tail = tail + n;
    MAY_DIE;
    tail = tail - n;
#endif
    do
    :: k < n -> slot[(tail + k) % SLOTS] = next; next++; k++; MAY_DIE
    :: else -> break
    od;
    tail = tail + n;
    PROGRESS;
    MAY_DIE
}

// The hand takes what it can hold. Within the pop lock.
inline claim() {
    n = (tail - head < BATCH -> tail - head : BATCH);
    k = 0;
#ifdef HEAD_BEFORE_HAND
    head = head + n;
    MAY_DIE;
    head = head - n;
#endif
#ifdef HAND_BEFORE_ITEMS
    first[place] = head; count[place] = n; done[place] = 0;
    MAY_DIE;
#endif
    do
    :: k < n -> HELD(k) = slot[(head + k) % SLOTS]; k++
    :: else -> break
    od;
    MAY_DIE;
    first[place] = head; count[place] = n; done[place] = 0;
    MAY_DIE;
    head = head + n;
    PROGRESS;
    MAY_DIE;
    unsaved = n;
    n = 0; k = 0
}

inline settle_head() {
#ifdef HEAD_NOT_SETTLED
    skip
#else
    if :: END(0) > head -> head = END(0) :: else fi;
    if :: END(1) > head -> head = END(1) :: else fi
#ifndef SETTLED_SILENTLY
    ;
    if
    :: HAS_ROOM && waiting[PRODUCER] ->
        MAY_DIE; waiting[PRODUCER] = 0; MAY_DIE; same[PRODUCER] = 0; MAY_DIE; asleep[PRODUCER] = 0
    :: else
    fi
#endif
#endif
}

inline close_ring() {
#ifdef NOTIFY_BEFORE_COMMIT
    notify(WORK);
#endif
    atomic { lock(PUSH); closed = 1; PROGRESS; MAY_DIE; unlock(PUSH) };
#ifndef NOTIFY_BEFORE_COMMIT
    notify(WORK)
#endif
}
