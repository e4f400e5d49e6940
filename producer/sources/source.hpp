// SPDX-License-Identifier: Apache-2.0
// The interface of an invoice source. One file per kind of source implements it; the producer drives it from
// one thread. A source blocks only in wait().
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "common/core/layout.hpp"
#include "common/core/list_marks.hpp"
#include "common/ledger/ledger_lookup.hpp"
#include "common/options/spool_options.hpp"
#include "common/spec/ledger_spec.hpp"
#include "producer/sources/file_moves.hpp"
#include "producer/sources/list/list_check.hpp"
#include "producer/sources/source_report.hpp"

namespace pipeline {

// Where a source continues, and which items it must not return again.
struct Resume {
    // Ordered source: the position of the next item (0 for a source never read: its beginning).
    std::uint64_t position = 0;
    // Ordered source: the position at which this generation of the segments began. Standard input needs it:
    // redirected from a file, it continues `position - start` bytes after the offset at which it got the
    // file. (Another run reads another file, whose bytes continue the count from the ledger's cursor.)
    std::uint64_t start = 0;
    // The number of items that this generation has acquired already; expected() counts them.
    std::uint64_t acquired = 0;
    // Unordered source: the positions already in the pipeline.
    std::unordered_set<std::uint64_t> in_flight;
    // Those of them that are in the ledger but not yet acknowledged to the source: position and outcome.
    std::unordered_map<std::uint64_t, Outcome> unacknowledged;
    // As in RingArea; all zeros: the folder is unknown.
    FileIdentity source_file;
    bool bare_inodes = false;
    // List: the known digests of the bytes before `position`, in rising positions; then the lines after the
    // last mark that the ring still has. `list_checked`: a producer of this run has verified that
    // `source_file` begins with all that, so that only later bytes need a comparison.
    std::vector<MarkedPosition> marks;
    std::vector<AcquiredLine> unmarked;
    bool list_checked = false;
};

// The producer's facilities for a source.
struct SourceContext {
    // Where the source reports its condition. Shared with the source's parts; by default nobody sees it.
    std::shared_ptr<SourceReport> report = std::make_shared<SourceReport>();
    // How a spool takes files; by default at once, and searching the folder only when it must.
    SpoolOptions spool = at_once();
    // How the source moves files.
    std::shared_ptr<FileMoves> moves = std::make_shared<FileMoves>();
    // Looks up the source's invoices in the ledger; by default finds nothing.
    std::shared_ptr<LedgerLookup> ledger = std::make_shared<NoLookup>();

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
    // acquired only once they are in the ring; after a restart, Resume says which were. Throws Failure if the
    // source is gone or cannot be read.
    [[nodiscard]] virtual std::size_t acquire(std::span<Item> items) = 0;

    // True if there is nothing now and, as far as the source knows, nothing more will come by itself. For a
    // source that may grow (a spool, a file) it means: empty at this moment. After stop() it becomes true as
    // soon as acquire() has nothing more to return.
    [[nodiscard]] virtual bool exhausted() const = 0;

    // Takes no more from outside. Standard input still returns from acquire() what it has read and cannot
    // read again; every other source returns nothing from now on.
    virtual void stop() = 0;

    // Waits until acquire() may return something, `signal_fd` is readable, or `bound` expires.
    virtual void wait(int signal_fd, std::chrono::milliseconds bound) = 0;

    // Checks that the source is still the same, and reports it if not. The producer calls this while it
    // cannot acquire. Returns the time until the next call is due.
    virtual std::chrono::nanoseconds look() { return std::chrono::hours(1); }

    // List: how far acquire() has come, with the digest of all before. None: it is no list, or its comparison
    // with what was read before has not finished.
    [[nodiscard]] virtual std::optional<MarkedPosition> mark() const { return std::nullopt; }
    // The same for `position`, the end of an item that acquire() has returned; none: no longer known.
    [[nodiscard]] virtual std::optional<MarkedPosition> mark_at(std::uint64_t) { return std::nullopt; }
    // List: the file's identity.
    [[nodiscard]] virtual std::optional<FileIdentity> file() const { return std::nullopt; }

    // True if acknowledge() does something: the producer then calls it for each durable record, in order.
    [[nodiscard]] virtual bool wants_receipts() const noexcept { return false; }
    // The record is durable: releases it in the source (a spool moves its file). Idempotent: after a kill it
    // is repeated. Reports, and does not throw, a failure that a retry may fix.
    virtual void acknowledge(const Record&) {}
    // True if a later start recovers missing receipts by itself, so that a drain need not wait for every
    // receipt.
    [[nodiscard]] virtual bool can_go_without_receipts() const noexcept { return false; }

    // The total number of items from the source's beginning, if known now.
    [[nodiscard]] virtual std::optional<std::uint64_t> expected() const { return std::nullopt; }
};

}  // namespace pipeline
