// SPDX-License-Identifier: Apache-2.0
// The supervisor (supervisor/supervisor.cpp): after each death it wakes everybody, then starts the successor. When it is
// killed itself, the next one waits until nobody of the old generation is left, and adopts (supervisor/preflight/adoption.cpp).

#define SUPERVISOR_MAY_DIE \
    if :: true :: supervisor_kills > 0 -> supervisor_kills--; orphaned = 1; PROGRESS; goto killed fi

inline rewake(c) {
#ifdef NO_REWAKE
    skip
#else
    atomic { SUPERVISOR_MAY_DIE; waiting[c] = 0; stop_waiting(c) }
#endif
}

inline replace(process) {
    rewake(WORK);
    rewake(PRODUCER);
    rewake(ROOM);
    atomic { SUPERVISOR_MAY_DIE; status[process] = RUNNING }
}

// The end of a run. A supervisor that finds nothing to adopt need not have had all items acquired.
inline check() {
    d_step {
        assert(head == tail && stored == tail && durable == tail && released == tail);
        do
        :: i < tail -> i++; assert(row[i] != 0)
        :: else -> break
        od;
#if SUPERVISOR_KILLS == 0
        assert(tail == ITEMS)
#endif
    }
}

// One consumer is asked for, whichever; a hand that is not empty needs its own.
inline adopt() {
    closed = 0; stop = 0; orphaned = 0;
    status[0] = RUNNING;
#if CONSUMERS == 1 || defined(HANDS_NOT_ADOPTED)
    status[1] = RUNNING; status[2] = LEFT
#else
    status[1] = (done[0] < count[0] -> RUNNING : LEFT);
    status[2] = (done[1] < count[1] -> RUNNING : LEFT);
    if
    :: status[1] = RUNNING
    :: status[2] = RUNNING
    fi
#endif
}

proctype Supervisor() {
    byte i;
supervise:
    do
    :: status[0] == DEAD -> replace(0)
    :: status[1] == DEAD -> replace(1)
    :: status[2] == DEAD -> replace(2)
    :: status[0] == LEFT && status[1] == LEFT && status[2] == LEFT -> goto finished
#if SUPERVISOR_KILLS > 0
    :: atomic { supervisor_kills > 0 -> supervisor_kills--; orphaned = 1; PROGRESS; goto killed }
#endif
    od;
killed:
    atomic {
        status[0] != RUNNING && status[1] != RUNNING && status[2] != RUNNING ->
        if
        :: durable == tail && released == tail -> goto finished
        :: else
        fi;
        adopt();
        goto supervise
    };
finished:
    check()
}
