// SPDX-License-Identifier: Apache-2.0
// Defines all bytes that the processes share. They lie in two segments (segment.hpp):
//
//     /NAME.ring      RingArea, Item slots[capacity], the byte area, MetricsArea (metrics.hpp)
//     /NAME.storage   StorageArea, Record records[capacity], Details details[capacity], the byte area
//
// The layout is fixed at creation. It has no allocator, no pointers, no virtual functions, and nothing that
// depends on a build option. Each field says who writes it, under which lock, and what a kill can leave in
// it. Indices (tail, head, durable, released) count from 0 and never wrap; index i is in slot i % capacity.
// So do the offsets of a byte area (byte_area.hpp).
// Times are CLOCK_MONOTONIC nanoseconds. Other files refer to these invariants by number:
//
// - I1, commit: each operation has ONE commit word, a 64-bit atomic stored with release order after all that
//   it covers. A kill before that store leaves the operation undone, a kill after it leaves it done
//   (docs/crash-safety.md has the table).
// - I2, settle: a word that can be derived from a commit word is stored after it, under the same lock. If the
//   lock's owner has died, the next owner derives the word again.
// - I3, evidence: ring slot tail - 1 stays intact until the next push commits, and storage record tail - 1
//   until the next save does. The bytes that their spans name may be overwritten before that.
// - I4, order: head <= tail <= head + capacity in the ring; released <= durable <= tail <= released +
//   capacity in the storage.
// - I5, balance: once settled, each acquired item is in exactly one of ring, hand and storage. Items only
//   move forward.
// - I6, bytes: in each byte area, the spans of later items lie behind those of earlier ones. The ring's bytes
//   are in use from the first byte of the oldest unsaved item with a span (in slots and hands) to bytes_tail,
//   the storage's from that of the oldest record with a span that is not released. All else is free.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "common/core/item.hpp"
#include "common/core/record.hpp"
#include "common/core/result.hpp"
#include "common/os/file_identity.hpp"
#include "common/shm/condition.hpp"
#include "common/shm/robust_mutex.hpp"
#include "common/shm/status_text.hpp"

namespace pipeline {

// Raise kLayoutVersion whenever a byte of the segments changes its place or its meaning. layout_shape.cpp
// notices when the number of fields or the size of a shared struct changes, metrics included: the build then
// fails until kLayoutShape is set to the new shape.
inline constexpr std::uint32_t kLayoutVersion = 11;
inline constexpr std::uint64_t kLayoutShape = 10282425834385068871U;
inline constexpr std::uint64_t kRingMagic = 0x474e'4952'564e'4901;     // "\1INVRING" as bytes
inline constexpr std::uint64_t kStorageMagic = 0x524f'5453'564e'4901;  // "\1INVSTOR" as bytes
inline constexpr std::size_t kMaxBatch = 256;                          // items in a hand at most
inline constexpr std::uint32_t kMinCapacity = 2;                       // of the ring and of the storage
inline constexpr std::uint32_t kMaxCapacity = 1U << 20U;
inline constexpr std::size_t kMaxSpecBytes = 4352;  // "spool:" and a path of PATH_MAX bytes, with room

// The beginning of each of the two segments. The creator writes it once, before it gives the segments their
// names.
struct SegmentHeader {
    std::uint64_t magic;
    std::uint32_t layout_version;
    std::uint32_t capacity;       // slots or records
    std::uint64_t total_bytes;    // bytes of the whole segment
    std::uint64_t generation;     // random; the same in the two segments that belong together
    std::uint64_t byte_capacity;  // of the byte area
};

// A consumer's *hand*: the items that it has claimed and not saved. A *place* is a number 0..kMaxPlaces-1
// that at most one consumer has at a time. Each place has a hand; a dead consumer's successor takes its
// place, and with it the hand.
struct alignas(64) HandArea {
    // {first: 46, count: 9, done: 9}: the claimed items have ring indices [first, first + count); the first
    // `done` of them are saved. For a claim this is the commit word: the place's consumer writes it under the
    // pop lock. For a save it is a derived word: the consumer, or the lock owner that settles the save,
    // writes it under the save lock. It is always read and written whole, so no kill leaves half of it.
    std::atomic<std::uint64_t> word;

