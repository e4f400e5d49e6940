// SPDX-License-Identifier: Apache-2.0
// Every byte that processes share. Two POSIX shared memory objects:
//
//     /NAME.ring      RingArea, then Item slots[capacity], then MetricsArea (metrics.hpp)
//     /NAME.storage   StorageArea, then Record records[capacity], then Details details[capacity]
//
// The layout is fixed when the segments are created: no allocator, no pointers, no virtual functions,
// nothing that depends on a build option. Each field says who writes it, under which lock, and what a
// kill can leave in it. The rule that makes a kill harmless is the commit rule: each operation has ONE
// commit word, a 64-bit atomic stored with release order after all that it covers; a word that can be
// derived from it follows under the same lock, and whoever is told that the lock's owner died derives
// it again (docs/crash-safety.md has the table).
//
// Indices (tail, head, durable, released) count from 0 and never wrap; the slot of index i is
// i % capacity. Times are CLOCK_MONOTONIC nanoseconds.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "common/core/item.hpp"
#include "common/core/result.hpp"
#include "common/os/file_identity.hpp"
#include "common/shm/condition.hpp"
#include "common/shm/robust_mutex.hpp"

namespace pipeline {

inline constexpr std::uint32_t kLayoutVersion = 5;
inline constexpr std::uint64_t kRingMagic = 0x474e'4952'564e'4901;     // "\1INVRING" as bytes
inline constexpr std::uint64_t kStorageMagic = 0x524f'5453'564e'4901;  // "\1INVSTOR" as bytes
inline constexpr std::size_t kMaxPlaces = 256;                         // consumers at most
inline constexpr std::size_t kMaxBatch = 256;                          // items in a hand at most
inline constexpr std::uint32_t kMinCapacity = 2;                       // of ring and storage
inline constexpr std::uint32_t kMaxCapacity = 1U << 20U;
inline constexpr std::size_t kMaxSpecBytes = 4352;  // "spool:" and a path of PATH_MAX bytes, with room

// Where both segments begin. Written once by their creator before they get their names.
struct SegmentHeader {
    std::uint64_t magic;
    std::uint32_t layout_version;
    std::uint32_t capacity;     // slots or records
    std::uint64_t total_bytes;  // of the whole segment
    std::uint64_t generation;   // random; the same in the two segments that belong together
};

// What a consumer has in work, its *hand*. There is one for each place 0..kMaxPlaces-1; a place has at
// most one consumer at a time, and its successor inherits the hand.
struct alignas(64) HandArea {
    // {first: 46, count: 9, done: 9}: the claimed items are those of ring indices [first, first + count),
    // of which the first `done` are saved. Commit word of a claim (written by the place's consumer under
    // the pop lock) and derived word of a save (written under the storage lock, by the consumer or by
    // whoever settles that lock). Read and written whole, so no kill leaves a half.
    std::atomic<std::uint64_t> word;

    // {index: 46, attempt: 8, active: 1, -: 9}: which item is being processed and for which attempt.
    // Written by the place's consumer alone. A kill leaves it active: that is how the successor knows
    // whom to blame.
    std::atomic<std::uint64_t> work;

    // When the batch that is being processed was begun; 0 when nothing is. Written by the consumer.
    std::atomic<std::uint64_t> since_ns;

    // The consumer, a packed ProcessId (process_id.hpp); 0 when there is none. Written by the consumer when
    // it starts and when it leaves; a kill leaves the dead one's, which the supervisor takes away if it
    // starts no successor, and the one that adopts the segments in any case.
    std::atomic<std::uint64_t> process;

    // How the last consumer of this place died, an encoded Cause; 0 when it did not. Written by the
    // supervisor before it starts the successor.
    std::atomic<std::uint32_t> death;

