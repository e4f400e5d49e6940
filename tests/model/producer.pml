// SPDX-License-Identifier: Apache-2.0
// The producer (producer/producer.cpp): pushes what the source gives, tells the source of what is durable, closes the
// ring, and leaves when everything is released.

#ifdef ROOM_ONLY
#define MAY_GO_ON HAS_ROOM
#else
#define MAY_GO_ON (HAS_ROOM || RECEIPTS)
#endif

inline acknowledge() {
    if
    :: RECEIPTS ->
        mark = durable;
#ifdef NOTIFY_BEFORE_COMMIT
        notify(ROOM);
#endif
        atomic { MAY_DIE; released = mark; mark = 0; PROGRESS };
#ifndef NOTIFY_BEFORE_COMMIT
        notify(ROOM)
#endif
    :: !RECEIPTS
    fi
}

inline wait_as_producer(ready) {
    do
    :: begin_wait(PRODUCER);
        if
        :: atomic { ready || late -> late = 0; same[PRODUCER] = 0; break }
        :: atomic { !(ready || late) -> skip }
        fi;
        sleep(PRODUCER);
        if
        :: !asleep[PRODUCER]
        :: atomic { asleep[PRODUCER] && EXPIRED -> asleep[PRODUCER] = 0; late = 1; TRIED }
        :: atomic { asleep[PRODUCER] && GIVE_UP -> asleep[PRODUCER] = 0; goto leave }
        :: atomic { DIE_WAITING }
        fi
    od
}

proctype Producer(byte me) {
    byte next, n, k, mark;
    bit late;
start:
    next = (tail == 0 -> 1 : slot[(tail - 1) % SLOTS] + 1);
    do
    :: next > ITEMS -> break
#if SUPERVISOR_KILLS > 0
    :: closed || stop -> break
    :: atomic { orphaned && !stop -> stop = 1; PROGRESS }
#endif
    :: next <= ITEMS ->
        acknowledge();
#ifdef NOTIFY_BEFORE_COMMIT
        notify(WORK);
#endif
        atomic {
            lock(PUSH);
            if
            :: closed -> unlock(PUSH); break
            :: !closed && tail - head < SLOTS -> push(); unlock(PUSH); n = 0; k = 0; goto pushed
            :: else -> unlock(PUSH)
            fi
        };
        if
        :: MAY_GO_ON
        :: !MAY_GO_ON -> wait_as_producer(MAY_GO_ON)
        fi;
        goto again;
pushed:
#ifndef NOTIFY_BEFORE_COMMIT
        notify(WORK);
#endif
again:
    od;
    close_ring();
    do
    :: acknowledge();
        if
        :: released == tail -> break
        :: released != tail && RECEIPTS
        :: released != tail && !RECEIPTS -> wait_as_producer(RECEIPTS)
        fi
    od;
leave:
    atomic { next = 0; status[me] = LEFT };
    goto end;
killed:
    atomic { die(); next = 0; n = 0; k = 0; mark = 0; late = 0 };
end:
    atomic { status[me] == RUNNING -> goto start }
}