    // {index: 46, beat: 8, suspect: 1, attempt: 8, active: 1}: the item that is being processed, the number
    // of the attempt, and whether the item was a suspect (HandView::is_suspect()) when the attempt began.
    // When `beat` changes, the supervisor's watch measures the item's time anew; nothing else reads it. The
    // place's consumer writes this word; after a death that no item is to blame for, the supervisor clears
    // it. A kill leaves the word active, so that the successor knows which item to blame.
    std::atomic<std::uint64_t> work;

    // When the consumer began the current batch; 0 while it processes none. Written by the consumer.
    std::atomic<std::uint64_t> since_ns;

    // The consumer, a packed ProcessId (process_id.hpp); 0 when there is none. The consumer writes it when it
    // starts and when it leaves. A kill leaves the dead consumer's id. The supervisor clears this id if it
    // starts no successor; a supervisor that adopts the segments always clears it.
    std::atomic<std::uint64_t> process;

    // How the last consumer of this place died, an encoded Cause; 0 if it did not die, or if the cause is
    // unknown (it was killed together with others, or the supervisor is dead too). The supervisor writes this
    // word before it starts the successor.
    std::atomic<std::uint32_t> death;

    // 1: the place's consumer must leave as soon as its hand is empty. Only the supervisor writes it, before
    // it starts a consumer and while one runs. The consumer ignores it when the pipeline drains or the
    // supervisor is dead. A kill of either process leaves it unchanged: the consumer's successor obeys it,
    // and the next supervisor writes it again.
    std::atomic<std::uint32_t> leave;
};

// The items in a hand: copies of the claimed slots. The place's consumer writes them under the pop lock, and
// their blame without a lock. They are stored apart from HandArea, because other processes scan the HandAreas
// of all places.
using HandItems = std::array<Item, kMaxBatch>;

// A position in a list (lines:FILE) with the digest of all bytes before it: the digest proves which list a
// cursor belongs to (list_marks.hpp). The producer writes a mark before the push that ends at that position;
// the creator of the segments may write the first one. The flush leader and the next producer read marks
// without a lock. `sequence` is odd while the mark is being written, and after a kill during the write: such
// a mark is invalid and free.
struct alignas(64) ListMark {
    std::atomic<std::uint64_t> sequence;  // 0: never written
    std::atomic<std::uint64_t> position;
    std::array<std::atomic<std::uint64_t>, 4> digest;
    // chain(k) as list_digest.hpp defines it, for the k whole blocks of 1 MiB before the position: a new
    // producer continues the digest from it. Zeros: k is 0, or the chain is unknown, as in the mark that the
    // creator of the segments writes.
    std::array<std::atomic<std::uint64_t>, 4> chain;
};
inline constexpr std::size_t kListMarks = 64;

// The hold of the source (hold.hpp). Consumers and the producer write these words without a lock; they depend
// on nothing else, so a kill leaves at most a hold that begins or ends one attempt later.
struct alignas(64) HoldArea {
    // {count: 16, hash: 48}: how many invoices in a row have failed, and which one was the last.
    std::atomic<std::uint64_t> failures;
    std::atomic<std::uint64_t> since_ns;  // when the hold began; 0: the source is not held
    // The ring index after that of the item that may be tried during a hold; 0: none may. The producer stores
    // it before the push of that item.
    std::atomic<std::uint64_t> tried;
    std::atomic<std::uint32_t> is_given_up;  // 1: nothing is held until the next success (--hold-for)
    // A bit for each invoice that has failed in this row, by its hash.
    std::array<std::atomic<std::uint64_t>, 64> failed;
};

// How far a stop of the pipeline has got (docs/crash-safety.md, "Stopping").
enum class StopStep : std::uint32_t {
    None,
    Drain,  // the producer acquires nothing more; what was acquired is processed
    Leave,  // consumers begin nothing more, end the programs that run, and leave
};

struct alignas(64) RingArea {
    SegmentHeader header;

