// SPDX-License-Identifier: Apache-2.0
// Old segments become new ones: what they held, settled, in one step for each of the two; a kill at any
// moment leaves what the next start finishes, to the same bytes.
#include <fmt/format.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <string>
#include <utility>

#include "common/base/error.hpp"
#include "common/core/segments/old_segments.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/process.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/segment_name.hpp"
#include "tests/upgrade/old_image.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

const std::vector<std::string> kImages{"sequence", "lines", "full", "spool", "files"};

struct Name : SegmentName {
    Name() : SegmentName("upgrade") {}
    [[nodiscard]] std::filesystem::path ring() const { return path(".ring"); }
    [[nodiscard]] std::filesystem::path storage() const { return path(".storage"); }
    [[nodiscard]] std::string bytes() const { return read_file(ring()) + read_file(storage()); }
    [[nodiscard]] bool has_temporary_ones() const { return has(".ring.new") || has(".storage.new"); }
};

// As a supervisor takes them over, if they are old.
void upgrade(const std::string& name) {
    auto old = OldSegments::open(name);
    if (!old) return;
    if (!old->lock_exclusively() || !old->are_current()) throw std::runtime_error("somebody has them");
    Segments converted = old->convert();
    converted.check_contents();
    converted.replace();
}

std::string refusal(const std::string& name) {
    return text_of_refusal([&] { upgrade(name); }, ExitStatus::Configuration);
}

std::uint32_t version_of(const std::filesystem::path& path) {
    std::uint32_t version = 0;
    const std::string bytes = read_file(path);
    REQUIRE(bytes.size() > sizeof(SegmentHeader));
    bytes.copy(reinterpret_cast<char*>(&version), sizeof version, offsetof(SegmentHeader, layout_version));
    return version;
}

template <class Part>
void require_same_item(const Item& item, const Part& old) {
    CHECK(item.position == old.position);
    CHECK(item.acquired_ns == old.acquired_ns);
    CHECK(item.extent == old.extent);
    CHECK(item.id_length == old.id_length);
    CHECK(item.id == old.id);
}

// Before which system call the victim is killed: those that make, lock, name or remove a file, and the last
// one.
bool is_step(std::uint64_t call) {
    static const std::set<std::uint64_t> steps{
        SYS_openat, SYS_flock, SYS_ftruncate, SYS_renameat2, SYS_unlinkat, SYS_close, SYS_exit_group,
#ifdef SYS_rename
        SYS_rename,
#endif
#ifdef SYS_unlink
        SYS_unlink,
#endif
    };
    return steps.contains(call);
}

// Upgrades in another process, which is killed as it is about to take its n-th step. False: it has got to its
// end.
bool upgrade_until(const std::string& name, int n) {
    const pid_t victim = ::fork();
    if (victim == 0) {
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        ::raise(SIGSTOP);
        upgrade(name);
        ::_exit(0);
    }
    constexpr long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
    int status = 0;
    REQUIRE(::waitpid(victim, &status, 0) == victim);
    REQUIRE(::ptrace(PTRACE_SETOPTIONS, victim, nullptr, kOptions) == 0);
    int steps = 0;
    while (::ptrace(PTRACE_SYSCALL, victim, nullptr, nullptr) == 0 &&
           ::waitpid(victim, &status, 0) == victim && WIFSTOPPED(status)) {
        __ptrace_syscall_info call{};
        REQUIRE(::ptrace(PTRACE_GET_SYSCALL_INFO, victim, sizeof call, &call) > 0);
        if (call.op != PTRACE_SYSCALL_INFO_ENTRY || !is_step(call.entry.nr) || ++steps < n) continue;
        ::kill(victim, SIGKILL);
        REQUIRE(::waitpid(victim, &status, 0) == victim);
        return true;
    }
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
    return false;
}

}  // namespace

