// SPDX-License-Identifier: Apache-2.0
// The wake-up and recovery protocol as a model for Spin (spinroot.com): one producer, two consumers, a supervisor, and
// processes that are killed at any moment. One file for each file of the protocol; `tools/check-model` runs it.
//
// What must hold in each run, however the steps interleave and whoever is killed: every item becomes one row of the
// ledger, by one record; nobody is stuck; at the end ring, hands and storage are empty.
//
// Steps. An `atomic` is one access to a word that others may change meanwhile, together with what the process does in
// words that only it may touch then (because it holds the lock). Taking a lock is put together with what follows, giving it
// back with what went before, and a condition that once true stays true is read together with what it allows (Lipton,
// Reduction, CACM 1975). What is visible to others without a lock, and each store of a wait or a wake-up, is a step of
// its own. A kill may nevertheless fall between any two stores: MAY_DIE.
//
// Memory. The model is sequentially consistent. The code does not ask so much of the processor: commit words are
// release stores, read with acquire, which keep what is written before a commit before it; and the one place that needs
// more, a store before a load (the waiter's flag before its check, the notifier's commit before its look at the flag),
// has a sequentially consistent fence on both sides. The variants FLAG_AFTER_CHECK and NOTIFY_BEFORE_COMMIT are what
// the processor would make of it without the one or the other fence.
//
// Not in it: the blame of attempts, the cursor of the low watermark, processes that are stopped, time itself (a wait
// that is bounded may end when nobody can do anything else, or with EARLY at any moment), failures of the ledger, a
// reboot. The crash tests have these.

// ---- where a run begins: items 1..PUSHED are acquired, of which the first STORED are saved and the first DURABLE of these
// in the ledger; HAND_1 and HAND_2 are in the hands, the rest is in the ring. With all ITEMS acquired the ring is closed.
#ifndef ITEMS
#define ITEMS 2
#endif
#ifndef PUSHED
#define PUSHED 0
#endif
#ifndef STORED
#define STORED 0
#endif
#ifndef DURABLE
#define DURABLE 0
#endif
#ifndef HAND_1
#define HAND_1 0
#endif
#ifndef HAND_2
#define HAND_2 0
#endif
#define HEAD (STORED + HAND_1 + HAND_2)

// ---- sizes
#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef RECORDS
#define RECORDS 2
#endif
#ifndef BATCH
#define BATCH 2
#endif
#ifndef CONSUMERS
#define CONSUMERS 2
#endif

// ---- kills: at most so many of producer and consumers, and of the supervisor
#ifndef KILLS
#define KILLS 1
#endif
#ifndef SUPERVISOR_KILLS
#define SUPERVISOR_KILLS 0
#endif
byte kills;
byte supervisor_kills = SUPERVISOR_KILLS;

#define MAY_DIE if :: true :: kills > 0 -> kills--; goto killed fi
#define DIE_WAITING kills > 0 -> kills--; goto killed

// ---- processes: 0 is the producer, 1 and 2 are the consumers of places 0 and 1; `me` is the process itself
#define RUNNING 0
#define DEAD 1  // and not yet replaced
#define LEFT 2
byte status[3];
bit orphaned;  // the supervisor is dead

// Consumers are alike, so that a run in which the second one is the first to lock the ring is the mirror image of
// another one. It is left out where the beginning and the end are alike for both, too.
#if SUPERVISOR_KILLS == 0
bit popped = (HEAD > STORED);
#define MAY_POP (me == 1 || popped)
#define POPPED popped = 1
#else
#define MAY_POP true
#define POPPED skip
#endif

// ---- bounded waits: each may end once after each progress that anybody makes. So a state in which all of them have
// ended in vain is a state without a next step, which Spin reports, and not an endless round of polling.
#ifdef NO_BOUNDS
#define EXPIRED false
#define TRIED skip
#define PROGRESS skip
#define GIVE_UP false
#else
bit tried[3];
#ifdef EARLY
#define EXPIRED !tried[me]
#else
#define EXPIRED (timeout && !tried[me])
#endif
#define TRIED tried[me] = 1
#define PROGRESS tried[0] = 0; tried[1] = 0; tried[2] = 0
#define GIVE_UP (timeout && orphaned && tried[me])  // the drain timeout
#endif

#include "robust_mutex.pml"
#include "condition.pml"
#include "ring.pml"
#include "storage.pml"

inline settle(l) {
    if
    :: l == POP -> settle_head()
    :: l == SAVE -> settle_hand()
    :: else
    fi
}

inline die() {
    if :: owner[POP] == me + 1 -> stop_waiting(WORK) :: else fi;
    if :: owner[SAVE] == me + 1 -> stop_waiting(ROOM) :: else fi;
    if :: me == 0 -> stop_waiting(PRODUCER) :: else fi;
    abandon(PUSH);
    abandon(POP);
    abandon(SAVE);
    abandon(FLUSH);
    status[me] = DEAD
}

#include "producer.pml"
#include "consumer.pml"
#include "supervisor.pml"

inline begin() {
    do
    :: i < PUSHED ->
        slot[i % SLOTS] = i + 1;
        if
        :: i < STORED -> record_item[i % RECORDS] = i + 1; record_index[i % RECORDS] = i
        :: i >= STORED && i < STORED + HAND_1 -> item[i - STORED] = i + 1
        :: i >= STORED + HAND_1 && i < HEAD -> item[BATCH + i - STORED - HAND_1] = i + 1
        :: else
        fi;
        i++;
        if
        :: i <= DURABLE -> row[i] = i
        :: else
        fi
    :: else -> break
    od;
    first[0] = STORED; count[0] = HAND_1;
    first[1] = STORED + HAND_1; count[1] = HAND_2;
    i = 0
}

init {
    byte i;
    atomic {
        begin();
        do  // a run with fewer kills is a run of its own: what is stuck in it must not be saved by another kill
        :: kills < KILLS -> kills++
        :: break
        od;
        run Supervisor(); run Producer(0); run Consumer(1);
#if CONSUMERS > 1
        run Consumer(2)
#else
        status[2] = LEFT
#endif
    }
}