    // The creator of the segments writes these fields once, unless their comment names another writer.
    std::uint64_t start_position;            // where the producer starts if tail is 0: the ledger's cursor
    std::uint32_t ordered;                   // 1 if the source's positions rise, so that a cursor exists
    std::array<char, kMaxSpecBytes> source;  // the source's name as in the ledger, NUL-terminated
    std::array<char, kMaxSpecBytes> ledger;  // the ledger, NUL-terminated
    // The ledger's id, from the table `schema` in the ledger's file; 0: the ledger stores nothing.
    std::uint64_t ledger_id;
    // Identifies the list, or the spool's folder; zeros for any other source. The producer of a list writes
    // it again before its first push, from the file that it has opened. If it is killed before that, the next
    // producer does so. For a spool, an adopting supervisor writes it again before it starts children,
    // because a remounted file system has another device number.
    FileIdentity source_file;
    // 1: this generation restarted the source at 0 (--from-start), although the ledger may have a cursor for
    // it: the first commit of the generation resets that cursor.
    std::uint32_t from_start;
    // 1: items acquired before the upgrade from layout 4 have a bare inode as their position.
    std::uint32_t bare_inodes;

    // The pid namespace to which the pids of producer, consumers and supervisor belong (own_pid_namespace());
    // 0: unknown. The supervisor that makes or adopts the segments writes it before it starts children. An
    // adopter first clears all words that name processes, so a kill in between leaves words that name none.
    std::atomic<std::uint64_t> pid_namespace;

    // ---- written by the supervisor, or by a child whose supervisor has died ----
    // The step of the present stop, a StopStep. It only rises (Ring::request_stop()); a kill leaves it
    // unchanged, and children go on with that step. A supervisor that adopts the segments resets it.
    std::atomic<std::uint32_t> stop;

    // ---- written by the supervisor ----
    // 1: acquire nothing for the time being; `stop` takes precedence. A kill leaves it unchanged: a new
    // producer stays paused. Children whose supervisor has died set `stop`. The next supervisor starts
    // unpaused.
    std::atomic<std::uint32_t> paused;
    // Counts the supervisor's calls (Ring::call_consumers()): each makes waiting consumers check
    // HandArea::leave. If the supervisor is killed after it stored `leave` and before it counts the call, the
    // consumers notice at the end of their wait.
    std::atomic<std::uint32_t> calls;

    // 1: a process has found a word with an impossible value, and `damage` names it. The first finder stores
    // `damaged`, then `damage`; nobody clears them. All processes then stop, and no supervisor adopts the
    // segments. If the finder is killed in between, `damage` stays empty or incomplete.
    std::atomic<std::uint32_t> damaged;
    StatusText damage;

    // ---- the push side: the producer ----
    RobustMutex push_lock;
    alignas(64) std::atomic<std::uint64_t> tail;  // commit word of a push; written under push_lock
    // The end of the bytes that were written last (byte_area.hpp). A push with bytes stores it before `tail`.
    // A kill in between leaves it ahead of the bytes that items name: the next push writes behind it.
    std::atomic<std::uint64_t> bytes_tail;
    std::atomic<std::uint32_t> closed;            // 1: no push will follow; written under push_lock
    std::atomic<std::uint32_t> exhausted;         // 1: the source has ended; set by the producer, for display
    std::atomic<std::uint64_t> producer_process;  // a packed ProcessId, as HandArea::process
    std::atomic<std::uint64_t> expected;          // total items of a finite source; 0: unknown
    // 1: a producer of lines:FILE has verified, under this supervisor, that the list still begins with the
    // bytes read before. 0: none has finished that check, so the next producer reads all these bytes again.
    // The producer sets it; a supervisor that adopts the segments clears it.
    std::atomic<std::uint32_t> list_checked;
    std::array<ListMark, kListMarks> list_marks;  // of lines:FILE, or kept_mark()

    // ---- the pop side: the consumers ----
    RobustMutex pop_lock;
    alignas(64) std::atomic<std::uint64_t> head;  // derived word of a claim; written under pop_lock

    // The time when the next attempt may begin, with --rate (permits.hpp); 0 before the first one. Consumers
    // move it by compare-exchange, without a lock: the move takes the permit for one attempt. A kill before
    // the move leaves the permit to others; a kill after it loses that one permit. Any value is harmless: if
    // it lies more than a period ahead, a consumer sets it back to one period ahead.
    alignas(64) std::atomic<std::uint64_t> next_begin_ns;

