// SPDX-License-Identifier: Apache-2.0
// A consumer reads the file that was acquired, as it was, or none.
#include "consumer/work/spool_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <memory>

#include "consumer/invoice/invoice_processor.hpp"
#include "consumer/protocol/request.hpp"
#include "consumer/work/batch.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_hook.hpp"
#include "tests/support/memory_segments.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/sample_invoice.hpp"
#include "tests/support/source_fixture.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr const char* kReplaced = "replaced before it was read";
constexpr const char* kGone = "the file is gone: it was removed or renamed before it was read";
constexpr const char* kChanged = "changed while it was read";

// A spool with an invoice that was acquired, and what is done to its file before it is read.
struct Handover {
    [[nodiscard]] Acquired acquired() const { return Acquired("a.xml", position); }
    // "STATUS REASON" of the invoice as a consumer judges it.
    [[nodiscard]] std::string verdict(Patience patience = Patience{}) const {
        InvoiceProcessor processor(std::make_shared<SpoolFolder>(folder.path(), origin),
                                   std::uint64_t{1} << 20, patience);
        const auto result = std::make_unique<Result>();
        processor.process(acquired(), *result);
        return std::string(to_text(result->status)) + " " + std::string(result->details.reason_text());
    }
    void put_another_there() const {
        folder.write(".new", kInvoice);
        fs::rename(folder.path() / ".new", path);
    }

    TemporaryFolder folder;
    fs::path path = folder.path() / "a.xml";
    SpoolOrigin origin;
    std::uint64_t position = (folder.write("a.xml", kInvoice), position_of(path));
};

}  // namespace

TEST_CASE("the file that was acquired is read, whatever the folder is called by then", "[spool_folder]") {
    const Handover handover;
    CHECK(handover.verdict() == "booked ");
    const SpoolFolder spool(handover.folder.path(), handover.origin);
    CHECK(spool.find_fault(handover.acquired()).empty());
}

TEST_CASE("another file under the name of the acquired one is not read", "[spool_folder]") {
    const Handover handover;
    SECTION("an invoice") {
        handover.put_another_there();
    }
    SECTION("a symbolic link, even to the acquired file") {
        fs::rename(handover.path, handover.folder.path() / "elsewhere");
        fs::create_symlink("elsewhere", handover.path);
    }
    SECTION("a link that leads nowhere") {
        fs::remove(handover.path);
        fs::create_symlink("nowhere", handover.path);
    }
    SECTION("a FIFO") {
        fs::remove(handover.path);
        REQUIRE(::mkfifo(handover.path.c_str(), 0600) == 0);
    }
    SECTION("a folder") {
        fs::remove(handover.path);
        fs::create_directory(handover.path);
    }
    CHECK(handover.verdict() == std::string("failed ") + kReplaced);
    CHECK(SpoolFolder(handover.folder.path(), handover.origin).find_fault(handover.acquired()) == kReplaced);
}

TEST_CASE("a file that is gone is said to be", "[spool_folder]") {
    const Handover handover;
    fs::remove(handover.path);
    CHECK(handover.verdict() == std::string("failed ") + kGone);
    CHECK(SpoolFolder(handover.folder.path(), handover.origin).find_fault(handover.acquired()) == kGone);
}

TEST_CASE("the bare inode of a file that version 0.1.0 acquired is its position, for such segments alone",
          "[spool_folder]") {
    Handover handover;
    handover.position = inode_of(handover.path);
    if (handover.position == position_of(handover.path)) {
        WARN("not run: this file system knows no birth times");
        return;
    }
    CHECK(handover.verdict() == std::string("failed ") + kReplaced);
    handover.origin.bare_inodes = true;
    CHECK(handover.verdict() == "booked ");
}

TEST_CASE("a folder that is not the one that was acquired from is refused", "[spool_folder]") {
    Handover handover;
    handover.origin.folder = look_through(handover.folder.path().c_str())->identity;
    CHECK(handover.verdict() == "booked ");
    const TemporaryFolder another;
    const auto failure = refusal_of([&] { SpoolFolder(another.path(), handover.origin); });
    CHECK(failure.status == ExitStatus::NoInput);
    CHECK(mentions(failure.text, another.path().string()));
    CHECK(mentions(failure.text, "another folder"));
}

