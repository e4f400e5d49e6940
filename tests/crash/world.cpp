// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/world.hpp"

#include <fmt/format.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <new>
#include <optional>
#include <stdexcept>

#include "common/core/list_marks.hpp"
#include "common/core/pace/permits.hpp"
#include "common/ledger/flush.hpp"
#include "producer/again/in_flight_again.hpp"
#include "producer/resume.hpp"
#include "tests/crash/world_ledger.hpp"

namespace pipeline::test {
namespace {

using std::chrono::nanoseconds;

std::size_t rounded(std::size_t bytes) {
    return (bytes + 63) / 64 * 64;
}
const std::size_t kRingBytes = rounded(Ring::size({World::kCapacity, World::kByteCapacity}));
const std::size_t kStorageBytes = rounded(Storage::size({World::kCapacity, World::kByteCapacity}));
constexpr std::size_t kLedgerBytes = 64;

}  // namespace

World::World() {
    void* memory = ::mmap(nullptr, kRingBytes + kStorageBytes + kLedgerBytes, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("no shared memory");
    memory_ = static_cast<std::byte*>(memory);
    Ring::initialise(ring_area(), {kCapacity, kByteCapacity});
    ring_area().ordered = 1;
    ring_area().start_position = 1;
    ring_area().source_file = {1, 1, 1};
    Storage::initialise(storage_area(), {kCapacity, kByteCapacity});
    pristine_.assign(memory_, memory_ + kRingBytes + kStorageBytes + kLedgerBytes);
}

World::~World() {
    ::munmap(memory_, kRingBytes + kStorageBytes + kLedgerBytes);
}

RingArea& World::ring_area() const {
    return *reinterpret_cast<RingArea*>(memory_);
}
StorageArea& World::storage_area() const {
    return *reinterpret_cast<StorageArea*>(memory_ + kRingBytes);
}
Ring World::ring() const {
    return Ring(ring_area());
}
Storage World::storage() const {
    return {storage_area(), ring()};
}

void World::reset() {
    std::memcpy(memory_, pristine_.data(), pristine_.size());
}

// As a producer's start and its taker do: the leases of rows that are not in the pipeline end, and a row that
// is due is leased in one transaction and then pushed.
bool World::give_again() {
    Ring ring = this->ring();
    if (!ledger().has_waiting()) return false;
    const auto taken = words().take_due(in_flight_again(ring, storage()));
    if (!taken) return false;
    const std::uint64_t number = taken->position;
    Item item{};
    std::string bytes;
    if (const std::string& body = bytes_of(number).body; body.empty()) {
        item.set_given_again(bytes_of(number).id, *taken, bytes);
    } else {
        item.set_given_again(bytes_of(number).id, *taken, body, UINT64_MAX, bytes);
    }
    item.position = next_position(ring);
    return ring.push({&item, 1}, bytes).count != 0;
}

bool World::produce(std::size_t most) {
    Ring ring = this->ring();
    const bool has_given_again = give_again();
    const std::uint64_t next = next_position(ring);
    std::array<Item, kNumbers> items{};
    std::size_t count = 0;
    std::string bytes;
    while (count < std::min<std::size_t>(most, kNumbers) && next + count <= kNumbers) {
        const std::uint64_t number = next + count;
        if (number % 4 == 0) {
            items[count].set_id_and_body(bytes_of(number).id, bytes_of(number).body, UINT64_MAX, bytes);
        } else {
            items[count].set_id(bytes_of(number).id, bytes);
        }
        items[count].position = next + count;
        items[count].extent = 1;
        ++count;
    }
    if (count != 0) {
        ListMarks(std::span(ring_area().list_marks).first(kMarks))
            .leave({next + count, digest_before(next + count), {}}, storage().area().cursor.load());
    }
    return ring.push(std::span(items).first(count), bytes).count != 0 || has_given_again;
}

bool World::consume(std::size_t place, std::size_t most) {
    Ring ring = this->ring();
    Storage storage = this->storage();
    const Hand hand = ring.hand(place);
    storage.settle();
    hand.take_over(ProcessId::self());
    const HandWord word = hand.word();
    if (!word.empty()) {
        std::array<Finding, kCapacity> findings;
        std::array<Attempt, kCapacity> attempts;
        for (std::uint64_t i = word.done; i < word.count; ++i) {
            const auto earlier = hand.given_again(i);
            const std::uint64_t number = earlier ? earlier->position : hand.item(i).position.load();
            if (hand.id(i) != bytes_of(number).id || hand.body(i) != bytes_of(number).body)
                this->words().wrong_bytes.store(number);
            Finding& finding = findings.at(i - word.done);
            if (number % 2 == 0) finding.extra = &bytes_of(number).result;
            if (WaitingRow::slot_of(number)) {
                Attempt& attempt = attempts.at(i - word.done);
                finding.attempt = &attempt;
                if (earlier) {
                    attempt.flags = Attempt::kGivenAgain;
                    attempt.position = earlier->position;
                    attempt.round = earlier->round;
                } else {
                    finding.status = Status::Waiting;
                }
            }
            take_permit();
            hand.begin_work(word.first, i);
            hand.end_work();
        }
        return storage.save(hand, std::span(findings).first(word.count - word.done)) != 0;
    }
    return ring.claim(hand, most, nanoseconds(0)) == Ring::ClaimOutcome::Claimed;
}

// The clock stands where the next permit is due: so each attempt moves the word by a period, and no time but
// that is in the images.
void World::take_permit() const {
    static const RingArea* area;
    area = &ring_area();
    Permits permits(ring_area(), kRate, []() noexcept { return area->next_begin_ns.load(); });
    if (permits.take() != nanoseconds(0)) throw std::runtime_error("a permit that is due was not given");
}

void World::leave(std::size_t place) {
    const Hand hand = ring().hand(place);
    hand.area().leave.store(1, std::memory_order_release);
    // A storage without room lets it wait; here another action makes room, and it is told again.
    if (!hand.empty()) static_cast<void>(consume(place, 0));
    if (!hand.empty()) return;
    static_cast<void>(flush());
    hand.leave();
}

bool World::flush() {
    MemoryLedger ledger(words());
    Storage storage = this->storage();
    const std::uint64_t before = storage.durable();
    static_cast<void>(
        Flush(ring(), storage, {until_durable_, ledger_metrics_}, ledger, "lines:/ids", FlushPolicy{})
            .lead(nanoseconds(0)));
    return storage.durable() != before;
}

bool World::release() {
    Storage storage = this->storage();
    if (storage.released() == storage.durable()) return false;
    storage.release(storage.durable());
    return true;
}

void World::close() {
    ring().close();
}

std::string World::finish_and_verify() {
    Storage storage = this->storage();
    // Each round does at least one action while anything is left: a bound on the rounds is a proof of
    // progress.
    int rounds = 0;
    for (bool did = true; did; ++rounds) {
        if (rounds > 200) return "no end of work";
        const std::uint64_t head = ring().head();
        did = produce(2);
        for (std::size_t place = 0; place < kPlaces; ++place) did = consume(place, 2) || did;
        did = flush() || did;
        did = release() || did;
        // A claim that finds nothing may have moved a dead one's head, which makes room in the ring.
        did = did || ring().head() != head;
    }
    static_cast<void>(flush());  // the cursor of a flush that was led while a hand was not yet moved on
    if (std::string wrong = ledger().wrong_rows(); !wrong.empty()) return wrong;
    if (ring().tail() != kItems) return fmt::format("{} items were acquired, not {}", ring().tail(), kItems);
    if (storage.tail() != kItems)
        return fmt::format("{} records for {} items: doubled", storage.tail(), kItems);
    const Totals totals = storage.totals();
    if (totals.booked != kNumbers || totals.waiting != kWaiting || totals.given_again != kWaiting)
        return fmt::format("the totals say {}, {} waiting", totals.booked, totals.waiting);
    if (ring().head() != kItems || storage.released() != kItems) return "something is left";
    std::uint64_t from = 0;
    std::uint64_t from_record = 0;
    if (ring().oldest_byte(from) != ring().bytes_tail() ||
        storage.oldest_byte(from_record) != storage.bytes_tail())
        return "bytes are left";
    if (ring_area().next_begin_ns.load() < kItems * kPeriod) return "attempts began without a permit";
    return {};
}

WorldLedger& World::words() const {
    return *reinterpret_cast<WorldLedger*>(memory_ + kRingBytes + kStorageBytes);
}

const WorldLedger& World::ledger() const {
    return *reinterpret_cast<const WorldLedger*>(memory_ + kRingBytes + kStorageBytes);
}

std::string World::lost_with_segments() const {
    return ledger().lost_before_cursor();
}

std::vector<std::span<std::byte>> World::windows() const {
    const auto from_to = [](auto& first, auto& end) {
        auto* begin = reinterpret_cast<std::byte*>(&first);
        return std::span(begin, reinterpret_cast<std::byte*>(&end));
    };
    RingArea& ring = ring_area();
    std::vector<std::span<std::byte>> found{from_to(ring.stop, ring.list_marks[kMarks]),
                                            from_to(ring.pop_lock, ring.hands[kPlaces])};
    for (std::size_t place = 0; place < kPlaces; ++place) {
        found.push_back(from_to(ring.hand_items[place][0], ring.hand_items[place][kCapacity]));
    }
    found.emplace_back(reinterpret_cast<std::byte*>(&ring + 1), memory_ + kRingBytes);
    found.push_back(
        from_to(storage_area().save_lock, *(memory_ + kRingBytes + kStorageBytes + kLedgerBytes)));
    return found;
}

std::vector<std::byte> World::image() const {
    std::vector<std::byte> bytes;
    for (const auto window : windows()) bytes.insert(bytes.end(), window.begin(), window.end());
    return bytes;
}

void World::restore(const std::vector<std::byte>& image) {
    std::size_t at = 0;
    for (const auto window : windows()) {
        std::memcpy(window.data(), image.data() + at, window.size());
        at += window.size();
    }
}

std::vector<RobustMutex*> World::locks() const {
    return {&ring_area().push_lock, &ring_area().pop_lock, &storage_area().save_lock,
            &storage_area().flush_lock};
}

void World::mark_owner_died(pid_t owner) {
    for (RobustMutex* lock : locks()) {
        // The futex word is the first of a pthread_mutex_t (glibc: __data.__lock).
        auto* word = reinterpret_cast<std::uint32_t*>(lock);
        if ((*word & FUTEX_TID_MASK) == static_cast<std::uint32_t>(owner)) {
            *word = (*word & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
        }
    }
}

bool World::is_confined() const {
    std::vector<std::byte> expected = pristine_;
    for (const auto window : windows()) {
        std::memcpy(expected.data() + (window.data() - memory_), window.data(), window.size());
    }
    return std::equal(expected.begin(), expected.end(), memory_);
}

}  // namespace pipeline::test
