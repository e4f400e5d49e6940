// SPDX-License-Identifier: Apache-2.0
// The interface of an invoice source. One file per kind of source implements it; the producer drives it from
// one thread. A source blocks only in wait().
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "common/base/digest.hpp"
#include "common/core/layout.hpp"
#include "common/core/list_marks.hpp"
#include "common/ledger/ledger_lookup.hpp"
#include "common/ledger/work/work_table.hpp"
#include "common/options/spool_options.hpp"
#include "common/spec/address/table_name.hpp"
#include "common/spec/ledger_spec.hpp"
#include "producer/sources/file_moves.hpp"
#include "producer/sources/list/list_check.hpp"
#include "producer/sources/receipt.hpp"
#include "producer/sources/source_report.hpp"

namespace pipeline {

// Tells where a source continues, and which items it must not return again.
struct Resume {
    // Ordered source: the position of the next item; 0 if the source was never read.
    std::uint64_t position = 0;
    // Ordered source: the position at which this generation of the segments started. Only standard input
    // needs it, if it is a file. The pipeline was given that file at some offset, and the source continues
    // `position - start` bytes after that offset. (A later run may be given another file; its positions go on
    // from the ledger's cursor.)
    std::uint64_t start = 0;
    // The number of items that this generation has acquired already; Source::expected() includes them.
    std::uint64_t acquired = 0;
    // Unordered source: the positions of the items that are in the pipeline.
    std::unordered_set<std::uint64_t> in_flight;
    // The positions in `in_flight` whose items the ledger has given again, with the hashes of their ids
    // (hash_of()): the source has its receipt for these already.
    std::unordered_map<std::uint64_t, std::uint64_t> given_again;
    // The positions in `in_flight` whose records are in the ledger but not yet acknowledged, with their
    // outcomes.
    std::unordered_map<std::uint64_t, Outcome> unacknowledged;
    // Copies of RingArea::source_file and RingArea::bare_inodes. `source_file` is all zeros if the file or
    // folder is unknown.
    FileIdentity source_file;
    bool bare_inodes = false;
    // List: `marks` are the known marks up to `position`, in rising order. `unmarked` are the lines after the
    // last mark, as far as the ring still has them. `list_checked`: a producer of this run has compared
    // `source_file` with all of these. The next producer then compares only from the beginning of the 1 MiB
    // block that holds the last mark.
    std::vector<MarkedPosition> marks;
    std::vector<AcquiredLine> unmarked;
    bool list_checked = false;
};

// How far the pipeline's work has got. Both numbers count from the same beginning and only rise.
struct WorkProgress {
    std::uint64_t pushed = 0;    // items that are in the ring or were
    std::uint64_t finished = 0;  // those of them whose results are saved
    std::uint32_t consumers = 1;
};

// Keeps the mark of what a source's positions count in, such as a stream that may be made anew under the same
// name. It is in the segments, so that the next producer knows to which stream the items in flight belong.
// A kill during set() leaves the mark before.
struct KeptMark {
    std::function<std::optional<Digest>()> get = [] { return std::nullopt; };
    std::function<void(const Digest&)> set = [](const Digest&) {};
};

// The services that the producer provides to a source.
struct SourceContext {
    // The source and its parts report their condition here; by default no observer sees it.
    std::shared_ptr<SourceReport> report = std::make_shared<SourceReport>();
    // The options of a spool. By default the spool acquires each file at once, without waiting until the file
    // stays unmodified, and makes no regular scans.
    SpoolOptions spool = at_once();
    // For an exec: source: SourceOptions::every, and how long its program may take to read its last receipts
    // and to end.
    std::optional<std::chrono::nanoseconds> every{};
    std::chrono::nanoseconds end_patience = std::chrono::seconds(3);
    // The longest body that an item may have (Item::set_id_and_body()).
    std::uint64_t body_max = std::uint64_t{1} << 20U;
    // The most items that acquire() is asked for, unless fewer can be used.
    std::size_t batch_max = kMaxBatch;
    // May be called by any thread.
    std::function<WorkProgress()> progress = [] { return WorkProgress{}; };
    KeptMark mark;
    // Moves the source's files.
    std::shared_ptr<FileMoves> moves = std::make_shared<FileMoves>();
    // Looks up the source's invoices in the ledger; by default finds nothing.
    std::shared_ptr<LedgerLookup> ledger = std::make_shared<NoLookup>();
    // Makes the table of a table: source, and how long a row is taken for; the lease is extended in time.
    std::function<std::unique_ptr<WorkTable>(const TableName&)> work_table{};
    std::chrono::nanoseconds row_lease = std::chrono::seconds(30);

