// SPDX-License-Identifier: Apache-2.0
// The conditions (common/shm/condition.hpp). The sequence itself is not here: since one process at a time waits, all that
// matters is whether the sequence is still what the waiter saw.

#define WORK 0      // RingArea::items: waited for by the holder of the pop lock
#define ROOM 1      // StorageArea::room: waited for by the holder of the save lock
#define PRODUCER 2  // RingArea::producer

bit waiting[3];  // the flag
bit same[3];     // the sequence is what the waiter has seen
bit asleep[3];   // in FUTEX_WAIT

// What a waiter does before it looks at the condition itself.
inline begin_wait(c) {
#if defined(FLAG_AFTER_CHECK)
    atomic { MAY_DIE; same[c] = 1 }
#elif defined(SEQUENCE_AFTER_CHECK)
    atomic { MAY_DIE; waiting[c] = 1 }
#else
    atomic { MAY_DIE; same[c] = 1; waiting[c] = 1 }
#endif
}

// FUTEX_WAIT returns at once if the sequence has changed.
inline sleep(c) {
#ifdef FLAG_AFTER_CHECK
    waiting[c] = 1;
#endif
#ifdef SEQUENCE_AFTER_CHECK
    same[c] = 1;
#endif
    atomic {
        if
        :: same[c] -> asleep[c] = 1
        :: else
        fi;
        same[c] = 0  // nobody looks at it until the next wait
    }
}

inline wake(c) {
#ifdef FLAG_CLEARED_LAST
    atomic { MAY_DIE; same[c] = 0; MAY_DIE; asleep[c] = 0 };
    atomic { MAY_DIE; waiting[c] = 0 }
#else
    atomic { MAY_DIE; waiting[c] = 0 };
#ifdef SEQUENCE_UNCHANGED
    atomic { MAY_DIE; asleep[c] = 0 }
#else
    atomic { MAY_DIE; same[c] = 0; MAY_DIE; asleep[c] = 0 }
#endif
#endif
}

inline notify(c) {
    if
    :: waiting[c] -> wake(c)
    :: !waiting[c]
    fi
}

// A waiter that dies.
inline stop_waiting(c) {
    asleep[c] = 0;
    same[c] = 0
}