TEST_CASE("what old segments held is in the new ones, in the same places", "[upgrade]") {
    const auto image = GENERATE(from_range(kImages));
    INFO(image);
    const Name name;
    OldImage old(image);
    old.write_segments(name.text);
    upgrade(name.text);
    CHECK_FALSE(name.has_temporary_ones());
    const auto segments = Segments::open(name.text);
    REQUIRE(segments);
    segments->check_contents();
    const Ring ring = segments->ring();
    const Storage storage = segments->storage();
    const RingArea& area = ring.area();
    CHECK(area.header.generation == old.ring().header.generation);
    CHECK(storage.area().header.generation == old.ring().header.generation);
    CHECK(ring.capacity() == 16);
    CHECK(storage.capacity() == 16);
    CHECK(segments->source() == old.ring().source.data());
    CHECK(segments->ledger() == old.ring().ledger.data());
    CHECK(area.start_position == old.ring().start_position);
    CHECK(area.ordered == old.ring().ordered);
    CHECK(area.bare_inodes == (segments->source().starts_with("spool:") ? 1U : 0U));
    CHECK(area.producer_process == 0);
    CHECK(ring.tail() == old.ring().tail);
    for (std::uint64_t i = ring.head(); i < ring.tail(); ++i) require_same_item(ring.slot(i), old.slot(i));
    CHECK(storage.tail() == old.storage().tail);
    CHECK(storage.durable() == old.storage().durable_word >> 1U);
    CHECK(storage.released() == old.storage().released);
    CHECK(storage.area().cursor == old.storage().cursor);
    CHECK(storage.totals().all() == storage.durable());
    for (std::uint64_t i = storage.released(); i < storage.tail(); ++i) {
        const Record& record = storage.record(i);
        const layout_4::Record& before = old.record(i);
        CHECK(record.ring_index == before.ring_index);
        CHECK(record.position == before.position);
        CHECK(record.acquired_ns == before.acquired_ns);
        CHECK(record.saved_ns == before.saved_ns);
        CHECK(record.place == before.place);
        CHECK(record.attempts == before.attempts);
        CHECK(static_cast<int>(record.status) == before.status);
        CHECK(static_cast<int>(record.outcome) == before.outcome);
        CHECK(record.id == before.id);
        CHECK(record.has_details() == (before.has_details != 0));
        const layout_4::Details& details = old.storage().details()[i % 16];
        if (before.has_details != 0) {
            const Details& after = storage.range(i, 1).details(0);
            CHECK(after.present == details.present);
            for (const auto amount : {Details::Net, Details::Tax, Details::Gross, Details::Due}) {
                if (after.has(amount)) CHECK(after.amounts[amount] == details.amounts[amount]);
            }
            CHECK(after.currency_text() ==
                  (details.currency[0] == 0 ? "" : std::string_view(details.currency.data(), 3)));
            CHECK(after.supplier_text() ==
                  std::string_view(details.supplier.data(), details.supplier_length));
            CHECK(after.reason_text() == std::string_view(details.reason.data(), details.reason_length));
        }
    }
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        const layout_4::Hand& before = old.ring().hands[place];
        const Hand hand = ring.hand(place);
        CHECK(hand.word().first == HandWord::unpack(before.word).first);
        CHECK(hand.word().count == HandWord::unpack(before.word).count);
        CHECK(hand.area().work == before.work);
        CHECK(hand.area().process == 0);
        for (std::uint64_t i = hand.word().done; i < hand.word().count; ++i) {
            require_same_item(hand.item(i), old.ring().hand_items[place][i]);
            CHECK((hand.item(i).blame & 0xffffffU) == old.ring().hand_items[place][i].blame);
            CHECK(hand.item(i).is_whole());
        }
    }
}

TEST_CASE("what dead owners of old locks left to be settled is settled", "[upgrade]") {
    const Name name;
    const auto upgraded = [&](const std::string& image) {
        OldImage(image).write_segments(name.text);
        upgrade(name.text);
        return Segments::open(name.text).value();
    };
    SECTION("a claim whose head was not stored") {
        OldImage old("lines");
        REQUIRE(old.ring().head == 120);
        REQUIRE(old.ring().pop_lock.as_mutex().is_abandoned());
        CHECK(upgraded("lines").ring().head() == 121);
    }
    SECTION("a save that the hand does not know of") {
        OldImage old("spool");
        REQUIRE(HandWord::unpack(old.ring().hands[0].word).done == 0);
        REQUIRE(old.storage().save_lock.as_mutex().is_abandoned());
        const Segments segments = upgraded("spool");
        CHECK(segments.ring().hand(0).word().done == 11);
        CHECK(segments.ring().hand(0).empty());
    }
}

