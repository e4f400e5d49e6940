// SPDX-License-Identifier: Apache-2.0
// The robust locks (common/shm/robust_mutex.hpp), to be used within `atomic`. That the kernel marks the locks of a dead
// owner, and wakes one who waits, is taken for granted here; the crash tests see it happen.

#define PUSH 0
#define POP 1
#define SAVE 2
#define FLUSH 3

byte owner[4];        // 0: free; else the number of the process + 1
bit inconsistent[4];  // the owner died; until the next one has marked the lock consistent

// The caller sees that the lock is free. Whoever is told that the owner died settles first.
inline own(l) {
    owner[l] = me + 1;
    MAY_DIE;
    if
    :: inconsistent[l] ->
#ifdef CONSISTENT_BEFORE_SETTLING
        inconsistent[l] = 0;
        MAY_DIE;
        settle(l);
        MAY_DIE
#else
#ifdef SETTLING_AFTER_UNLOCK
        inconsistent[l] = 0;
        owner[l] = 0;
        MAY_DIE;
        owner[l] = me + 1;
#endif
        settle(l);
        MAY_DIE;
#ifndef NEVER_CONSISTENT
        inconsistent[l] = 0;
#endif
        MAY_DIE
#endif
    :: else
    fi
}

inline lock(l) {
    if
    :: owner[l] == 0
    :: DIE_WAITING
    fi;
    own(l)
}

// Unlocked without having been marked consistent it would be unusable for ever (ENOTRECOVERABLE).
inline unlock(l) {
    assert(!inconsistent[l]);
    owner[l] = 0
}

// What the kernel does for a process that died.
inline abandon(l) {
#ifdef NOT_ROBUST
    skip
#else
    if
    :: owner[l] == me + 1 -> owner[l] = 0; inconsistent[l] = 1
    :: else
    fi
#endif
}