TEST_CASE("a file that changes while it is read is failed, and not called wrong", "[spool_folder]") {
    const Handover handover;
    WithFileHook hook;
    int reads = 0;
    SECTION("half of it is there at first") {
        handover.folder.write("a.xml", kInvoice.substr(0, 300));
        hook->on_pread = [&] { return ++reads == 1 ? (append_to(handover.path, "x"), 0) : 0; };
    }
    SECTION("it is a whole invoice, and grows") {
        hook->on_pread = [&] { return ++reads == 1 ? (append_to(handover.path, "\n"), 0) : 0; };
    }
    SECTION("it is cut") {
        hook->on_pread = [&] { return ++reads == 1 ? (fs::resize_file(handover.path, 10), 0) : 0; };
    }
    CHECK(handover.verdict() == std::string("failed ") + kChanged);
}

TEST_CASE("a file that cannot be opened or read at present is tried again, and read when it can be",
          "[spool_folder]") {
    const int error = GENERATE(ESTALE, EIO, EMFILE, ENOMEM, ETIMEDOUT, EUCLEAN);
    const CapturedLog captured;
    const Handover handover;
    WithFileHook hook;
    int calls = 0;
    const auto fail_twice = [&calls, error] { return ++calls <= 2 ? error : 0; };
    SECTION("openat") {
        hook->on_openat = [&](std::string_view name) { return name == "a.xml" ? fail_twice() : 0; };
    }
    SECTION("read") {
        hook->on_pread = fail_twice;
    }
    CHECK(handover.verdict() == "booked ");
    CHECK(calls > 2);
    REQUIRE(captured.lines().size() == 2);
    CHECK(mentions(captured.lines()[0], "a.xml"));
    CHECK(mentions(captured.lines()[0], "tried again for up to 1 min"));
    CHECK(mentions(captured.lines()[1], "can be read again"));
}

TEST_CASE("patience ends, and then the cause is the reason", "[spool_folder]") {
    const CapturedLog captured;
    const Handover handover;
    WithFileHook hook;
    hook->on_openat = [](std::string_view name) { return name == "a.xml" ? ESTALE : 0; };
    CHECK(handover.verdict(Patience(120ms)) == "failed open a.xml: Stale file handle");
    CHECK(captured.lines().size() == 1);
    // What does not pass is not waited for.
    hook->on_openat = [](std::string_view name) { return name == "a.xml" ? EACCES : 0; };
    CHECK(handover.verdict() == "failed open a.xml: Permission denied");
}

TEST_CASE("patience ends before the consumer is killed for it", "[spool_folder]") {
    CHECK(Patience::bound_for(0s) == 60s);
    CHECK(Patience::bound_for(5min) == 60s);
    CHECK(Patience::bound_for(10s) == 5s);
}

TEST_CASE("an item without its file is finished before a program is asked", "[spool_folder]") {
    struct Nobody final : Batch::Owner {
        bool save_results(std::span<const Result>) override { return true; }
        std::chrono::nanoseconds do_other_work() override { return 1s; }
    };
    const Handover handover;
    const MemorySegments segments(4, 4);
    const Hand hand = segments.ring().hand(0);
    for (std::size_t i = 0; i < 2; ++i) {
        hand.item(i).set_id("a.xml");
        hand.item(i).position.store(handover.position + i);
    }
    hand.set_word({0, 2, 0});
    std::array<Result, 2> results;
    Nobody owner;
    Batch batch(hand, results, {3, 0s}, owner);
    const SpoolFolder spool(handover.folder.path(), handover.origin);
    CHECK_FALSE(settle_without_file(spool, batch, 0));
    CHECK(settle_without_file(spool, batch, 1));
    CHECK(batch.is_finished(1));
    CHECK(results[1].status == Status::Failed);
    CHECK(results[1].attempts == 1);
    CHECK(results[1].details.reason_text() == kReplaced);
    CHECK_FALSE(batch.is_done());
}

TEST_CASE("a processor of ours outside is told the position with the id", "[spool_folder]") {
    std::string sent;
    RequestWriter::with_positions().append(sent, Acquired("a b.xml", UINT64_MAX), 1);
    CHECK(sent == "18446744073709551615 a b.xml\n");
    const auto read = RequestWriter::read_with_position("18446744073709551615 a b.xml");
    REQUIRE(read);
    CHECK(read->id == "a b.xml");
    CHECK(read->position == UINT64_MAX);
    for (const char* wrong : {"", "1", "x 1", "1x a", "99999999999999999999 a"})
        CHECK_FALSE(RequestWriter::read_with_position(wrong));
}