TEST_CASE("a kill at any step of an upgrade is mended by the next start, to the same bytes", "[upgrade]") {
    const Name name;
    const auto image = GENERATE(as<std::string>{}, "lines", "spool");
    const OldImage old(image);
    old.write_segments(name.text);
    const std::string before = name.bytes();
    upgrade(name.text);
    const std::string after = name.bytes();
    std::set<std::pair<std::uint32_t, std::uint32_t>> left;
    int n = 1;
    for (old.write_segments(name.text); upgrade_until(name.text, n); old.write_segments(name.text), ++n) {
        INFO("killed before step " << n);
        const auto versions = std::pair(version_of(name.ring()), version_of(name.storage()));
        left.insert(versions);
        if (versions == std::pair(4U, 4U)) REQUIRE(name.bytes() == before);
        // The second one may be killed just as early.
        static_cast<void>(upgrade_until(name.text, n));
        upgrade(name.text);
        REQUIRE(name.bytes() == after);
        REQUIRE_FALSE(name.has_temporary_ones());
    }
    CHECK(n > 10);
    CHECK(left == std::set{std::pair(4U, 4U), std::pair(kLayoutVersion, 4U),
                           std::pair(kLayoutVersion, kLayoutVersion)});
}

TEST_CASE("old segments with contents that no kill leaves are refused and stay as they are", "[upgrade]") {
    const Name name;
    OldImage old("full");
    const auto refused = [&] {
        old.write_segments(name.text);
        const std::string before = name.bytes();
        const std::string said = refusal(name.text);
        CHECK(name.bytes() == before);
        CHECK_FALSE(name.has_temporary_ones());
        return said;
    };
    SECTION("a head beyond the tail") {
        old.ring().head = old.ring().tail + 1;
        CHECK(refused().find("its head is beyond its tail") != std::string::npos);
    }
    SECTION("a hand that is ahead of the ring, though nobody died in a claim") {
        old.ring().hands[0].word = HandWord{old.ring().head, 3, 0}.pack();
        CHECK(refused().find("holds what the hand of place 0 has taken") != std::string::npos);
    }
    SECTION("a lock that is neither free nor a dead one's") {
        old.ring().push_lock.bytes[0] = std::byte{7};
        CHECK(refused().find("one of its locks could never be locked") != std::string::npos);
    }
    SECTION("results that are impossible") {
        old.record(old.storage().released).place = 300;
        CHECK(refused().find(".storage is damaged: its result") != std::string::npos);
    }
    SECTION("another generation") {
        ++old.storage().header.generation;
        CHECK(refused().find("does not belong to") != std::string::npos);
    }
    SECTION("a size that does not fit") {
        old.ring().header.capacity = 17;
        CHECK(refused().find("bytes do not fit its capacity of 17") != std::string::npos);
    }
}

TEST_CASE("an old ring without its storage is refused", "[upgrade]") {
    const Name name;
    OldImage("full").write_segments(name.text);
    std::filesystem::remove(name.storage());
    CHECK(refusal(name.text).find("has lost its storage") != std::string::npos);
}

TEST_CASE("who only looks at old segments says that a start takes them over", "[upgrade]") {
    const Name name;
    OldImage("full").write_segments(name.text);
    try {
        static_cast<void>(SegmentsView::open(name.text));
        FAIL("they were opened");
    } catch (const Failure& failure) {
        CHECK(std::string(failure.what()).find("the next start of the supervisor takes it over") !=
              std::string::npos);
    }
}

TEST_CASE("an old storage without a ring is removed if all of it is in the ledger, and else refused",
          "[upgrade]") {
    const Name name;
    const auto left = [&](const std::string& image) {
        OldImage(image).write_segments(name.text);
        std::filesystem::remove(name.ring());
    };
    left("lines");
    Segments::remove_storage_without_ring(name.text);
    CHECK_FALSE(std::filesystem::exists(name.storage()));
    left("full");
    CHECK_THROWS_AS(Segments::remove_storage_without_ring(name.text), Failure);
    CHECK(std::filesystem::exists(name.storage()));
}
