// SPDX-License-Identifier: Apache-2.0
// A consumer (consumer/consumer.cpp): finishes the hand that its place was left with, then claims, saves and flushes
// until the ring is closed and empty and everything that was saved is durable.

// The end of a wait that lasts until a flush is due (Consumer::patience). Before another one's flush has ended nothing
// comes of it: the consumer would only wait anew.
#define DUE (due && (owner[FLUSH] == 0 || !UNFLUSHED))

// An orphan asks the source to stop, and closes the ring when no producer is left to do it.
inline look_after_ring() {
#if SUPERVISOR_KILLS > 0
    if
    :: atomic { orphaned && !stop -> stop = 1; PROGRESS }
    :: !orphaned || stop
    fi;
    if
    :: stop && !closed && status[0] != RUNNING -> close_ring()
    :: else
    fi
#else
    skip
#endif
}

inline wait_for_room() {
    if
    :: atomic { owner[SAVE] == 0 -> own(SAVE) };
        do
        :: begin_wait(ROOM);
            if
            :: atomic { FREE > 0 || late -> late = 0; same[ROOM] = 0; unlock(SAVE); break }
            :: atomic { !(FREE > 0 || late) -> skip }
            fi;
            sleep(ROOM);
            if
            :: !asleep[ROOM]
            :: atomic { asleep[ROOM] && EXPIRED -> asleep[ROOM] = 0; late = 1; TRIED }
#ifndef ROOM_AWAITED_BEYOND_FLUSH
            :: atomic { asleep[ROOM] && DUE -> asleep[ROOM] = 0; late = 1 }
#endif
            :: atomic { DIE_WAITING }
            fi
        od
    :: atomic { owner[SAVE] != 0 && EXPIRED -> TRIED }
#ifndef ROOM_AWAITED_BEYOND_FLUSH
    :: owner[SAVE] != 0 && DUE
#endif
    :: atomic { DIE_WAITING }
    fi;
    due = 0
}

// There is no room for the results: the flush is behind, or the producer's receipts are.
inline make_room() {
    if
    :: atomic { UNFLUSHED && owner[FLUSH] == 0 -> own(FLUSH); mark = stored }; commit()
    :: !FLUSH_IS_DUE || owner[FLUSH] != 0 -> due = UNFLUSHED; wait_for_room()
    fi;
    look_after_ring();
#if SUPERVISOR_KILLS > 0 && !defined(ORPHANS_STAY)
    if  // nobody makes room
    :: orphaned && !UNFLUSHED && status[0] != RUNNING -> goto leave
    :: else
    fi
#endif
}

proctype Consumer(byte me) {
    byte unsaved, n, k, mark;
    bit late, due, over;
start:
#ifdef SUCCESSOR_DOES_NOT_SETTLE
    unsaved = count[place] - done[place];
#else
    atomic { lock(SAVE); unlock(SAVE); unsaved = count[place] - done[place] };
#endif
    do
    :: atomic {
            unsaved > 0 ->
            lock(SAVE);
            if
            :: FREE > 0 -> save(); unlock(SAVE); goto again
            :: else -> unlock(SAVE)
            fi
        };
        make_room()
    :: unsaved == 0 ->
        if  // by the time that has gone by the flush may be due or not; after a wait until then it is
        :: atomic { UNFLUSHED && owner[FLUSH] == 0 -> own(FLUSH); mark = stored };
            commit();
            due = UNFLUSHED
        :: atomic { !(FLUSH_IS_DUE || due && UNFLUSHED) || owner[FLUSH] != 0 -> due = UNFLUSHED }
        fi;
        if
        :: atomic {
                owner[POP] == 0 && MAY_POP -> POPPED;
                own(POP);
                if
                :: tail != head -> due = 0; claim(); unlock(POP); goto claimed
                :: tail == head && closed -> due = 0; goto closed_or_not
                :: tail == head && !closed
                fi
            };
            do
            :: begin_wait(WORK);
                if
                :: atomic { tail != head || closed -> late = 0; due = 0; same[WORK] = 0; break }
                :: atomic { tail == head && !closed && late -> late = 0; same[WORK] = 0; unlock(POP); goto nothing }
                :: atomic { tail == head && !closed && !late -> skip }
                fi;
                sleep(WORK);
                if
                :: !asleep[WORK]
                :: atomic { asleep[WORK] && EXPIRED -> asleep[WORK] = 0; late = 1; TRIED }
                :: atomic { asleep[WORK] && DUE -> asleep[WORK] = 0; late = 1 }
                :: atomic { DIE_WAITING }
                fi
            od;
closed_or_not:
            over = closed;
            atomic {
                if
                :: over && tail == head -> unlock(POP); break
                :: else
                fi;
                over = 0;
                claim();
                unlock(POP)
            };
claimed:
            if
            :: HAS_ROOM -> notify(PRODUCER)
            :: !HAS_ROOM
            fi;
            goto again
        :: owner[POP] != 0 && DUE
        :: atomic { owner[POP] != 0 && EXPIRED -> TRIED }
        :: atomic { DIE_WAITING }
        fi;
nothing:
        look_after_ring();
again:
    od;
    do
    :: atomic { lock(FLUSH); mark = stored };
        commit();
        if
        :: !UNFLUSHED -> break
        :: UNFLUSHED
        fi;
        look_after_ring()
    od;
leave:
    atomic { unsaved = 0; over = 0; due = 0; status[me] = LEFT };
    goto end;
killed:
    atomic { die(); unsaved = 0; n = 0; k = 0; mark = 0; late = 0; due = 0; over = 0 };
end:
    atomic { status[me] == RUNNING -> goto start }
}
