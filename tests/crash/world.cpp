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
#include <stdexcept>

#include "common/core/list_marks.hpp"
#include "common/core/pace/permits.hpp"
#include "common/ledger/flush.hpp"
#include "common/ledger/ledger.hpp"

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

// Two words: bit n of `rows` says that number n has a row; both change only by one store each, in the order
// in which SQLite would make them visible: a transaction is there whole or not at all. The cursor may lag,
// which is harmless, and never leads.
struct World::Ledger {
    std::atomic<std::uint64_t> rows;
    std::atomic<std::uint64_t> cursor;
    std::atomic<std::uint64_t> wrong;        // a cursor that came with another digest than its own
    std::atomic<std::uint64_t> wrong_bytes;  // a number whose id, body or result was not its own
};

namespace {

// The bytes of one number. Of four numbers, the second has an id that needs a span, and the fourth a body.
// Every second number has a result. Four numbers in a row fit into an area, so that a ring and a storage are
// filled at once.
struct Bytes {
    std::string id;
    std::string body;
    ExtraText result;
};

std::vector<Bytes> all_bytes() {
    std::vector<Bytes> all;
    for (std::uint64_t number = 0; number <= World::kNumbers; ++number) {
        Bytes bytes;
        bytes.id = std::to_string(number);
        if (number % 4 == 2) bytes.id += std::string(kInlineIdBytes + number % 7, '-');
        if (number % 4 == 0) bytes.body = std::string(number * 11 % 41, static_cast<char>('a' + number));
        if (number % 2 == 0)
            bytes.result = {Extra::Result, std::string(number * 5 % 13, static_cast<char>('A' + number))};
        all.push_back(bytes);
    }
    return all;
}

// Made before any process is stepped through.
const std::vector<Bytes> kBytes = all_bytes();

const Bytes& bytes_of(std::uint64_t number) {
    return kBytes[number % kBytes.size()];
}

// The digest of the list's beginning, made up: one byte tells it from the others, and each store makes
// images.
Digest digest_before(std::uint64_t position) {
    Digest digest{};
    digest.front() = static_cast<std::uint8_t>(position);
    return digest;
}

class MemoryLedger final : public pipeline::Ledger {
  public:
    MemoryLedger(std::atomic<std::uint64_t>& rows, std::atomic<std::uint64_t>& cursor,
                 std::atomic<std::uint64_t>& wrong, std::atomic<std::uint64_t>& wrong_bytes)
        : rows_(rows), cursor_(cursor), wrong_(wrong), wrong_bytes_(wrong_bytes) {}
    void commit(const RecordRange& records, const CommitContext& context) override {
        for (std::size_t i = 0; i < records.size(); ++i) {
            const std::uint64_t number = records.record(i).position;
            const Bytes& bytes = bytes_of(number);
            if (records.id(i) != bytes.id ||
                records.record(i).result_in(records.bytes()) != bytes.result.text)
                wrong_bytes_.store(number);
        }
        std::uint64_t rows = rows_.load();
        for (std::size_t i = 0; i < records.size(); ++i)
            rows |= std::uint64_t{1} << (records.record(i).position & 63U);
        rows_.store(rows);
        for (std::size_t i = 0; i < records.size(); ++i) records.record(i).outcome = Outcome::Booked;
        if (!context.cursor) return;
        if (context.digest != digest_before(*context.cursor)) wrong_.store(*context.cursor);
        // As the ledger's transaction has it: never back.
        cursor_.store(std::max(cursor_.load(), *context.cursor));
    }
    std::optional<std::uint64_t> cursor(std::string_view) override { return cursor_.load(); }

  private:
    std::atomic<std::uint64_t>& rows_;
    std::atomic<std::uint64_t>& cursor_;
    std::atomic<std::uint64_t>& wrong_;
    std::atomic<std::uint64_t>& wrong_bytes_;
};

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

bool World::produce(std::size_t most) {
    Ring ring = this->ring();
    const std::uint64_t tail = ring.tail();
    std::uint64_t next = ring_area().start_position;
    if (tail != 0) next = ring.slot(tail - 1).position.load() + ring.slot(tail - 1).extent.load();
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
    return ring.push(std::span(items).first(count), bytes).count != 0;
}

bool World::consume(std::size_t place, std::size_t most) {
    Ring ring = this->ring();
    Storage storage = this->storage();
    const Hand hand = ring.hand(place);
    storage.settle();
    hand.take_over(ProcessId::self());
    const HandWord word = hand.word();
    if (!word.empty()) {
        std::array<Finding, kCapacity> booked;
        for (std::uint64_t i = word.done; i < word.count; ++i) {
            const std::uint64_t number = hand.item(i).position;
            if (hand.id(i) != bytes_of(number).id || hand.body(i) != bytes_of(number).body)
                this->words().wrong_bytes.store(number);
            if (number % 2 == 0) booked.at(i - word.done).extra = &bytes_of(number).result;
            take_permit();
            hand.begin_work(word.first, i);
            hand.end_work();
        }
        return storage.save(hand, std::span(booked).first(word.count - word.done)) != 0;
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
    MemoryLedger ledger(words().rows, words().cursor, words().wrong, words().wrong_bytes);
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
        did = produce(2);
        for (std::size_t place = 0; place < kPlaces; ++place) did = consume(place, 2) || did;
        did = flush() || did;
        did = release() || did;
    }
    static_cast<void>(flush());  // the cursor of a flush that was led while a hand was not yet moved on
    const Ledger& words = ledger();
    const std::uint64_t all = ((std::uint64_t{1} << kNumbers) - 1) << 1U;
    if (words.rows.load() != all)
        return fmt::format("rows {:x} instead of {:x}: lost", words.rows.load(), all);
    if (ring().tail() != kNumbers)
        return fmt::format("{} items were acquired, not {}", ring().tail(), kNumbers);
    if (storage.tail() != kNumbers)
        return fmt::format("{} records for {} numbers: doubled", storage.tail(), kNumbers);
    if (storage.totals().booked != kNumbers) return fmt::format("the totals say {}", storage.totals().booked);
    if (ring().head() != kNumbers || storage.released() != kNumbers) return "something is left";
    if (words.wrong_bytes.load() != 0)
        return fmt::format("the bytes of number {} were others", words.wrong_bytes.load());
    std::uint64_t from = 0;
    std::uint64_t from_record = 0;
    if (ring().oldest_byte(from) != ring().bytes_tail() ||
        storage.oldest_byte(from_record) != storage.bytes_tail())
        return "bytes are left";
    if (ring_area().next_begin_ns.load() < kNumbers * kPeriod) return "attempts began without a permit";
    if (words.wrong.load() != 0)
        return fmt::format("the cursor {} came with another digest", words.wrong.load());
    if (words.cursor.load() != kNumbers + 1) return fmt::format("the cursor is {}", words.cursor.load());
    return {};
}

World::Ledger& World::words() const {
    return *reinterpret_cast<Ledger*>(memory_ + kRingBytes + kStorageBytes);
}

const World::Ledger& World::ledger() const {
    return *reinterpret_cast<const Ledger*>(memory_ + kRingBytes + kStorageBytes);
}

std::string World::lost_with_segments() const {
    const std::uint64_t cursor = ledger().cursor.load();
    for (std::uint64_t number = 1; number < cursor; ++number) {
        if ((ledger().rows.load() >> number & 1U) == 0)
            return fmt::format("the cursor is {}, and number {} has no row", cursor, number);
    }
    return {};
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