    HoldArea hold;

    alignas(64) Condition items;     // the consumer that holds pop_lock waits here for items
    alignas(64) Condition producer;  // the producer waits here for room, durable records or taken permits

    std::array<HandArea, kMaxPlaces> hands;
    std::array<HandItems, kMaxPlaces> hand_items;
    // Item slots[capacity] follow, then the byte area, then the metrics (metrics.hpp). A push never
    // overwrites an unclaimed item. Slot tail - 1 is evidence (I3): a new producer continues after its item.
};

// The outcomes of the durable records, counted since the segments were created.
struct Totals {
    std::uint64_t booked;
    std::uint64_t rejected;
    std::uint64_t failed;
    std::uint64_t duplicates;
    std::uint64_t waiting = 0;
    std::uint64_t given_again = 0;  // of all these: those of items that were given again (GivenAgain)
    [[nodiscard]] std::uint64_t all() const noexcept {
        return booked + rejected + failed + duplicates + waiting;
    }
    // Invoices, each counted once, however often it was given.
    [[nodiscard]] std::uint64_t invoices() const noexcept { return all() - given_again; }
    // Invoices whose last outcome is that they wait.
    [[nodiscard]] std::uint64_t still_waiting() const noexcept {
        return waiting - (given_again < waiting ? given_again : waiting);
    }
};

// The ledger's file and its log (FILE-wal), as this generation last opened them, each by its
// FileIdentity::position(); 0 before that. If another file has the ledger's name now, the log does not belong
// to that file and would destroy it. The flush leader writes both words under the flush lock, before each
// commit: first `file`, then `log`. A kill in between leaves the new file with an older log, so the two
// words need not belong together. Another process that opens the same file also stores its log in `log`,
// unless a leader has changed `log` meanwhile.
struct LedgerFiles {
    std::atomic<std::uint64_t> file;
    std::atomic<std::uint64_t> log;
};

struct alignas(64) StorageArea {
    SegmentHeader header;

    // ---- save: the consumers ----
    RobustMutex save_lock;
    alignas(64) std::atomic<std::uint64_t> tail;  // commit word of a save; written under save_lock
    // As RingArea::bytes_tail. A save with bytes stores it before `tail`.
    std::atomic<std::uint64_t> bytes_tail;

    // ---- flush: the flush leader, which is the consumer that holds flush_lock ----
    RobustMutex flush_lock;
    // Commit word of a flush, written under flush_lock: {durable: 63, which: 1}. Records below `durable` are
    // in the ledger; totals[which] counts them. The leader first fills the element of `totals` that is not in
    // use, so that one store changes both index and totals.
    alignas(64) std::atomic<std::uint64_t> durable_word;
    std::array<Totals, 2> totals;
    // The last cursor that the ledger has got. The flush leader writes it after the ledger's commit. A kill
    // in between leaves the previous cursor: the next leader commits the same cursor again.
    std::atomic<std::uint64_t> cursor;
    // The end of the bytes of the records below `durable`. The bytes from there to bytes_tail wait for the
    // next commit: many of them make a flush due. The flush leader writes it after `durable_word`; if it is
    // killed before that, a flush is due too early.
    std::atomic<std::uint64_t> durable_bytes;
    LedgerFiles ledger_files;

    // ---- release: only the producer, or the supervisor if the producer has failed for good ----
    // The records below this index are acknowledged to the source; their space is free.
    alignas(64) std::atomic<std::uint64_t> released;

    alignas(64) Condition room;  // the consumer that holds save_lock waits here for room
    // Record records[capacity], Details details[capacity] and the byte area follow.
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free &&
                  std::atomic<std::uint32_t>::is_always_lock_free,
              "a lock hidden in an atomic would not survive its owner");
static_assert(sizeof(Item) == 128);
static_assert(sizeof(HandArea) == 64, "all hands' words in a few pages");
static_assert(sizeof(RingArea) % 64 == 0 && sizeof(StorageArea) % 64 == 0);

}  // namespace pipeline