    // 1: the place's consumer is to leave as soon as there is nothing in its hand. Written by the supervisor
    // alone, before it starts a consumer and while one runs; read by that consumer, which ignores it when
    // the pipeline drains or the supervisor is dead. A kill of the consumer leaves it as it is, for the
    // successor; one of the supervisor too, and the next one writes it anew.
    std::atomic<std::uint32_t> leave;
};

// The items in a hand: copies of the claimed slots, written by the place's consumer under the pop lock; their
// blame is written by the place's consumer alone. Apart from the words above, which others read all at once.
using HandItems = std::array<Item, kMaxBatch>;

// A position in a list (lines:FILE) together with the digest of all bytes before it, so that a cursor can say
// which list it belongs to (list_marks.hpp). Written by the producer alone, before the push that ends at that
// position; read by the flush leader and by the next producer, without a lock. `sequence` is odd while the
// mark is being written, and after a kill in between: such a mark is none, and is free.
struct alignas(64) ListMark {
    std::atomic<std::uint64_t> sequence;  // 0: never written
    std::atomic<std::uint64_t> position;
    std::array<std::atomic<std::uint64_t>, 4> digest;
    // Of the whole blocks before the position: from there a new producer can go on (list_digest.hpp). Zeros
    // beyond the first block: not known, as of a mark that comes from the ledger.
    std::array<std::atomic<std::uint64_t>, 4> chain;
};
inline constexpr std::size_t kListMarks = 64;

struct alignas(64) RingArea {
    SegmentHeader header;

    // Written once by the creator.
    std::uint64_t start_position;            // where the source begins when tail is 0: the ledger's cursor
    std::uint32_t ordered;                   // 1 if the source's positions rise, so that a cursor exists
    std::array<char, kMaxSpecBytes> source;  // the source's name as in the ledger, NUL-terminated
    std::array<char, kMaxSpecBytes> ledger;  // the ledger, NUL-terminated
    std::uint64_t
        ledger_id;  // of the ledger's file, as its table `schema` has it; 0: a ledger that keeps nothing
    // The list or the spool's folder; zeros for a source that is neither. The producer of a list writes it
    // again before its first push, from what it has opened; a kill in between leaves that to the next one. Of
    // a spool an adopting supervisor writes it again, before it starts children: a file system that was
    // mounted again has another device.
    FileIdentity source_file;
    // 1: the source was begun anew at 0 (--from-start), whatever cursor the ledger has of it: the first
    // commit of this generation sets that anew.
    std::uint32_t from_start;
    // 1: what was acquired before the program was upgraded from layout 4 has a bare inode as its position.
    std::uint32_t bare_inodes;

    // The pid namespace in which the pids of producer, consumers and supervisor mean something
    // (own_pid_namespace()); 0: not known. Written by the supervisor that makes or adopts the segments,
    // before it starts children. An adopter takes away first what names processes: a kill in between leaves
    // words that name none.
    std::atomic<std::uint64_t> pid_namespace;

    // ---- written by the supervisor, or by a child that finds itself orphaned ----
    std::atomic<std::uint32_t> stop;  // 1: the source is to stop; idempotent

    // ---- written by the supervisor ----
    // 1: nothing is to be acquired for the time being. `stop` goes before it. A kill leaves it as it is: a
    // new producer stays paused, orphans stop, and the next supervisor begins without.
    std::atomic<std::uint32_t> paused;
    // Counts how often consumers that wait for items were asked to look at what they are told
    // (HandArea::leave). A kill between that and this lets them see it at the end of their wait.
    std::atomic<std::uint32_t> calls;

    // ---- the push side: the producer ----
    RobustMutex push_lock;
    alignas(64) std::atomic<std::uint64_t> tail;  // commit word of a push; under push_lock
    std::atomic<std::uint32_t> closed;            // 1: no push will follow; under push_lock, idempotent
    std::atomic<std::uint32_t> exhausted;         // 1: the source had nothing more; producer, for display
    std::atomic<std::uint64_t> producer_process;  // as HandArea::process
    std::atomic<std::uint64_t> expected;          // items that a finite source will give in all, 0 unknown
    // 1: under this supervisor a producer of lines:FILE has found that the list begins with what was read
    // before. Until then, and after a kill in between, the next producer reads all of that. Written by the
    // producer, taken back by a supervisor that adopts the segments.
    std::atomic<std::uint32_t> list_checked;
    std::array<ListMark, kListMarks> list_marks;  // of lines:FILE

    // ---- the pop side: the consumers ----
    RobustMutex pop_lock;
    alignas(64) std::atomic<std::uint64_t> head;  // derived word of a claim; under pop_lock

