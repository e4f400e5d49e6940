// SPDX-License-Identifier: Apache-2.0
// Where invoices come from. One file per kind of source implements it; the producer drives it from one
// thread. A source never blocks but in wait().
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
#include "common/ledger/sqlite/ledger_lookup.hpp"
#include "common/options/spool_options.hpp"
#include "common/spec/specs.hpp"
#include "producer/sources/file_moves.hpp"
#include "producer/sources/list/list_check.hpp"
#include "producer/sources/source_report.hpp"

namespace pipeline {

// From where a source goes on, and what it must not give again.
struct Resume {
    // Of an ordered source: the position of the next item (0 for a source never read: its beginning).
    std::uint64_t position = 0;
    // Of an ordered source: the position at which this generation of the segments began. Standard input
    // needs it: redirected from a file, it goes on `position - start` bytes behind where the file was
    // handed over. (Another run reads another file, whose bytes are counted on from the ledger's cursor.)
    std::uint64_t start = 0;
    // How many items this generation has acquired already; expected() counts them.
    std::uint64_t acquired = 0;
    // Of a source without order: the positions that are in the pipeline already.
    std::unordered_set<std::uint64_t> in_flight;
    // Of those, what is in the ledger and the source has not been told of: position and outcome.
    std::unordered_map<std::uint64_t, Outcome> unacknowledged;
    // As in RingArea; a folder of zeros is not known.
    FileIdentity source_file;
    bool bare_inodes = false;
    // Of a list: what is known of the bytes before `position`; positions rise. Behind the last mark, the
    // lines that the ring still has. And true if a producer of this run has found that `source_file` begins
    // with all that: then only what has come since is compared.
    std::vector<MarkedPosition> marks;
    std::vector<AcquiredLine> unmarked;
    bool list_checked = false;
};

// The producer's means that a source may use.
struct SourceContext {
    // Where it says how it is. Shared with the source's parts; by default nobody sees it.
    std::shared_ptr<SourceReport> report = std::make_shared<SourceReport>();
    // How it takes files, if it is a spool; by default at once, and looking for them only when it must.
    SpoolOptions spool{std::chrono::nanoseconds(0), std::chrono::nanoseconds(0), {}, {}};
    // How it moves files.
    std::shared_ptr<FileMoves> moves = std::make_shared<FileMoves>();
    // What the ledger has from it; by default nothing.
    std::shared_ptr<LedgerLookup> ledger = make_ledger_lookup({LedgerSpec::Kind::None, {}}, {});
};

class Source {
  public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;

    // Fills items[0..n) with id, position and extent and returns n, 0 if there is nothing now. What it
    // gave counts as acquired only once it is in the ring; after a restart, Resume says what was.
    // Throws Failure if the source is gone or cannot be read.
    [[nodiscard]] virtual std::size_t acquire(std::span<Item> items) = 0;

    // True if nothing is there now and, as far as can be known, nothing more will come by itself. Of a
    // source that may grow (a spool, a file) it means: empty at this moment. After stop() it is true as
    // soon as acquire() has nothing more to give.
    [[nodiscard]] virtual bool exhausted() const = 0;

    // Takes no more from outside. What has been taken and could not be taken again (of standard input)
    // is still given by acquire(); every other source gives nothing from then on.
    virtual void stop() = 0;

    // Waits until acquire() may give something, `signal_fd` is readable, or `bound` is over.
    virtual void wait(int signal_fd, std::chrono::milliseconds bound) = 0;

    // Looks whether the source still is what it was, and says it if not. The producer calls it while it
    // cannot acquire; returns how long it may do something else until the next call.
    virtual std::chrono::nanoseconds look() { return std::chrono::hours(1); }

    // Of a list, how far acquire() has come, with the digest of all before it. None: it is no list, or one
    // that is still compared with what was read before.
    [[nodiscard]] virtual std::optional<MarkedPosition> mark() const { return std::nullopt; }
    // The same of `position`, where an item ended that acquire() has given; none: it cannot be told any more.
    [[nodiscard]] virtual std::optional<MarkedPosition> mark_at(std::uint64_t) { return std::nullopt; }
    // Of a list: which file it is.
    [[nodiscard]] virtual std::optional<FileIdentity> file() const { return std::nullopt; }

    // True if acknowledge() does something: the producer calls it then for each durable record, in order.
    [[nodiscard]] virtual bool wants_receipts() const noexcept { return false; }
    // The record is durable: lets go of it in the source (a spool moves its file). Repeating it after a
    // kill is harmless. A failure that a later try may mend is reported, not thrown.
    virtual void acknowledge(const Record&) {}
    // True if a later start finds out by itself what it was not told here, so that a drain need not wait
    // for every receipt.
    [[nodiscard]] virtual bool can_go_without_receipts() const noexcept { return false; }

    // How many items it will give in all, from its beginning, if that is known now.
    [[nodiscard]] virtual std::optional<std::uint64_t> expected() const { return std::nullopt; }
};

}  // namespace pipeline