  private:
    static SpoolOptions at_once() {
        SpoolOptions options;
        options.rescan = options.settle_time = std::chrono::nanoseconds(0);
        return options;
    }
};

class Source {
  public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;

    // Fills items[0..n) with id, position and extent and returns n; 0 if there is nothing now. Items count as
    // acquired only once they are in the ring; after a restart, Resume describes the acquired items. Throws
    // Failure if the source is gone or cannot be read.
    [[nodiscard]] virtual std::size_t acquire(std::span<Item> items) = 0;
    // Returns the bytes that the spans of the last acquired items refer to (Item::set_id()). They stay valid
    // until the next acquire(). A source with bodies gives few large ones at a time: its bytes are in memory.
    [[nodiscard]] virtual std::string_view bytes() const noexcept { return {}; }

    // True if the source has no items now and knows of none to come. A source that may grow (a spool, a file)
    // is exhausted whenever it is empty. After stop(), the source is exhausted as soon as acquire() has
    // nothing more to return.
    [[nodiscard]] virtual bool exhausted() const = 0;

    // Makes an invoice available that is given again: a spool moves its file back from the folder of its
    // outcome. Ready: it is available, or its file is gone, which the consumer then finds. NotYet: its last
    // receipt has still to be given. Occupied: another file has its name in the spool.
    enum class BringBack : std::uint8_t { Ready, NotYet, Occupied };
    [[nodiscard]] virtual BringBack bring_back(std::string_view /*id*/, std::uint64_t /*position*/) {
        return BringBack::Ready;
    }

    // Stops taking invoices from outside. From now on, acquire() of standard input returns only what was read
    // already, because that cannot be read again; acquire() of every other source returns nothing.
    virtual void stop() = 0;

    // Waits until acquire() may return something, `signal_fd` is readable, or `bound` expires.
    virtual void wait(int signal_fd, std::chrono::milliseconds bound) = 0;

    // Checks that the source is still the same, and reports a change. The producer calls this while it cannot
    // acquire. Returns the time until the next call is due.
    virtual std::chrono::nanoseconds look() { return std::chrono::hours(1); }

    // Does what must not wait while the producer waits for something else, such as writing receipts to a
    // program. Never blocks, never throws. Returns the time until the next call is due.
    virtual std::chrono::nanoseconds serve() { return std::chrono::hours(1); }

    // List: returns the end of the last item that acquire() returned, with the digest of all bytes before it.
    // Returns none if the source is not a list, or if its comparison with what was read before has not
    // finished.
    [[nodiscard]] virtual std::optional<MarkedPosition> mark() const { return std::nullopt; }
    // Returns the mark at `position`, the end of an item that acquire() has returned; none if that mark is no
    // longer known.
    [[nodiscard]] virtual std::optional<MarkedPosition> mark_at(std::uint64_t) { return std::nullopt; }
    // List: returns the identity of the open file.
    [[nodiscard]] virtual std::optional<FileIdentity> file() const { return std::nullopt; }

    // True if acknowledge() does something: the producer then calls it for each durable record, in order.
    [[nodiscard]] virtual bool wants_receipts() const noexcept { return false; }
    // Gives the source the receipt for a durable record; a spool then moves the file. After a kill, the next
    // producer repeats the call, which must then change nothing. If the move fails, the source reports that
    // and retries later; it does not throw.
    virtual void acknowledge(const Receipt&) {}
    // True if a later start makes up for missing receipts, so that a drain need not wait for every receipt.
    [[nodiscard]] virtual bool can_go_without_receipts() const noexcept { return false; }

    // Returns the total number of items from the source's beginning, if it is known now.
    [[nodiscard]] virtual std::optional<std::uint64_t> expected() const { return std::nullopt; }
};

}  // namespace pipeline