    alignas(64) Condition items;     // waited for by the consumer that holds pop_lock
    alignas(64) Condition producer;  // waited for by the producer: room in the ring, or durable records

    std::array<HandArea, kMaxPlaces> hands;
    std::array<HandItems, kMaxPlaces> hand_items;
    // Item slots[capacity] follow, and what is counted for whoever looks (metrics.hpp). A push writes slots
    // that no one reads yet. Slot tail - 1 is evidence (the producer's resume position) and stays intact
    // until the next commit.
};

// What became of the records that are durable, in total since the segments were created.
struct Totals {
    std::uint64_t booked;
    std::uint64_t rejected;
    std::uint64_t failed;
    std::uint64_t duplicates;
    [[nodiscard]] std::uint64_t all() const noexcept { return booked + rejected + failed + duplicates; }
};

struct alignas(64) Record {
    // Written under the storage lock before storage.tail covers the record, never changed after.
    // Record tail - 1 is evidence: its place and ring index say how far that hand's `done` is.
    std::uint64_t ring_index;
    std::uint64_t position;
    std::uint64_t acquired_ns;
    std::uint64_t saved_ns;
    std::uint16_t place;
    std::uint8_t attempts;  // how often the processing was begun, 1 for most
    Status status;
    std::uint8_t has_details;  // 1: details[i] belongs to this record
    std::uint8_t id_length;    // as Item::id_length

    // What the ledger made of it: first what the status says, as most end, and if that turns out
    // otherwise written by the flush leader under the flush lock, before it sends the COMMIT that covers the
    // record. A kill before that COMMIT leaves either value, and the next leader decides anew; a kill after
    // it leaves the outcome that was committed, which stays.
    Outcome outcome;

    std::array<char, kMaxIdBytes> id;

    [[nodiscard]] std::string_view id_text() const noexcept {
        return {id.data(), bounded_id_length(id_length)};
    }
    [[nodiscard]] bool id_unusable() const noexcept { return (id_length & kIdUnusable) != 0; }
};

// Which files a ledger was in when this generation last opened it: FileIdentity::position() of the file and
// of its log (FILE-wal), 0 before that. A log beside another file than that is not that file's log, and would
// destroy it. Written by the flush leader under the flush lock, before it commits the first time: first
// `file`, then `log`. A kill in between leaves a file with an older log, which says nothing.
struct LedgerFiles {
    std::atomic<std::uint64_t> file;
    std::atomic<std::uint64_t> log;
};

struct alignas(64) StorageArea {
    SegmentHeader header;

    // ---- save: the consumers ----
    RobustMutex save_lock;
    alignas(64) std::atomic<std::uint64_t> tail;  // commit word of a save; under save_lock

    // ---- flush: one consumer at a time, the flush leader ----
    RobustMutex flush_lock;
    // Commit word of a flush, under flush_lock: {durable: 63, which: 1}. Records below `durable` are in
    // the ledger; totals[which] counts them. The leader writes the other totals first, so that the
    // count and the totals change in one store.
    alignas(64) std::atomic<std::uint64_t> durable_word;
    std::array<Totals, 2> totals;
    // The cursor that the ledger was last given; written by the flush leader after the ledger's commit.
    // A kill leaves the one before: the same cursor is then given again.
    std::atomic<std::uint64_t> cursor;
    LedgerFiles ledger_files;

    // ---- release: the producer alone; the supervisor when the producer has failed for good ----
    // Records below it have been acknowledged to the source; their space is free.
    alignas(64) std::atomic<std::uint64_t> released;

    alignas(64) Condition room;  // waited for by the consumer that holds save_lock
    // Record records[capacity] and Details details[capacity] follow.
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free &&
                  std::atomic<std::uint32_t>::is_always_lock_free,
              "a lock hidden in an atomic would not survive its owner");
static_assert(sizeof(Item) == 128 && sizeof(Record) == 192 && sizeof(Details) == 512);
static_assert(sizeof(HandArea) == 64, "all hands' words in a few pages");
static_assert(sizeof(RingArea) % 64 == 0 && sizeof(StorageArea) % 64 == 0);

}  // namespace pipeline
